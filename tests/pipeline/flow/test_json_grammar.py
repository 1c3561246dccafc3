"""Grammars from JSON Schemas: what they let a model write is what the schema means."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.flow.json_grammar import grammar
from pipeline.interfaces.engines import LanguageModel, Message

MESSAGES = (Message("system", "Answer with JSON."), Message("user", "Asked: the day\nCaller: hi"))

leaves = st.one_of(
    st.just({"type": "boolean"}),
    st.just({"type": "string", "format": "date"}),
    st.just({"type": "string", "format": "time"}),
    st.builds(lambda n: {"type": "string", "maxLength": n}, st.integers(1, 12)),
    st.builds(lambda n: {"type": "integer", "maximum": n}, st.integers(0, 999)),
    st.builds(
        lambda options: {"enum": options},
        st.lists(st.text(max_size=6) | st.integers(0, 99), min_size=1, max_size=4, unique_by=repr),
    ),
)


def objects(values: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.text(st.characters(min_codepoint=33, max_codepoint=0x17F), min_size=1, max_size=8)
    return st.dictionaries(names, values, min_size=1, max_size=4).map(
        lambda properties: {
            "type": "object",
            "properties": properties,
            "required": [*properties][: 1 + len(properties) // 2],
        }
    )


schemas = st.recursive(leaves, objects, max_leaves=6)


def satisfies(value: Any, schema: dict[str, Any]) -> bool:
    """A validator of the supported part, written from the specification."""
    if "enum" in schema:
        return value in schema["enum"]
    match schema["type"]:
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            digits = len(str(schema.get("maximum", 10**9)))
            return isinstance(value, int) and 0 <= value < 10**digits
        case "string" if schema.get("format") == "date":
            return date.fromisoformat(value[:8] + "01") is not None
        case "string":
            return isinstance(value, str) and len(value) <= schema.get("maxLength", 80)
        case _:
            known = set(schema["properties"])
            return set(schema["required"]) <= set(value) <= known and all(
                satisfies(value[key], schema["properties"][key]) for key in value
            )


@settings(max_examples=20, deadline=None)
@given(schemas, st.sampled_from([0.0, 0.5, 2.0]))
def test_whatever_a_model_writes_satisfies_the_schema(
    starter_model: LanguageModel, schema: dict[str, Any], temperature: float
) -> None:
    pieces = starter_model.generate(
        MESSAGES, max_tokens=400, grammar=grammar(schema), temperature=temperature
    )
    assert satisfies(json.loads("".join(pieces)), schema)


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        ({"type": "array"}, "'array' is not supported"),
        ({"type": "string", "format": "email"}, "'email'"),
        ({"type": "integer", "minimum": 5, "maximum": 4}, "minimum 5"),
        ({"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]}, "^a:"),
        ({"type": "object", "properties": {"a": {"type": "boolean"}}}, "first property, a"),
        ({"type": "object", "properties": {}, "required": ["b"]}, r"\['b'\]"),
    ],
)
def test_what_is_not_supported_is_named(schema: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        grammar(schema)
