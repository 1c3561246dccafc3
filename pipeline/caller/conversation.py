"""The conversation as it happens: what the caller does, and what the server's record says of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from pipeline.caller.records import Records

POLL_S = 0.1
STAGES = (
    "endpoint",
    "stt",
    "llm_first_token",
    "first_clause",
    "tts_first_audio",
    "response",
)
"""In the order in which a turn reaches them."""


@contextlib.asynccontextmanager
async def follow(
    records: Records, show: Callable[[str], None]
) -> AsyncIterator[Callable[[str, float, str], None]]:
    """Shows a call's turns as the server records them; yields the phone's ``on_event``."""
    call_sids: list[str] = []
    shown = 0

    def on_event(call_sid: str, at_ms: float, text: str) -> None:
        call_sids.append(call_sid)
        show(f"{at_ms / 1000:6.1f} s  caller  {text}")

    async def look() -> None:
        nonlocal shown
        if call_sids:
            shown += _show_turns(await records.call(call_sids[0]), shown, show)

    async def watch() -> None:
        while True:
            await look()
            await asyncio.sleep(POLL_S)

    watching = asyncio.create_task(watch())
    try:
        yield on_event
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await look()


def _show_turns(record: Mapping[str, Any], shown: int, show: Callable[[str], None]) -> int:
    """Show the turns after the first ``shown``; how many there were."""
    new = record.get("turns", [])[shown:]
    for turn in new:
        for line in _lines(turn):
            show(line)
    return len(new)


def _lines(turn: Mapping[str, Any]) -> Iterator[str]:
    gap = " " * 10
    if turn["caller"]:
        yield f"{gap}heard   {turn['caller']}"
    for tool in turn["tool_calls"]:
        yield f"{gap}tool    {tool['name']} {tool['arguments']} -> {tool['result']}"
    yield f"{gap}agent   {turn['agent']}{'  (interrupted)' if turn['interrupted'] else ''}"
    timings = turn["timings_ms"]
    stages = [f"{name} {timings[name]:.0f} ms" for name in STAGES if name in timings]
    if stages:
        yield gap + " · ".join(stages)
