"""Which utterances ask the speaker to go on."""

import pytest

from audiocore.backchannel import is_backchannel


@pytest.mark.parametrize("text", ["okay", "Mm-hm.", "Uh-huh", "I see.", "right", "mhm", "OK!"])
def test_continuers(text: str) -> None:
    assert is_backchannel(text)


@pytest.mark.parametrize("text", ["yes", "no", "okay stop", "wait", "right now please", ""])
def test_words_that_are_meant_for_us(text: str) -> None:
    assert not is_backchannel(text)
