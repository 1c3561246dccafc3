"""Words that outweigh the model."""

from __future__ import annotations

import pytest

from pipeline.flow.cues import weighed
from pipeline.flow.prompts import INTENTS

EVEN = [1.0] * len(INTENTS)


def likeliest(words: str) -> str:
    weights = dict(zip(INTENTS, weighed(EVEN, words), strict=True))
    return max(("other", "yes", "no", "emergency"), key=weights.__getitem__)


@pytest.mark.parametrize(
    ("words", "less"),
    [
        ("no that misses it", "yes"),
        ("um nope", "yes"),
        ("yes book me in", "no"),
        ("yeah right", "no"),
        ("no problem", None),
        ("i know", None),
    ],
)
def test_a_first_word_speaks_against_its_opposite(words: str, less: str | None) -> None:
    weights = dict(zip(INTENTS, weighed(EVEN, words), strict=True))
    assert [intent for intent in INTENTS if weights[intent] < 1] == ([less] if less else [])


@pytest.mark.parametrize(
    "words",
    [
        "oh god my dad fell down the stairs",
        "she's not breathing",
        "i need an ambulance",
        "he choked",
    ],
)
def test_danger(words: str) -> None:
    assert likeliest(words) == "emergency"


@pytest.mark.parametrize("words", ["my back hurts", "is it an emergent fee", "yes"])
def test_no_danger(words: str) -> None:
    assert likeliest(words) != "emergency"
