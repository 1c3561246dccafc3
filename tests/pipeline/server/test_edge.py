"""What every route shares, on a clock that the test moves."""

from __future__ import annotations

import asyncio

from starlette.requests import Request

from audiocore.transports.twilio import TwilioMediaStream
from pipeline.interfaces.conversation import CallInfo
from pipeline.server.edge import Edge
from pipeline.server.options import ServerOptions
from pipeline.server.records import Records
from pipeline.server.sessions import NEVER_CONNECTED_MS, SessionRegistry
from pipeline.server.signature import SignatureCheck
from pipeline.workers import Worker
from tests.pipeline.server.conftest import DictStore, GreetingCall


class LeapingClock:
    """Every wait is over at once and takes as long as it says, until ``waits`` are used up."""

    def __init__(self, waits: int) -> None:
        self.at_ms = 0.0
        self.waits = waits

    def now_ms(self) -> float:
        return self.at_ms

    def wall(self) -> str:
        return "2030-01-01T00:00:00+00:00"

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        self.waits -= 1
        if self.waits < 0:
            await asyncio.Event().wait()
        self.at_ms = until_ms or self.at_ms
        await asyncio.sleep(0)


def edge(clock: LeapingClock, store: DictStore, worker: Worker, **options: object) -> Edge:
    return Edge(
        options=ServerOptions(**options),  # type: ignore[arg-type]
        signature=SignatureCheck([]),
        sessions=SessionRegistry(10),
        records=Records(store, worker),
        appointments=list,
        clock=clock,
        open_codec=TwilioMediaStream,
        open_call=GreetingCall,
    )


async def test_a_call_that_never_connects_is_closed_in_the_record(store_worker: Worker) -> None:
    clock, store = LeapingClock(25), DictStore()
    shared = edge(clock, store, store_worker)
    info = CallInfo("CA1", "+1", "+2")
    await shared.records.open(info, clock.wall())
    assert shared.sessions.open(info, "", 0.0) is not None
    sweeping = asyncio.create_task(shared.sweep())
    async with asyncio.timeout(5):
        while not store.ends:  # noqa: ASYNC110 - the sweep runs in a task of its own
            await asyncio.sleep(0.01)
    sweeping.cancel()
    assert store.ends == [("CA1", "never connected")]
    assert len(shared.sessions) == 0
    assert clock.at_ms > NEVER_CONNECTED_MS


def request(server: tuple[str, int]) -> Request:
    return Request({"type": "http", "server": server, "headers": [(b"host", b"evil.example")]})


def test_addresses_never_come_from_the_request(store_worker: Worker) -> None:
    local = edge(LeapingClock(0), DictStore(), store_worker)
    assert local.base_url(request(("127.0.0.1", 8080))) == "http://127.0.0.1:8080"
    assert local.stream_url(request(("::1", 8080))) == "ws://[::1]:8080/media/twilio"
    public = edge(
        LeapingClock(0), DictStore(), store_worker, public_url="https://voice.example.com/a/"
    )
    assert public.stream_url(request(("::1", 80))) == "wss://voice.example.com/a/media/twilio"
