import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.plausibility import hurried, invented, repeats

WORDS = st.lists(st.sampled_from(["yes", "no", "four", "on", "monday"]), min_size=1, max_size=4)


@pytest.mark.parametrize(
    "text",
    [
        "no no no",
        "four four four four",
        "oh five five five oh one two three four",
        "monday no tuesday no wednesday",
        "yes please yes please",
        "that's the one i had the last time i was at the clinic on the tuesday",
        "",
    ],
)
def test_people_repeat_themselves_a_little(text: str) -> None:
    assert not repeats(text, max_compression=2.4)


@given(WORDS)
def test_nobody_goes_round_in_circles(phrase: list[str]) -> None:
    assert repeats(" ".join(phrase * 6), max_compression=100.0)


def test_long_periods_are_left_to_compression() -> None:
    phrase = " ".join(f"word{n}" for n in range(12))
    assert repeats(" ".join([phrase] * 8), max_compression=2.4)
    assert not repeats(phrase, max_compression=2.4)


@pytest.mark.parametrize("text", ["Thanks for watching!", "thank you for watching"])
def test_some_phrases_are_never_said(text: str) -> None:
    assert invented(text, no_speech=0.0, mean_log_probability=0.0)


@pytest.mark.parametrize("text", ["Thank you.", "bye", "You"])
def test_others_need_evidence(text: str) -> None:
    assert not invented(text, no_speech=0.1, mean_log_probability=-0.2)
    assert invented(text, no_speech=0.5, mean_log_probability=-0.2)
    assert invented(text, no_speech=0.1, mean_log_probability=-0.9)


def test_what_is_longer_is_not_a_phrase() -> None:
    assert not invented("thank you doctor", no_speech=0.9, mean_log_probability=-2.0)


def test_two_words_of_grace() -> None:
    assert not hurried("one two three", 0.2, max_words_per_second=7)
    assert hurried("one two three four", 0.2, max_words_per_second=7)
