"""How words sound, and what telling them apart costs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow import sounds
from pipeline.flow.sounds import Sounds

WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=10)


def cost(heard: str, word: str) -> float:
    return float(Sounds([word]).costs(heard)[0, -1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("phillips", "filips"),
        ("katherine", "catherine"),
        ("reynolds", "renolds"),
        ("wright", "rite"),
        ("kelly", "kelley"),
    ],
)
def test_words_that_sound_the_same(one: str, other: str) -> None:
    assert sounds.of_word(one) == sounds.of_word(other)


def test_a_letter_by_itself_is_its_name() -> None:
    assert sounds.of_words(["b", "o", "b"]) == sounds.of_letters("bob") == "biobi"


def test_what_telephones_confuse_is_alike() -> None:
    spelled = sounds.of_letters
    assert cost(spelled("b"), spelled("d")) < cost(spelled("b"), spelled("s"))
    assert cost("mun", "nun") < cost("mun", "kun")
    assert cost("rinolds", "renolds") < cost("rinolds", "rinols") <= cost("rinolds", "rinol")


@given(WORDS)
def test_nothing_is_nearer_than_the_word_itself(word: str) -> None:
    sound = sounds.of_word(word)
    assert cost(sound, sound) == 0
    assert cost(sound + "k", sound) > 0


@given(st.lists(WORDS, min_size=1, max_size=5), WORDS)
def test_many_at_once_cost_what_each_costs(words: list[str], heard: str) -> None:
    spoken = [sounds.of_word(word) for word in words]
    together = Sounds(spoken).costs(sounds.of_word(heard))
    for row, one in zip(together, spoken, strict=True):
        alone = Sounds([one]).costs(sounds.of_word(heard))[0]
        assert row.tolist() == pytest.approx(alone.tolist(), abs=1e-5)


@given(WORDS, WORDS)
def test_a_beginning_costs_what_it_costs_by_itself(word: str, heard: str) -> None:
    sound, said = sounds.of_word(heard), sounds.of_word(word)
    for length, found in enumerate(Sounds([said]).costs(sound)[0]):
        assert found == pytest.approx(cost(sound[:length], said), abs=1e-5)
