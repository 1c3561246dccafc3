"""Typed conversations with a flow that repeats what it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pipeline.chat import chat
from pipeline.interfaces.conversation import (
    CallInfo,
    EndCall,
    FlowAction,
    Say,
    ToolCall,
    TurnInput,
    TurnOutcome,
)

CALL = CallInfo("chat", "keyboard", "")


class Parrot:
    """Repeats; says goodbye to "bye"."""

    def __init__(self) -> None:
        self.turns: list[tuple[int, str, str]] = []
        self.outcomes: list[TurnOutcome] = []
        self.closed: list[CallInfo] = []

    async def handle(self, turn: TurnInput) -> AsyncIterator[FlowAction]:
        self.turns.append((turn.turn_index, turn.kind, turn.transcript.text))
        yield Say("You said ")
        await turn.confirmed()
        yield Say(f"{turn.transcript.text!r}.")
        if turn.transcript.text == "bye":
            yield EndCall("goodbye")

    async def commit(self, outcome: TurnOutcome) -> tuple[ToolCall, ...]:
        self.outcomes.append(outcome)
        return (ToolCall("note", {"index": outcome.turn_index}, {"ok": True}),)

    async def close(self, call: CallInfo) -> None:
        self.closed.append(call)


async def converse(*lines: str) -> tuple[Parrot, list[str]]:
    parrot, shown, typed = Parrot(), list[str](), iter(lines)

    async def ask() -> str | None:
        return next(typed, None)

    await chat(parrot, CALL, ask, shown.append)
    return parrot, shown


async def test_a_conversation_to_its_goodbye() -> None:
    parrot, shown = await converse("hello", "", "bye", "never asked")
    assert parrot.turns == [
        (0, "start", ""),
        (1, "speech", "hello"),
        (2, "silence", ""),
        (3, "speech", "bye"),
    ]
    assert [(o.turn_index, o.heard) for o in parrot.outcomes][-1] == (3, "You said 'bye'.")
    assert shown[2:4] == ["agent   You said 'hello'.", "tool    note {'index': 1} -> {'ok': True}"]
    assert parrot.closed == [CALL]


async def test_the_end_of_the_input_ends_the_conversation() -> None:
    parrot, _ = await converse("hello")
    assert len(parrot.turns) == 2
    assert parrot.closed == [CALL]
