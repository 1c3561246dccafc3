"""The record of calls: written as calls come and go, read by ``GET /calls``.

The store blocks, so everything goes through one worker, in order. A record that cannot be written
never costs a caller the call: writing logs its failure and goes on, except for the first write,
which refuses the call.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from audiocore.errors import AudiocoreError
from pipeline.interfaces.conversation import CallInfo
from pipeline.interfaces.stores import CallRecord, CallStore
from pipeline.workers import Worker

_log = logging.getLogger(__name__)

Result = TypeVar("Result")


class Records:
    """A call store for the event loop."""

    def __init__(self, store: CallStore, worker: Worker) -> None:
        self._store = store
        self._worker = worker

    async def open(self, info: CallInfo, started_at: str) -> None:
        """The webhook has come.

        Raises:
            StoreError: the record cannot be written.
            EngineError: too many records wait to be written.
        """
        record = CallRecord(info.call_sid, "initializing", info.caller, info.called, started_at)
        await self.read(self._store.open_call, record)

    async def activate(self, call_sid: str) -> None:
        """The media stream is up."""
        await self._write(call_sid, self._store.activate_call, call_sid)

    async def end(self, call_sid: str, ended_at: str, reason: str) -> None:
        """The call is over; later ends change nothing."""
        await self._write(call_sid, self._store.end_call, call_sid, ended_at, reason)

    async def end_leftovers(self, ended_at: str) -> None:
        """Close records that a crash left open."""
        for record in await self.read(self._store.calls, 10_000):
            if record.status != "terminated":
                await self.end(record.call_sid, ended_at, "server stopped")

    async def call(self, call_sid: str) -> CallRecord | None:
        return await self.read(self._store.call, call_sid)

    async def timeline(self, call_sid: str) -> Mapping[str, Any] | None:
        return await self.read(self._store.timeline, call_sid)

    async def calls(self) -> tuple[CallRecord, ...]:
        return await self.read(self._store.calls)

    async def read(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Run a blocking database function in turn."""
        return await self._worker.run(function, *arguments)

    async def _write(self, call_sid: str, function: Callable[..., None], *arguments: Any) -> None:
        try:
            await self._worker.run(function, *arguments)
        except AudiocoreError as error:
            _log.error("call %s: record not written: %s", call_sid, error)


def call_json(record: CallRecord) -> dict[str, Any]:
    """One call with its turns."""
    return summary_json(record) | {"turns": [turn.as_json() for turn in record.turns]}


def summary_json(record: CallRecord) -> dict[str, Any]:
    """One call without its turns."""
    return {
        "call_sid": record.call_sid,
        "status": record.status,
        "from": record.caller,
        "to": record.called,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "end_reason": record.end_reason,
    }
