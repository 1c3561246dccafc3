"""Whether a caller has finished."""

from __future__ import annotations

import pytest

from pipeline.flow.end_of_turn import COMPLETE, GOES_ON, both, by_meaning, by_words, finished
from pipeline.flow.prompts import Asked
from pipeline.interfaces.engines import LanguageModel
from pipeline.workers import Worker


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("help", "i'd like to book an appointment on"),
        ("help", "I'd like to..."),
        ("help", "um"),
        ("help", "can you"),
        ("name", "my name is"),
        ("name", "s m"),
        ("day", "the twenty"),
        ("day", "on november"),
        ("day", "tuesday um"),
        ("time", "half past"),
        ("time", "around"),
        ("people", "we are"),
        ("help", "my number is five five five oh one"),
    ],
)
def test_goes_on(asked: Asked, text: str) -> None:
    chance = by_words(asked, text)
    assert chance is not None
    assert chance < 0.2


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("confirm", "Yes, please."),
        ("confirm", "no that's wrong"),
        ("more", "no thank you"),
        ("day", "tuesday"),
        ("day", "The 3rd of March, please."),
        ("time", "three thirty p m"),
        ("time", "At 3:30."),
        ("time", "noon works"),
        ("name", "sarah smith s m i t h"),
        ("people", "four"),
        ("people", "For two people, please."),
        ("help", "my number is five five five oh one four two"),
    ],
)
def test_complete(asked: Asked, text: str) -> None:
    chance = by_words(asked, text)
    assert chance is not None
    assert chance > 0.7


@pytest.mark.parametrize(
    "text", ["i'd like to book an appointment", "hold on", "when is my appointment", "i think so"]
)
def test_words_that_leave_it_open(text: str) -> None:
    assert by_words("help", text) is None


def test_half_a_spelling_is_uncertain() -> None:
    chance = by_words("name", "m i t c h e")
    assert chance is not None
    assert 0.1 < chance < 0.5


def test_unclear_words_go_on() -> None:
    assert by_meaning(0.99) < 0.1 < 0.8 < by_meaning(0.01)


def test_two_opinions() -> None:
    assert both(None, 0.7) == 0.7
    assert both(COMPLETE, 0.6) == COMPLETE
    assert both(COMPLETE, 0.1) < 0.6
    assert both(GOES_ON, 0.9) < 0.5


async def test_the_model_tells_whole_sentences_from_beginnings(
    starter_model: LanguageModel,
) -> None:
    worker = Worker("test-llm", niceness=0)
    try:
        whole = [
            await finished(starter_model, worker, "help", text)
            for text in ("i'd like to book an appointment", "when is my appointment")
        ]
        begun = [
            await finished(starter_model, worker, "help", text)
            for text in ("i'd like to book", "when is my next")
        ]
    finally:
        worker.close()
    assert min(whole) > max(begun)
    assert all(0 < chance < 1 for chance in (*whole, *begun))
