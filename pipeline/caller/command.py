"""``audiocore call``: place calls, show the conversation, keep the recording, judge the booking."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from audiocore.errors import ConfigError
from pipeline.caller.conversation import follow
from pipeline.caller.measure import call_json, summary_json
from pipeline.caller.phone import CallFailed, CallResult, Phone
from pipeline.caller.picture import picture
from pipeline.caller.recording import write_recording
from pipeline.caller.records import Records
from pipeline.caller.script import Script
from pipeline.caller.spawn import SpawnedServer, spawned_server
from pipeline.interfaces.clock import Clock

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DEMO_SCRIPT = Path(__file__).parent / "demo" / "booking.toml"


@dataclass(frozen=True, slots=True)
class CallRequest:
    """What to do."""

    script: Script
    clock: Clock
    url: str | None = None
    """Whom to call; None starts a server for the occasion."""
    server_arguments: Sequence[str] = ()
    """For ``audiocore serve``, when it is started."""
    calls: int = 1
    """Calls at once."""
    auth_token: str | None = field(default=None, repr=False)
    api_token: str | None = field(default=None, repr=False)
    out_dir: Path = Path("out")
    """Where recordings and pictures go; made if missing."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """What came of it."""

    succeeded: bool
    """Every call was held to its end, and what the script expects has been booked."""
    content: Mapping[str, Any]
    """Everything measured, ready for JSON."""


async def place_calls(request: CallRequest, show: Callable[[str], None]) -> CallReport:
    """Place the calls and report; ``show`` takes what a person watches meanwhile.

    Raises:
        CallFailed: a call could not be placed, or the server did not start.
        ConfigError: there is no place for what is to be kept of it.
    """
    try:
        request.out_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{request.out_dir} cannot be made: {error.strerror}; choose another folder with --out"
        ) from None
    async with _server(request, show) as server:
        records = Records(server.url, request.api_token)
        before = await records.appointments()
        results = await _hold(request, server.url, records, show)
        booked = [a for a in await records.appointments() if a not in before]
        kept = [await _keep(request, result, records) for result in results]
        memory_mb = server.peak_memory_mb() if isinstance(server, SpawnedServer) else None
    today = date.fromisoformat(request.clock.wall()[:10])
    matching = [a for a in booked if matches(a, request.script.expect, today)]
    content = {
        "summary": summary_json(results) | {"server_peak_memory_mb": memory_mb},
        "expected": dict(request.script.expect),
        "booked": booked,
        # Several calls with one script want one slot, and exactly one may get it.
        "booked_as_expected": len(matching) == 1 and (request.calls > 1 or len(booked) == 1),
        "calls": kept,
    }
    succeeded = not request.script.expect or content["booked_as_expected"] is True
    return CallReport(succeeded, content)


@dataclass(frozen=True, slots=True)
class _GivenServer:
    url: str


@contextlib.asynccontextmanager
async def _server(
    request: CallRequest, show: Callable[[str], None]
) -> AsyncIterator[SpawnedServer | _GivenServer]:
    if request.url is not None:
        yield _GivenServer(request.url)
        return
    async with spawned_server(request.server_arguments, show) as server:
        yield server


async def _hold(
    request: CallRequest, url: str, records: Records, show: Callable[[str], None]
) -> list[CallResult]:
    """All calls at once. One is shown as it goes; of several only the outcome."""

    async def transcript(call_sid: str) -> Sequence[str]:
        return [turn["agent"] for turn in (await records.call(call_sid)).get("turns", [])]

    async def one(number: int) -> CallResult:
        if request.calls > 1:
            phone = Phone(url, request.clock, request.auth_token, transcript=transcript)
            result = await phone.call(request.script)
            show(f"call {number}: {result.call_sid}, ended by {result.ended}")
            return result
        async with follow(records, show) as on_event:
            phone = Phone(url, request.clock, request.auth_token, on_event, transcript)
            return await phone.call(request.script)

    outcomes = await asyncio.gather(
        *(one(number) for number in range(1, request.calls + 1)), return_exceptions=True
    )
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if failures:
        if all(isinstance(failure, CallFailed) for failure in failures):
            raise CallFailed(f"{len(failures)} of {request.calls} calls failed: {failures[0]}")
        raise next(f for f in failures if not isinstance(f, CallFailed))
    return [outcome for outcome in outcomes if isinstance(outcome, CallResult)]


async def _keep(request: CallRequest, result: CallResult, records: Records) -> dict[str, Any]:
    """Write one call's recording and picture; its part of the report."""
    record = await records.finished_call(result.call_sid)
    timeline = await records.timeline(result.call_sid)
    recording = request.out_dir / f"{result.call_sid}.wav"
    drawing = request.out_dir / f"{result.call_sid}.svg"
    await asyncio.to_thread(write_recording, recording, result)
    svg = picture(result, timeline, record)
    await asyncio.to_thread(drawing.write_text, svg, "utf-8")
    return call_json(result) | {
        "recording": str(recording),
        "picture": str(drawing),
        "record": record,
    }


def matches(appointment: Mapping[str, Any], expect: Mapping[str, str], today: date) -> bool:
    """Whether every expected field has this value, letter case aside.

    A weekday is met by a date on that weekday within the week that begins ``today``.
    """
    return all(
        value.casefold() in _meanings(str(appointment.get(name, "")), today)
        for name, value in expect.items()
    )


def _meanings(value: str, today: date) -> set[str]:
    """A value as it is written and, if it is a date within a week, its weekday."""
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return {value.casefold()}
    near = 0 <= (day - today).days <= 7
    return {value, WEEKDAYS[day.weekday()]} if near else {value}
