"""What speech over our speech was."""

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.events import Content
from audiocore.interruption import Interruption, InterruptionOptions, judge

SAID = "We are open from Monday to Friday, from eight to five."
WORDS = Interruption(
    text="what about saturday",
    spoken=0.95,
    voice=0.95,
    speech_ms=900,
    crowd=False,
    said=SAID,
    asked=False,
)


def test_words_are_meant_for_us() -> None:
    assert judge(WORDS) == "words"
    assert judge(replace(WORDS, text="no", speech_ms=240)) == "words"


@pytest.mark.parametrize("text", ["mm-hm", "okay", "right", "Uh huh.", "yeah", "yes okay"])
def test_a_backchannel_lets_us_go_on_unless_we_have_asked(text: str) -> None:
    assert judge(replace(WORDS, text=text)) == "backchannel"
    assert judge(replace(WORDS, text=text, asked=True)) == "words"


def test_a_crowd_says_nothing_whatever_is_recognised() -> None:
    assert judge(replace(WORDS, crowd=True)) == "nothing"
    assert judge(replace(WORDS, crowd=True, text="")) == "nothing"


def test_what_one_witness_heard_the_other_must_not_rule_out() -> None:
    assert judge(replace(WORDS, voice=0.3, spoken=0.9)) == "nothing"
    assert judge(replace(WORDS, voice=0.9, spoken=0.3)) == "nothing"
    assert judge(replace(WORDS, voice=0.3, spoken=0.9, text="", speech_ms=5_000)) == "nothing"
    assert judge(replace(WORDS, voice=0.6, spoken=0.9)) == "words"
    assert judge(replace(WORDS, voice=1.0, spoken=0.0)) == "nothing", "a detector of yes and no"


def test_what_is_shorter_than_any_word_is_none() -> None:
    assert judge(replace(WORDS, text="no", speech_ms=100, spoken=1.0)) == "nothing"
    assert judge(replace(WORDS, text="no", speech_ms=120, spoken=1.0)) == "words"


def test_our_own_words_coming_back_are_nothing() -> None:
    assert judge(replace(WORDS, text="monday to friday")) == "nothing"
    assert judge(replace(WORDS, text="open some monday to friday")) == "nothing", "misheard in part"
    assert judge(replace(WORDS, text="friday to monday then")) == "words", "in another order"
    assert judge(replace(WORDS, text="friday")) == "words", "one word may be the caller's own"


def test_the_shorter_a_sound_the_surer_both_must_be() -> None:
    cough = replace(WORDS, text="a", speech_ms=160, spoken=0.8, voice=0.7)
    assert judge(cough) == "nothing"
    assert judge(replace(cough, spoken=0.95)) == "words"
    assert judge(replace(cough, voice=0.95)) == "words"
    assert judge(replace(cough, speech_ms=1_000)) == "words"


@pytest.mark.parametrize(("speech_ms", "needed"), [(120, 0.95), (1_200, 0.8), (9_000, 0.8)])
def test_the_options_are_how_likely_somebody_must_have_spoken(
    speech_ms: int, needed: float
) -> None:
    heard = replace(WORDS, speech_ms=speech_ms, voice=0.5)
    assert judge(replace(heard, spoken=needed + 0.001)) == "words"
    assert judge(replace(heard, spoken=needed - 0.001)) == "nothing"


def test_long_speech_without_words_was_somebody_all_the_same() -> None:
    assert judge(replace(WORDS, text="", speech_ms=300)) == "nothing"
    assert judge(replace(WORDS, text="", speech_ms=1_500)) == "unclear"
    assert judge(replace(WORDS, text="", speech_ms=1_500, spoken=0.1)) == "nothing"


def test_the_flow_may_want_more_words() -> None:
    assert judge(replace(WORDS, text="wait", min_words=2)) == "backchannel"
    assert judge(replace(WORDS, text="wait please", min_words=2)) == "words"
    assert judge(replace(WORDS, text="tuesday", min_words=2, asked=True)) == "words"


INTERRUPTIONS = st.builds(
    Interruption,
    text=st.text(alphabet="abcdefgh '.,?!-", max_size=40) | st.sampled_from(["yes", "mm-hm", SAID]),
    spoken=st.floats(0, 1),
    voice=st.floats(0, 1),
    speech_ms=st.integers(0, 30_000),
    crowd=st.booleans(),
    said=st.sampled_from(["", SAID]),
    asked=st.booleans(),
    min_words=st.integers(0, 5),
)


@given(INTERRUPTIONS)
def test_every_sound_is_judged_and_only_words_are_words(heard: Interruption) -> None:
    content = judge(heard)
    assert content in get_args(Content)
    if not heard.text.strip(" '.,?!-"):
        assert content in ("nothing", "unclear")


@given(INTERRUPTIONS, st.floats(0, 1), st.integers(0, 5_000))
def test_more_of_a_sign_never_makes_words_into_less(
    heard: Interruption, surer: float, longer_ms: int
) -> None:
    if judge(heard) == "words":
        assert judge(replace(heard, spoken=max(surer, heard.spoken))) == "words"
        assert judge(replace(heard, voice=max(surer, heard.voice))) == "words"
        assert judge(replace(heard, speech_ms=heard.speech_ms + longer_ms)) == "words"
        assert judge(replace(heard, min_words=0)) == "words"


def test_options_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="least_ms"):
        InterruptionOptions(least_ms=1_200)
    with pytest.raises(ValueError, match="least_ms"):
        InterruptionOptions(least_ms=0)
    with pytest.raises(ValueError, match="short_sure"):
        InterruptionOptions(short_sure=0.5)
    with pytest.raises(ValueError, match="short_sure"):
        InterruptionOptions(short_sure=1)
    with pytest.raises(ValueError, match="echo_share"):
        InterruptionOptions(echo_share=0)
