"""From the model's JSON to an understanding."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.intents import apply_spelling, parse, understand
from pipeline.flow.prompts import Asked
from pipeline.interfaces import Message
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
    """A model that takes a name for a farewell, though not quite."""

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        chances = {'{"intent":"goodbye"}': 0.7, '{"intent":"inform"}': 0.3}
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
