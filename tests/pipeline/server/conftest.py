"""A real server on loopback, with a store and calls simple enough to see through.

Stores and calls are seams (:mod:`pipeline.interfaces`); the real ones have tests of their own, and
the end-to-end tests put everything together.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from audiocore.errors import StoreError
from audiocore.events import SendAudio, SendMark, StreamStopped, TransportEvent
from audiocore.transports.twilio import TwilioMediaStream
from pipeline.captions import Captions
from pipeline.interfaces.conversation import CallInfo
from pipeline.interfaces.stores import CallRecord, TurnRecord
from pipeline.server.edge import Edge, LiveCall, Send
from pipeline.server.listen import EdgeServer, bind
from pipeline.server.options import ServerOptions
from pipeline.server.records import Records
from pipeline.server.sessions import SessionRegistry
from pipeline.server.signature import SignatureCheck
from pipeline.workers import Worker


class LoopClock:
    """The event loop's clock."""

    def now_ms(self) -> float:
        return asyncio.get_running_loop().time() * 1000

    def wall(self) -> str:
        return "2030-01-01T00:00:00+00:00"

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        timeout = None if until_ms is None else max(0.0, (until_ms - self.now_ms()) / 1000)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), timeout)


class DictStore:
    """A CallStore in a dictionary that also counts how often a call was ended."""

    def __init__(self) -> None:
        self.records: dict[str, CallRecord] = {}
        self.timelines: dict[str, Mapping[str, Any]] = {}
        self.ends: list[tuple[str, str]] = []
        self.broken = False

    def open_call(self, record: CallRecord) -> None:
        self._require_disk()
        self.records.setdefault(record.call_sid, record)

    def activate_call(self, call_sid: str) -> None:
        self._require_disk()
        if self.records[call_sid].status != "terminated":
            self._update(call_sid, status="active")

    def end_call(self, call_sid: str, ended_at: str, reason: str) -> None:
        self._require_disk()
        self.ends.append((call_sid, reason))
        if self.records[call_sid].status != "terminated":
            self._update(call_sid, status="terminated", ended_at=ended_at, end_reason=reason)

    def commit_turn(self, call_sid: str, turn: TurnRecord) -> None:
        self._update(call_sid, turns=(*self.records[call_sid].turns, turn))

    def keep_timeline(self, call_sid: str, timeline: Mapping[str, Any]) -> None:
        self.timelines[call_sid] = timeline

    def timeline(self, call_sid: str) -> Mapping[str, Any] | None:
        return self.timelines.get(call_sid)

    def call(self, call_sid: str) -> CallRecord | None:
        self._require_disk()
        return self.records.get(call_sid)

    def calls(self, limit: int = 100) -> tuple[CallRecord, ...]:
        return tuple(reversed(self.records.values()))[:limit]

    def _require_disk(self) -> None:
        if self.broken:
            raise StoreError("the disk is full")

    def _update(self, call_sid: str, **changes: object) -> None:
        self.records[call_sid] = replace(self.records[call_sid], **changes)  # type: ignore[arg-type]


class GreetingCall:
    """A call that says one frame, and then only listens."""

    def __init__(self, info: CallInfo, send: Send) -> None:
        self.info = info
        self.captions = Captions()
        self.received: list[TransportEvent] = []
        self.ended = 0
        self._send = send
        self._reason: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def receive(self, event: TransportEvent) -> None:
        self.received.append(event)
        if isinstance(event, StreamStopped):
            self.hang_up(event.reason)

    def hang_up(self, reason: str) -> None:
        if not self._reason.done():
            self._reason.set_result(reason)

    async def run(self) -> str:
        await self._send(SendAudio(b"\x80" * 160))
        await self._send(SendMark("greeting"))
        reason = await self._reason
        self.ended += 1
        return reason


class Running:
    """One server, its parts, and its address."""

    def __init__(self, edge: Edge, store: DictStore, calls: list[GreetingCall], port: int) -> None:
        self.edge, self.store, self.calls = edge, store, calls
        self.url = f"http://127.0.0.1:{port}"
        self.appointments: list[dict[str, object]] = []
        self.server: EdgeServer
        self.serving: asyncio.Task[None]


StartServer = Callable[..., contextlib.AbstractAsyncContextManager[Running]]


@pytest.fixture
def store_worker() -> Iterator[Worker]:
    worker = Worker("store", niceness=0)
    yield worker
    worker.close()


@pytest.fixture
def start_server(store_worker: Worker) -> StartServer:
    """Starts servers: ``async with start_server(max_calls=1) as running``."""

    @contextlib.asynccontextmanager
    async def start(
        *auth_tokens: str,
        crashed: CallRecord | None = None,
        open_call: Callable[[CallInfo, Send], LiveCall] | None = None,
        **options: object,
    ) -> AsyncIterator[Running]:
        server_options = ServerOptions(port=0, **options)  # type: ignore[arg-type]
        store, calls = DictStore(), list[GreetingCall]()
        if crashed is not None:
            store.open_call(crashed)

        def open_greeting(info: CallInfo, send: Send) -> GreetingCall:
            calls.append(GreetingCall(info, send))
            return calls[-1]

        listener = bind(server_options)
        edge = Edge(
            options=server_options,
            signature=SignatureCheck(auth_tokens),
            sessions=SessionRegistry(server_options.max_calls),
            records=Records(store, store_worker),
            appointments=lambda: running.appointments,
            clock=LoopClock(),
            open_codec=TwilioMediaStream,
            open_call=open_call or open_greeting,
        )
        running = Running(edge, store, calls, listener.getsockname()[1])
        started = asyncio.Event()
        server = EdgeServer(edge, started.set)
        running.server = server
        running.serving = asyncio.create_task(server.serve(sockets=[listener]))
        await started.wait()
        try:
            yield running
        finally:
            server.handle_exit(signal.SIGTERM, None)
            await running.serving

    return start


@pytest.fixture
async def running(start_server: StartServer) -> AsyncIterator[Running]:
    """A server that checks no signatures."""
    async with start_server(drain_s=0.0) as server:
        yield server
