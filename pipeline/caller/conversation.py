"""The conversation as it happens: what the caller does, and what the server's record says of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from pipeline.caller.records import Records

POLL_S = 0.25


@contextlib.asynccontextmanager
async def follow(
    records: Records, show: Callable[[str], None]
) -> AsyncIterator[Callable[[str, float, str], None]]:
    """Shows a call's turns as the server records them; yields the phone's ``on_event``."""
    call_sid: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def on_event(sid: str, at_ms: float, text: str) -> None:
        if not call_sid.done():
            call_sid.set_result(sid)
        show(f"{at_ms / 1000:6.1f} s  caller  {text}")

    shown = 0

    async def watch() -> None:
        nonlocal shown
        sid = await call_sid
        while True:
            shown += _show_turns(await records.call(sid), shown, show)
            await asyncio.sleep(POLL_S)

    watching = asyncio.create_task(watch())
    try:
        yield on_event
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        if call_sid.done():
            _show_turns(await records.call(call_sid.result()), shown, show)


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
    if timings:
        stages = " · ".join(f"{name} {value:.0f}" for name, value in timings.items())
        yield f"{gap}ms      {stages}"
