"""Which utterances ask the speaker to go on."""

import pytest

from audiocore.backchannel import is_backchannel, plain_words


@pytest.mark.parametrize(
    "text",
    [
        "okay",
        "Mm-hm.",
        "Uh-huh",
        "I see.",
        "right",
        "mhm",
        "OK!",
        "yes",
        "Yeah, okay.",
        "uh huh uh huh",
    ],
)
def test_continuers(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize(
    "text", ["no", "okay stop", "wait", "right now please", "yes yes yes yes yes", "see", ""]
)
def test_words_that_are_meant_for_us(text: str) -> None:
    assert not is_backchannel(text)


def test_plain_words_have_no_case_and_no_punctuation() -> None:
    assert plain_words("Mm-hm, it's 3:30 P.M.!") == ["mm", "hm", "its", "330", "pm"]
