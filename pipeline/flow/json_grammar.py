"""From a JSON Schema to a GBNF grammar, so that a model can write nothing that does not satisfy it.

The part of JSON Schema (2020-12) that tools are described with: ``object``, ``string`` with
``enum``, ``format`` (``date``, ``time``) or ``maxLength``, ``integer``, ``boolean``, and ``anyOf``.
Properties come in the order of the schema and without spaces; of numbers the grammar bounds the
length alone. Strings are ASCII: a small model also writes bytes that are no UTF-8, and llama.cpp
counts those otherwise than a decoder does. GBNF: llama.cpp, ``grammars/README.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_RULES = r"""
date ::= "\"" [12] [0-9] [0-9] [0-9] "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01]) "\""
time ::= "\"" ([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9] "\""
char ::= [ !#-\[\]-~]
"""  # noqa: E501
_LONGEST = 80
"""Of strings and digits whose schema sets no bound."""


def grammar(schema: Schema) -> str:
    """GBNF of the JSON values that satisfy ``schema``.

    Raises:
        ValueError: the schema uses what is not supported, or is inconsistent; the message names it.
    """
    return f"root ::= {_value(schema, 'the schema')}\n{_RULES.strip()}\n"


def _value(schema: Schema, where: str) -> str:
    if "anyOf" in schema:
        return _either(_value(option, where) for option in schema["anyOf"])
    if "enum" in schema:
        return _either(_quote(option) for option in schema["enum"])
    match schema.get("type"):
        case "object":
            return _object(schema, where)
        case "string":
            return _string(schema, where)
        case "integer":
            return _integer(schema, where)
        case "boolean":
            return '("true" | "false")'
    raise ValueError(f"{where}: type {schema.get('type')!r} is not supported")


def _either(options: Any) -> str:
    return f"({' | '.join(options)})"


def _quote(value: Any) -> str:
    """A GBNF literal of a JSON value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(text, ensure_ascii=False)


def _object(schema: Schema, where: str) -> str:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    required = schema.get("required", ())
    if unknown := set(required) - set(properties):
        raise ValueError(f"{where}: required {sorted(unknown)} are no properties")
    members: list[str] = []
    for name, wanted in properties.items():
        key = json.dumps(f"{',' if members else ''}{json.dumps(name)}:")
        member = f"{key} {_value(wanted, name)}"
        if name not in required and not members:
            raise ValueError(f"{where}: its first property, {name}, must be required")
        members.append(member if name in required else f"({member})?")
    return " ".join(['"{"', *members, '"}"'])


def _string(schema: Schema, where: str) -> str:
    kind = schema.get("format")
    if kind in ("date", "time"):
        return str(kind)
    if kind is not None:
        raise ValueError(f"{where}: format {kind!r} is not supported")
    least, most = schema.get("minLength", 0), schema.get("maxLength", _LONGEST)
    return rf'"\"" char{{{least},{most}}} "\""'


def _integer(schema: Schema, where: str) -> str:
    least, most = schema.get("minimum", 0), schema.get("maximum", 10**9)
    if not 0 <= least <= most:
        raise ValueError(f"{where}: minimum {least} and maximum {most} must be 0 or more, in order")
    return f'("0" | [1-9] [0-9]{{0,{len(str(most)) - 1}}})'
