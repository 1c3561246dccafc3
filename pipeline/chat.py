"""The conversation without the telephone: the same flow, by typing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from audiocore.events import TurnKind
from pipeline.interfaces import (
    CallInfo,
    EndCall,
    Say,
    Transcript,
    TurnHandler,
    TurnInput,
    TurnOutcome,
)


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
            if await _turn(handler, call, index, kind, words, show):
                return
            index += 1
            words = await ask()
    finally:
        await handler.close(call)


async def _turn(
    handler: TurnHandler,
    call: CallInfo,
    index: int,
    kind: TurnKind,
    words: str,
    show: Callable[[str], None],
) -> bool:
    """Whether the flow ended the call."""
    turn = TurnInput(
        call=call,
        turn_index=index,
        attempt=0,
        kind=kind,
        transcript=Transcript(words, 1.0),
        digits="",
        confirmed=_confirmed,
        stage=lambda _: None,
    )
    reply, ended = "", False
    async for action in handler.handle(turn):
        match action:
            case Say(text):
                reply += text
            case EndCall():
                ended = True
    show(f"agent   {reply}")
    for tool in await handler.commit(TurnOutcome(call, index, 0, reply, False)):
        show(f"tool    {tool.name} {dict(tool.arguments)} -> {dict(tool.result)}")
    return ended


async def _confirmed() -> None:
    """What is typed is final."""
