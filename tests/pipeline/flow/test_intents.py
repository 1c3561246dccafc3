"""From the model's JSON to an understanding."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.intents import Understanding, apply_spelling, parse, understand
from pipeline.flow.prompts import INTENTS, Asked
from pipeline.interfaces.engines import LanguageModel, Message
from pipeline.workers import Worker


def test_slots() -> None:
    answer = '{"intent":"book","name":"sarah mitchell","day":""}'
    assert parse(answer) == {"intent": "book", "name": "sarah mitchell"}


@pytest.mark.parametrize("answer", ["", "{", "[]", "7"])
def test_what_is_not_as_agreed_holds_nothing(answer: str) -> None:
    assert parse(answer) == {}


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x)))
def test_no_json_raises(value: object) -> None:
    parse(json.dumps({"intent": "book", "name": value, "day": value}))


@pytest.mark.parametrize(
    ("name", "spelled", "result"),
    [
        ("sarah mitchel", "mitchell", "sarah mitchell"),
        ("jon smith", "john", "john smith"),
        ("sarah", "mitchell", "sarah mitchell"),
        (None, "jones", "jones"),
    ],
)
def test_spelling(name: str | None, spelled: str, result: str) -> None:
    assert apply_spelling(name, spelled) == result


class OfTwoMinds:
    """A model that takes everything for a farewell, though not quite."""

    def __init__(self, other: str = "inform") -> None:
        self._other = other

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        chances = {'{"intent":"goodbye"}': 0.7, f'{{"intent":"{self._other}"}}': 0.3}
        return tuple(chances.get(option, 0.0) for option in options)

    def generate(self, *_: object, **__: object) -> Iterator[str]:
        raise AssertionError("rules read the name")


@pytest.mark.parametrize(
    ("asked", "text", "intent"),
    [
        ("name", "seth reyes is my name", "inform"),
        ("day", "on tuesday", "inform"),
        ("time", "half past three", "inform"),
        ("confirm", "no my name is seth reyes", "inform"),
        ("help", "on tuesday", "goodbye"),
        ("day", "see you later", "goodbye"),
    ],
)
async def test_an_answer_makes_informing_likelier(asked: Asked, text: str, intent: str) -> None:
    with closing(Worker("test", niceness=0)) as worker:
        said = await understand(OfTwoMinds(), worker, asked, text, lambda: None)
    assert said.intent == intent
    assert said.confidence > 0.69
    assert (said.name == "seth reyes") == ("seth" in text)


class Opinion:
    """A classifier that gives each intent a chance, and the others what is left."""

    def __init__(self, **chances: float) -> None:
        self._chances = chances

    def probabilities(self, pieces: Iterable[str]) -> dict[str, float]:
        left = (1 - sum(self._chances.values())) / (len(INTENTS) - len(self._chances))
        return {intent: self._chances.get(intent, left) for intent in INTENTS}


@pytest.mark.parametrize(
    ("opinion", "intent", "confidence"),
    [
        (Opinion(goodbye=0.7, chat=0.3), "goodbye", 0.7),
        (Opinion(chat=0.9, goodbye=0.1), "chat", 0.83),
        (Opinion(chat=0.5, wait=0.5), "chat", 0.89),  # the model excludes waiting
    ],
)
async def test_the_intent_is_what_model_and_classifier_agree_on(
    opinion: Opinion, intent: str, confidence: float
) -> None:
    with closing(Worker("test", niceness=0)) as worker:
        said = await understand(
            OfTwoMinds("chat"), worker, "help", "so long", lambda: None, classifier=opinion
        )
    assert said.intent == intent
    assert said.confidence == pytest.approx(confidence, abs=0.03)


class Sure:
    """A model that is more or less sure of one intent, and of a name."""

    def __init__(self, intent: str, chance: float = 1.0, name: str = "") -> None:
        self._intent, self._chance, self._name = intent, chance, name

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        wanted = f'{{"intent":"{self._intent}"}}'
        other = (1 - self._chance) / (len(options) - 1)
        return tuple(self._chance if option == wanted else other for option in options)

    def generate(self, *_: object, **__: object) -> Iterator[str]:
        yield json.dumps({"name": self._name})


async def meant(
    intent: str, asked: Asked, text: str, chance: float = 1.0, name: str = ""
) -> Understanding:
    with closing(Worker("test", niceness=0)) as worker:
        model: LanguageModel = Sure(intent, chance, name)
        return await understand(model, worker, asked, text, lambda: None)


@pytest.mark.parametrize(
    ("asked", "text", "words"),
    [
        ("name", "um my name is steve fraz", "steve fraz"),
        ("name", "saturday is monday", "saturday is monday"),
        ("name", "it's r e y n o l d s", "r e y n o l d s"),
        ("name", "kelly k e double l y", "kelly k e l l y"),
        ("confirm", "no it's joe do you can", "joe do you can"),
        ("confirm", "yes please", ""),
    ],
)
async def test_words_that_may_be_a_name(asked: Asked, text: str, words: str) -> None:
    assert (await meant("no", asked, text)).name_words == words


@pytest.mark.parametrize(
    ("text", "subject", "plain"),
    [
        ("the time", "time", False),
        ("no it's the day please", "day", False),
        ("my last name is wrong", "name", False),
        ("no that's wrong", None, True),
        ("the time is three", None, False),
    ],
)
async def test_what_is_wrong_without_what_is_right(text: str, subject: str, plain: bool) -> None:
    said = await meant("no", "confirm", text)
    assert (said.subject, said.plain) == (subject, plain)


@pytest.mark.parametrize(
    ("text", "chance", "intent"),
    [
        ("that clashes with work", 0.6, "no"),
        ("that clashes with work", 0.4, "unclear"),
        ("that won't work", 0.4, "no"),
    ],
)
async def test_a_no_in_other_words_is_likely_or_unclear(
    text: str, chance: float, intent: str
) -> None:
    assert (await meant("no", "confirm", text, chance)).intent == intent


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("wipe elaine yates out of the book", "elaine yates"),
        ("drop it elaynne yeats y e a t s", "elaine yeats"),
        ("will you cancel it", None),
    ],
)
async def test_the_model_is_asked_for_names_where_one_may_be(text: str, name: str | None) -> None:
    assert (await meant("cancel", "help", text, name="elaine yates")).name == name


async def test_what_is_cancelled_is_on_the_day_that_is_named() -> None:
    assert (await meant("cancel", "help", "i can't come on friday")).day == "friday"
    assert (await meant("move", "help", "i can't come on friday")).day is None


async def test_cannot_come_may_be_can_come() -> None:
    assert (await meant("cancel", "day", "i can't come on friday")).intent == "unclear"
    assert (await meant("cancel", "day", "cancel my appointment")).intent == "cancel"


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("hi i like to book an appointment", "book"),
        ("i need to book appointments", "book"),
        ("when did i book my appointment", "check"),
        ("i want to change the appointment", "check"),
    ],
)
async def test_who_books_has_nothing_to_check(text: str, intent: str) -> None:
    assert (await meant("check", "help", text)).intent == intent
