"""Tool calls that the language model writes, where rules cannot read what the caller wants.

*The Thursday after next* and *the day before Christmas* are in no list of phrases; a model that
knows the calendar turns them into a lookup. It is shown the tools that may be called now, answers
under the grammar of their JSON Schemas, and what it wrote is checked again before it counts. Only
lookups are offered: a change is made by the flow, after it was read back and confirmed.

The form, ``{"name": ..., "arguments": {...}}``, is the one that instruct models are trained on; it
is written into the prompt here, because their chat templates differ in how they show tools.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from pipeline.flow import prompts
from pipeline.flow.business import WEEKDAYS, Business
from pipeline.flow.json_grammar import grammar
from pipeline.flow.tools import FindSlot
from pipeline.interfaces.engines import LanguageModel, Message
from pipeline.workers import Worker

MAX_TOKENS = 96
_LONGEST_RANGE = timedelta(days=31)

FIND_SLOT = {
    "name": FindSlot.name,
    "description": "Look up whether a time is free. For one day, first and last are the same.",
    "parameters": {
        "type": "object",
        "properties": {
            "first": {"type": "string", "format": "date"},
            "last": {"type": "string", "format": "date"},
            "time": {
                "anyOf": [
                    {"enum": ["any", "morning", "afternoon", "evening"]},
                    {"type": "string", "format": "time"},
                ]
            },
        },
        "required": ["first", "last", "time"],
    },
}
NO_TOOL = {
    "name": "none",
    "description": "The caller names no day and no time.",
    "parameters": {"type": "object", "properties": {}},
}
OFFERED: tuple[dict[str, Any], ...] = (FIND_SLOT, NO_TOOL)


def call_schema(tools: tuple[dict[str, Any], ...]) -> dict[str, Any]:
    """The JSON Schema of a call of one of these tools."""
    return {
        "anyOf": [
            {
                "type": "object",
                "properties": {"name": {"enum": [tool["name"]]}, "arguments": tool["parameters"]},
                "required": ["name", "arguments"],
            }
            for tool in tools
        ]
    }


GRAMMAR = grammar(call_schema(OFFERED))


def prompt(
    asked: prompts.Asked, words: str, business: Business, today: date
) -> tuple[Message, ...]:
    """Ask for a tool call. The system prompt is the same all day; it stays evaluated."""
    tools = "\n".join(json.dumps(tool, separators=(",", ":")) for tool in OFFERED)
    system = (
        f"A caller of a {business.kind} wants {business.booking}s. "
        f"Today is {WEEKDAYS[today.weekday()].title()}, {today.isoformat()}. "
        f"Answer with one tool call, as JSON.\n{tools}"
    )
    return (Message("system", system), prompts.understand(asked, words)[1])


async def write(
    model: LanguageModel,
    worker: Worker,
    asked: prompts.Asked,
    text: str,
    business: Business,
    today: date,
) -> FindSlot | None:
    """Let the model write a call; None where it wrote none that makes sense.

    Raises:
        EngineError: the model failed.
    """
    messages = prompt(asked, prompts.caller_words(text), business, today)
    pieces = [
        piece
        async for piece in worker.stream(
            lambda: model.generate(messages, max_tokens=MAX_TOKENS, grammar=GRAMMAR)
        )
    ]
    return checked("".join(pieces), business, today)


def checked(answer: str, business: Business, today: date) -> FindSlot | None:
    """The call that ``answer`` is, if its days exist, are not past and can be booked."""
    try:
        call = json.loads(answer)
        said = call["arguments"]
        first, last = date.fromisoformat(said["first"]), date.fromisoformat(said["last"])
        wanted = str(said["time"])
    except (ValueError, KeyError, TypeError):
        return None
    latest = today + timedelta(days=business.days_ahead)
    if call["name"] != FindSlot.name or not today <= first <= last <= latest:
        return None
    return FindSlot(first, last, wanted) if last - first <= _LONGEST_RANGE else None
