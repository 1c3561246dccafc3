"""Durations cross from the teacher's phones to espeak's phonemes, and none is lost."""

# ruff: noqa: RUF001, RUF003 - IPA looks like other letters

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.train.tts.align import COMPATIBLE, WEIGHTLESS, align

PAUSE = 0.2
PHONES = ["pau", *sorted(set().union(*COMPATIBLE.values()))]


def test_each_phone_goes_to_its_phoneme() -> None:
    phones = [("pau", 0.1), ("hh", 0.02), ("ay", 0.16), ("dh", 0.03), ("eh", 0.05), ("r", 0.07)]
    seconds, cost = align([*"hˈaɪ ðɛɹ."], [*phones, ("pau", PAUSE)])
    lead, *inner, tail = seconds
    assert (lead, tail) == (0.1, 0)
    #                                  h     ˈ  a     ɪ    space ð   ɛ     ɹ     .
    assert inner == pytest.approx([0.02, 0, 0.08, 0.08, 0, 0.03, 0.05, 0.07, PAUSE])
    assert cost < 0.1


def test_a_breath_without_a_mark_belongs_to_the_space() -> None:
    phones = [("pau", 0.1), ("m", 0.1), ("iy", 0.1), ("pau", 0.15), ("n", 0.1), ("ow", 0.2)]
    seconds, _ = align([*"miː noʊ"], [*phones, ("pau", PAUSE)])
    assert seconds == pytest.approx([0.1, 0.1, 0.1, 0, 0.15, 0.1, 0.1, 0.1, PAUSE])


def test_other_words_cost_more() -> None:
    phones = [("s", 0.1), ("ih", 0.1), ("k", 0.1), ("s", 0.1), ("t", 0.1), ("iy", 0.1)]
    assert align([*"sɪkstˈi"], phones)[1] < 0.1
    assert align([*"ɛlˈɛvən"], phones)[1] > 0.3


def test_marks_alone_own_no_time() -> None:
    with pytest.raises(ValueError, match="nothing to align"):
        align([*" ˈ"], [("aa", 0.1)])


@given(
    st.lists(st.sampled_from([*COMPATIBLE, *" ˈː,."]), max_size=30).filter(
        lambda symbols: not WEIGHTLESS.issuperset(symbols)
    ),
    st.lists(st.tuples(st.sampled_from(PHONES), st.floats(0.005, 0.5)), min_size=1, max_size=30),
)
def test_no_time_is_lost_or_invented(symbols: list[str], phones: list[tuple[str, float]]) -> None:
    seconds, cost = align(symbols, phones)
    assert len(seconds) == len(symbols) + 2
    assert min(seconds) >= 0
    assert sum(seconds) == pytest.approx(sum(duration for _, duration in phones))
    assert cost >= 0
