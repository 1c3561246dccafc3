"""What every route shares: sessions, records, signatures, and how to make a call. Held in
``app.state.edge``."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.requests import HTTPConnection

from audiocore.events import TransportCommand, TransportEvent
from pipeline.captions import Captions
from pipeline.interfaces.clock import Clock
from pipeline.interfaces.conversation import CallInfo
from pipeline.server.options import ServerOptions
from pipeline.server.records import Records
from pipeline.server.sessions import Session, SessionRegistry
from pipeline.server.signature import SignatureCheck
from pipeline.telemetry import Meters

MEDIA_PATH = "/media/twilio"
SWEEP_MS = 30_000

_log = logging.getLogger(__name__)

Send = Callable[[TransportCommand], Awaitable[None]]
"""Puts one command on the wire; OSError when the line is gone."""


class Codec(Protocol):
    """One stream's wire format, sans-I/O."""

    def receive(self, message: str | bytes) -> Sequence[TransportEvent]: ...

    def send(self, command: TransportCommand) -> str: ...


class LiveCall(Protocol):
    """One call in progress."""

    @property
    def captions(self) -> Captions: ...

    def receive(self, event: TransportEvent) -> None: ...

    def hang_up(self, reason: str) -> None: ...

    async def run(self) -> str:
        """Hold the conversation; returns why it ended. A failing send means that it has."""
        ...


@dataclass(slots=True)
class Edge:
    """The state of one server process."""

    options: ServerOptions
    signature: SignatureCheck
    sessions: SessionRegistry
    records: Records
    appointments: Callable[[], Sequence[Mapping[str, Any]]]
    """Blocking; what has been booked."""
    clock: Clock
    open_codec: Callable[[], Codec]
    open_call: Callable[[CallInfo, Send], LiveCall]
    overloaded: Callable[[], bool] = lambda: False
    """The machine is too far behind for another call."""
    meters: Meters = field(default_factory=Meters)
    draining: bool = False
    """Shutting down: calls in progress go on, new ones are refused."""
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a call ends."""

    def base_url(self, connection: HTTPConnection) -> str:
        """Address under which the far end reached us: as configured, else the socket that was
        reached."""
        if self.options.public_url:
            return self.options.public_url.rstrip("/")
        host, port = connection.scope["server"]
        return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def stream_url(self, connection: HTTPConnection) -> str:
        """The ``wss://`` address of the media socket (``ws://`` on loopback)."""
        return "ws" + self.base_url(connection).removeprefix("http") + MEDIA_PATH

    async def end(self, session: Session, reason: str) -> None:
        """Record the end of a call, once however often it is asked for."""
        if self.sessions.terminate(session.info.call_sid, self.clock.now_ms()):
            _log.info("call %s ended: %s", session.info.call_sid, reason)
            await self.records.end(session.info.call_sid, self.clock.wall(), reason)
            self._ended.set()

    async def sweep(self) -> None:
        """Forget calls that never connected, for as long as the server runs."""
        while True:
            await self.clock.wait(asyncio.Event(), self.clock.now_ms() + SWEEP_MS)
            for session in self.sessions.forget_stale(self.clock.now_ms()):
                _log.info("call %s never connected", session.info.call_sid)
                await self.records.end(session.info.call_sid, self.clock.wall(), "never connected")

    async def drain(self) -> None:
        """Refuse new calls, let those in progress finish for a while, then hang up the rest."""
        self.draining = True
        await self._until_quiet(self.options.drain_s)
        for session in self.sessions.live():
            if session.hang_up is not None:
                session.hang_up("shutdown")
            else:
                await self.end(session, "shutdown")
        await self._until_quiet(5.0)

    async def _until_quiet(self, seconds: float) -> None:
        deadline = self.clock.now_ms() + seconds * 1000
        while self.clock.now_ms() < deadline and any(s.hang_up for s in self.sessions.live()):
            self._ended.clear()
            await self.clock.wait(self._ended, deadline)
