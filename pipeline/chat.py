"""The conversation without the telephone: the same flow, by typing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from audiocore.events import TurnKind
from pipeline.interfaces.conversation import (
    CallInfo,
    EndCall,
    Say,
    ToolCall,
    TurnHandler,
    TurnInput,
    TurnOutcome,
)
from pipeline.interfaces.engines import Transcript


async def chat(
    handler: TurnHandler,
    call: CallInfo,
    ask: Callable[[], Awaitable[str | None]],
    show: Callable[[str], None],
) -> None:
    """Hold one conversation, to the flow's goodbye or the end of the input.

    Args:
        handler: the flow.
        call: who is talking.
        ask: the next line that was typed; None at the end.
        show: prints a line.
    """
    words: str | None = ""
    index = 0
    try:
        while words is not None:
            kind: TurnKind = "start" if index == 0 else "speech" if words else "silence"
            reply = await answer(handler, call, index, kind, Transcript(words, 1.0))
            show(f"agent   {reply.text}")
            for tool in reply.tool_calls:
                show(f"tool    {tool.name} {dict(tool.arguments)} -> {dict(tool.result)}")
            if reply.ended:
                return
            index += 1
            words = await ask()
    finally:
        await handler.close(call)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the flow answered to one turn."""

    text: str
    ended: bool
    """Whether it ended the call."""
    tool_calls: tuple[ToolCall, ...]


async def answer(
    handler: TurnHandler,
    call: CallInfo,
    index: int,
    kind: TurnKind,
    heard: Transcript,
    digits: str = "",
) -> Reply:
    """Have one turn answered, and make it history."""
    turn = TurnInput(
        call=call,
        turn_index=index,
        attempt=0,
        kind=kind,
        transcript=heard,
        digits=digits,
        confirmed=_confirmed,
        stage=lambda _: None,
    )
    text, ended = "", False
    async for action in handler.handle(turn):
        match action:
            case Say(delta):
                text += delta
            case EndCall():
                ended = True
    tool_calls = await handler.commit(TurnOutcome(call, index, 0, text, False))
    return Reply(text, ended, tool_calls)


async def _confirmed() -> None:
    """What is typed is final."""
