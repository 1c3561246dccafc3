"""Endings: whether a caller's words sound finished."""

import pytest

from pipeline.flow.endings import finished


@pytest.mark.parametrize(
    "text",
    ["yes", "my name is mark carter", "Three thirty p.m.", "on tuesday please", "555 0142", "no."],
)
def test_what_can_be_an_ending(text: str) -> None:
    assert finished(text) > 0.8


@pytest.mark.parametrize(
    "text",
    ["", "um", "I'd like to", "my name is", "on Tuesday, um...", "it's at the", "tuesday and"],
)
def test_what_cannot(text: str) -> None:
    assert finished(text) < 0.3
