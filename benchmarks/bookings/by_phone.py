"""Callers who phone, each to a server of its own, and answer what its agent says."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from audiocore.g711 import ulaw_encode
from benchmarks.bookings.caller import Caller
from benchmarks.bookings.scenarios import Scenario
from pipeline.app import SystemClock
from pipeline.caller.command import CallRequest, place_calls
from pipeline.caller.phone import CallFailed
from pipeline.caller.script import Script, Speak, Turn, whole_frames

_SETTLE_MS = 700


async def call(scenario: Scenario, speak: Speak, folder: Path) -> tuple[bool, list[str]]:
    """Whether the caller got the appointment asked for, and what was said; the recording and the
    picture go to ``folder``."""
    caller = Caller(scenario)

    def reply(agent: str) -> Turn | None:
        answer = caller.answer(agent)
        if answer is None:
            return None
        if answer.keys:
            return Turn(dtmf=answer.keys)
        return Turn(answer.words, whole_frames(ulaw_encode(speak(answer.words))))

    expect = {"name": scenario.name, "date": scenario.weekday, "time": scenario.time}
    said: list[str] = []
    with tempfile.TemporaryDirectory() as data:
        request = CallRequest(
            Script((), expect, settle_ms=_SETTLE_MS, reply=reply),
            SystemClock(),
            server_arguments=["--data-dir", data],
            out_dir=folder,
        )
        try:
            report = await place_calls(request, said.append)
        except CallFailed as error:
            return False, [*said, str(error)]
    return report.succeeded, said


async def calls(
    scenarios: Sequence[Scenario], speak: Speak, folder: Path
) -> list[tuple[bool, list[str]]]:
    """All at once."""
    return await asyncio.gather(*(call(scenario, speak, folder) for scenario in scenarios))
