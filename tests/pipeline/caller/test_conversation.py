"""The conversation as a person watches it."""

from __future__ import annotations

import asyncio
from typing import Any

from pipeline.caller.conversation import follow

GREETING = {
    "caller": "",
    "agent": "Hello.",
    "interrupted": False,
    "tool_calls": [],
    "timings_ms": {"tts_first_audio": 12.0, "first_clause": 3.4},
}
BOOKING = {
    "caller": "on tuesday",
    "agent": "You are booked.",
    "interrupted": True,
    "tool_calls": [{"name": "book", "arguments": {"day": 2}, "result": {"ok": True}}],
    "timings_ms": {"response": 612.4, "endpoint": 500.0},
}


class Scripted:
    """Records that grow with every look."""

    def __init__(self) -> None:
        self.looks = 0
        self.seen_all = asyncio.Event()

    async def call(self, call_sid: str) -> dict[str, Any]:
        self.looks += 1
        if self.looks == 4:
            self.seen_all.set()
        return {} if self.looks == 1 else {"turns": [GREETING, BOOKING][: self.looks - 1]}


async def test_every_turn_is_shown_once_and_stages_in_their_order() -> None:
    shown: list[str] = []
    records = Scripted()
    async with asyncio.timeout(10), follow(records, shown.append) as on_event:  # type: ignore[arg-type]
        on_event("CA1", 1500.0, "says: hi")
        await records.seen_all.wait()
    assert [line.strip() for line in shown] == [
        "1.5 s  caller  says: hi",
        "agent   Hello.",
        "first_clause 3 ms · tts_first_audio 12 ms",
        "heard   on tuesday",
        "tool    book {'day': 2} -> {'ok': True}",
        "agent   You are booked.  (interrupted)",
        "endpoint 500 ms · response 612 ms",
    ]


async def test_a_call_that_says_nothing_shows_nothing() -> None:
    shown: list[str] = []
    async with follow(Scripted(), shown.append):  # type: ignore[arg-type]
        pass
    assert shown == []
