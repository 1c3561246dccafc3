"""From the model's JSON to an understanding."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.intents import apply_spelling, parse


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
