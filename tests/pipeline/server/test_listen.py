"""Taking the port, and letting it go without cutting anyone off."""

from __future__ import annotations

import asyncio
import signal

import pytest

from audiocore.errors import ConfigError
from pipeline.caller import web
from pipeline.server.listen import bind
from pipeline.server.options import ServerOptions
from tests.pipeline.server.conftest import StartServer
from tests.pipeline.server.test_media import CALL, answered, socket_to, start, until


def test_a_taken_port_and_a_foreign_address_are_named() -> None:
    with bind(ServerOptions(port=0)) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"cannot listen on 127\.0\.0\.1:{port}: "):
            bind(ServerOptions(port=port))
    for host in ("192.0.2.1", "no.such.host.invalid"):
        with pytest.raises(ConfigError, match=f"cannot listen on {host}"):
            bind(ServerOptions(host=host, port=0))


def test_nobody_is_answered_before_the_server_runs() -> None:
    with bind(ServerOptions(port=0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(web.WebError, match="cannot be reached"):
            asyncio.run(web.get(url))


async def test_sigterm_lets_a_call_finish_and_takes_no_other(start_server: StartServer) -> None:
    async with start_server(drain_s=30.0) as running:
        stream, token = await answered(running)
        async with socket_to(running) as socket:
            await start(socket, stream, token)
            await until(lambda: bool(running.calls))
            running.server.handle_exit(signal.SIGTERM, None)
            assert (await web.get(f"{running.url}/readyz")).status == 503
            other = [("CallSid", "CAother"), ("From", "+1")]
            refused = await web.post_form(f"{running.url}/telephony/inbound", other)
            assert b"<Reject" in refused.body
            await socket.send(stream.media(b"\xff" * 160))
            await until(lambda: len(running.calls[0].received) == 2)
            assert not running.serving.done()
            await socket.send(stream.stop())
            async with asyncio.timeout(10):
                await running.serving
    assert running.store.ends == [(CALL, "stream stopped")]


async def test_a_call_that_does_not_finish_in_time_is_hung_up(start_server: StartServer) -> None:
    async with start_server(drain_s=0.1) as running:
        stream, token = await answered(running)
        async with socket_to(running) as socket:
            await start(socket, stream, token)
            await until(lambda: bool(running.calls))
            running.server.handle_exit(signal.SIGTERM, None)
            async with asyncio.timeout(10):
                assert len([message async for message in socket]) == 2
                await running.serving
    assert running.store.ends == [(CALL, "shutdown")]


async def test_a_webhook_without_its_stream_does_not_hold_up_the_end(
    start_server: StartServer,
) -> None:
    async with start_server(drain_s=30.0) as running:
        await answered(running)
        running.server.handle_exit(signal.SIGTERM, None)
        async with asyncio.timeout(10):
            await running.serving
    assert running.store.ends == [(CALL, "shutdown")]


async def test_a_second_signal_does_not_wait(start_server: StartServer) -> None:
    async with start_server(drain_s=30.0) as running:
        stream, token = await answered(running)
        async with socket_to(running) as socket:
            await start(socket, stream, token)
            await until(lambda: bool(running.calls))
            running.server.handle_exit(signal.SIGTERM, None)
            running.server.handle_exit(signal.SIGTERM, None)
            async with asyncio.timeout(20):
                await running.serving
    assert len(running.store.ends) == 1
