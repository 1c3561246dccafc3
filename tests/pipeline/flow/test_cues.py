"""Words that outweigh the model."""

from __future__ import annotations

import pytest

from pipeline.flow.cues import weighed
from pipeline.flow.prompts import INTENTS, Asked

EVEN = [1.0] * len(INTENTS)


def odds(words: str, asked: Asked = "confirm") -> dict[str, float]:
    return dict(zip(INTENTS, weighed(EVEN, words, asked), strict=True))


def likeliest(words: str) -> str:
    return max(("other", "yes", "no", "emergency"), key=odds(words).__getitem__)


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
    weights = odds(words)
    assert [intent for intent in INTENTS if weights[intent] < 1] == ([less] if less else [])


@pytest.mark.parametrize(
    "words", ["that isn't what i said", "something else maybe", "it's too early", "wrong name"]
)
def test_a_denial_refuses_what_was_read_back(words: str) -> None:
    assert odds(words)["no"] > 1
    assert odds(words, "help")["no"] == 1


@pytest.mark.parametrize(
    "words",
    [
        "no problem",
        "no that's fine",
        "i wouldn't change a thing",
        "i can't complain",
        "nothing to add",
        "yes",
    ],
)
def test_some_denials_agree(words: str) -> None:
    assert odds(words)["no"] <= 1


@pytest.mark.parametrize(
    "words",
    ["let me talk to a real person", "operator", "no more machines", "get me a human please"],
)
def test_asking_for_people(words: str) -> None:
    assert odds(words)["human"] > 1


@pytest.mark.parametrize(
    "words", ["am i talking to a person", "are you a machine or not", "put me down for four people"]
)
def test_not_asking_for_people(words: str) -> None:
    assert odds(words)["human"] == 1


@pytest.mark.parametrize(
    ("words", "asked_for"),
    [
        ("do you even open on sundays", True),
        ("when does the kitchen close", True),
        ("tuesday is wide open", False),
        ("my throat is closing", False),
    ],
)
def test_asking_when_they_open(words: str, asked_for: bool) -> None:
    assert (odds(words, "day")["hours"] > 1) == asked_for


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
