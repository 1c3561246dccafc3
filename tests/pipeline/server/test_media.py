"""Media sockets, opened the way Twilio opens them, on a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

import pytest
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from audiocore.events import AudioReceived, StreamStarted, StreamStopped
from pipeline.caller import web
from pipeline.caller.stream import CarrierStream
from tests.pipeline.server.conftest import Running, StartServer
from tests.pipeline.server.test_webhooks import FORM, token_of

CALL = FORM[0][1]
ACCOUNT = "ACffffffffffffffffffffffffffffffff"


async def answered(running: Running) -> tuple[CarrierStream, str]:
    """A stream for a call whose webhook has been answered, and its token."""
    answer = await web.post_form(
        f"{running.url}/telephony/inbound", [*FORM, ("AccountSid", ACCOUNT)]
    )
    return CarrierStream("MZ1", CALL, ACCOUNT), token_of(answer)


def socket_to(running: Running, **headers: str) -> connect:
    url = running.url.replace("http", "ws") + "/media/twilio"
    return connect(url, additional_headers=headers, compression=None)


async def start(socket: ClientConnection, stream: CarrierStream, token: str) -> None:
    await socket.send(stream.connected())
    await socket.send(stream.start({"token": token}))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_a_call_is_held_and_ends_at_stop(running: Running) -> None:
    stream, token = await answered(running)
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        media, mark = [json.loads(await socket.recv()) for _ in range(2)]
        assert (media["event"], mark["event"]) == ("media", "mark")
        assert media["streamSid"] == "MZ1"
        await until(lambda: running.store.records[CALL].status == "active")
        await socket.send(stream.media(b"\xff" * 160))
        await socket.send(stream.stop())
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1000
    kinds = [type(event) for event in running.calls[0].received]
    assert kinds == [StreamStarted, AudioReceived, StreamStopped]
    assert running.store.ends == [(CALL, "stream stopped")]


async def test_stop_close_and_status_end_a_call_once(running: Running) -> None:
    stream, token = await answered(running)
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        await socket.recv()
        await socket.send(stream.stop())
        socket.transport.abort()
        done = [("CallSid", CALL), ("CallStatus", "completed")]
        await web.post_form(f"{running.url}/telephony/status", done)
        await until(lambda: bool(running.store.ends))
    assert len(running.store.ends) == 1
    assert running.calls[0].ended == 1


async def test_an_abrupt_hang_up_leaves_nothing_behind(running: Running) -> None:
    stream, token = await answered(running)
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        await socket.recv()
        socket.transport.abort()
        await until(lambda: bool(running.store.ends))
    assert running.store.ends == [(CALL, "disconnected")]
    assert running.edge.sessions.live() == []
    assert running.calls[0].ended == 1


async def test_a_status_callback_ends_a_running_call(running: Running) -> None:
    stream, token = await answered(running)
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        await socket.recv()
        done = [("CallSid", CALL), ("CallStatus", "completed")]
        await web.post_form(f"{running.url}/telephony/status", done)
        assert [json.loads(m)["event"] async for m in socket] == ["mark"]
    assert running.store.ends == [(CALL, "completed")]


async def refusal(running: Running, stream: CarrierStream, token: str) -> int:
    """The close code that a start message with this token gets."""
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def test_a_wrong_missing_or_foreign_token_is_closed_1008(running: Running) -> None:
    stream, token = await answered(running)
    other_call = CarrierStream("MZ2", "CAother", ACCOUNT)
    other_account = CarrierStream("MZ2", CALL, "AC0")
    for wrong, offered in (
        (stream, "x" * len(token)),
        (stream, ""),
        (stream, "ünicode"),
        (other_call, token),
        (other_account, token),
    ):
        assert await refusal(running, wrong, offered) == 1008
    assert running.calls == []
    assert running.store.records[CALL].status == "initializing"


async def test_a_token_works_once(running: Running) -> None:
    stream, token = await answered(running)
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        await socket.recv()
        assert await refusal(running, CarrierStream("MZ2", CALL, ACCOUNT), token) == 1008
        assert len(running.calls) == 1


async def test_a_stream_of_another_format_is_closed_and_the_log_says_what_to_do(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    stream, token = await answered(running)
    wanted = stream.start({"token": token})
    async with socket_to(running) as socket:
        await socket.send(wanted.replace("audio/x-mulaw", "audio/x-l16"))
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008
    assert "remove audioFormat from <Stream>" in caplog.text
    assert running.calls == []


async def test_a_socket_that_says_nothing_is_closed(start_server: StartServer) -> None:
    async with start_server(start_timeout_s=0.2, drain_s=0.0) as running:
        async with socket_to(running) as socket:
            await socket.send('{"event":"connected"}')
            with pytest.raises(ConnectionClosed) as closed:
                await socket.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
        assert running.calls == []


async def test_garbage_before_and_after_start_is_survived(running: Running) -> None:
    stream, token = await answered(running)
    async with socket_to(running) as socket:
        for garbage in ("", "null", "{", b"\x00\xff", '{"event":1}', '{"event":"media"}'):
            await socket.send(garbage)
        await start(socket, stream, token)
        assert json.loads(await socket.recv())["event"] == "media"
        await socket.send(b"\xff\xfe")
        await socket.send('{"event":"media","media":{"payload":"*"}}')
        await socket.send(stream.media(b"\xff" * 160))
        await until(lambda: len(running.calls[0].received) == 2)


async def test_a_call_survives_a_database_that_fails(running: Running) -> None:
    stream, token = await answered(running)
    running.store.broken = True
    async with socket_to(running) as socket:
        await start(socket, stream, token)
        assert json.loads(await socket.recv())["event"] == "media"
        await socket.send(stream.media(b"\xff" * 160))
        await until(lambda: len(running.calls[0].received) == 2)
        await socket.send(stream.stop())
        assert [json.loads(m)["event"] async for m in socket] == ["mark"]
    assert running.edge.sessions.live() == []


async def test_a_closed_socket_before_start_costs_nothing(running: Running) -> None:
    async with socket_to(running):
        pass
    assert (await web.get(f"{running.url}/readyz")).status == 200
    assert running.calls == []


async def test_the_handshake_is_signed_with_the_wss_address(start_server: StartServer) -> None:
    validator = RequestValidator("12345")
    public = "https://voice.example.com"
    async with start_server("12345", public_url=public, drain_s=0.0) as running:
        media = "voice.example.com/media/twilio"
        for good in (
            f"wss://{media}",
            f"wss://{media}/",
            f"wss://{media}".replace(".com", ".com:443"),
        ):
            signature = validator.compute_signature(good, {})
            async with socket_to(running, **{"x-twilio-signature": signature}):
                pass
        bad = validator.compute_signature(f"https://{media}", {})
        for headers in ({}, {"X-Twilio-Signature": bad}):
            with pytest.raises(InvalidStatus) as refused:
                await socket_to(running, **headers)
            assert refused.value.response.status_code == 403
