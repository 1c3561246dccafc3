"""From the model's JSON to an understanding."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.intents import UNCLEAR, Understanding, apply_spelling, parse


def test_slots() -> None:
    answer = '{"intent":"book","name":"sarah mitchell","day":"tuesday","time":"3:30 pm"}'
    assert parse(answer) == Understanding("book", "sarah mitchell", "tuesday", "3:30 pm")


@pytest.mark.parametrize("answer", ["", "{", "[]", "7", '{"intent":"fly"}', '{"name":"x"}'])
def test_what_is_not_as_agreed_is_unclear(answer: str) -> None:
    assert parse(answer) == UNCLEAR


@given(st.recursive(st.none() | st.integers() | st.text(), lambda x: st.lists(x)))
def test_no_json_raises(value: object) -> None:
    parse(json.dumps({"intent": "book", "name": value, "day": value}))


@pytest.mark.parametrize(
    ("name", "spelled", "result"),
    [
        ("sarah mitchell", None, "sarah mitchell"),
        ("sarah mitchel", "m i t c h e l l", "sarah mitchell"),
        ("jon smith", "j o h n", "john smith"),
        ("sarah", "m i t c h e l l", "sarah mitchell"),
        (None, "j o n e s", "jones"),
        (None, None, None),
        (None, "j", None),
        ("sarah", "j", "sarah"),
    ],
)
def test_spelling(name: str | None, spelled: str | None, result: str | None) -> None:
    assert apply_spelling(name, spelled) == result
