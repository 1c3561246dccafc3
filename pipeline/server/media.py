"""``WS /media/twilio``: one socket is one call's audio, both ways.

The reader never does model work: it hands events to the call, which only computes. Whoever opens a
socket must say within seconds which call it is and present the token that the webhook issued for
that call; until then nothing expensive happens.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Sequence

from starlette.websockets import WebSocket, WebSocketDisconnect

from audiocore.errors import RemoteProtocolError
from audiocore.events import StreamStarted, StreamStopped, TransportCommand, TransportEvent
from pipeline.server.edge import Codec, Edge, LiveCall
from pipeline.server.sessions import Session
from pipeline.server.signature import SIGNATURE_HEADER
from pipeline.server.twiml import TOKEN_PARAMETER

POLICY_VIOLATION = 1008
"""RFC 6455 section 7.4.1."""

_log = logging.getLogger(__name__)


async def twilio(socket: WebSocket) -> None:
    """Take one media stream from handshake to close."""
    edge: Edge = socket.app.state.edge
    signature = socket.headers.get(SIGNATURE_HEADER)
    if not edge.signature.handshake(edge.stream_url(socket), signature):
        _log.warning("media handshake refused: X-Twilio-Signature does not match")
        await socket.close(POLICY_VIOLATION)  # not accepted yet, so this answers 403
        return
    await socket.accept()
    codec = edge.open_codec()
    try:
        async with asyncio.timeout(edge.options.start_timeout_s):
            start, events = await _start(socket, codec)
    except TimeoutError:
        _log.warning("media socket sent no start within %g s", edge.options.start_timeout_s)
        await _close(socket, POLICY_VIOLATION, "no start")
        return
    except RemoteProtocolError as error:
        _log.warning("media socket refused: %s", error)
        await _close(socket, POLICY_VIOLATION, "no usable start")
        return
    except WebSocketDisconnect:
        return
    session = edge.sessions.claim(
        start.call_sid,
        start.account_sid,
        start.parameters.get(TOKEN_PARAMETER, ""),
        edge.clock.now_ms(),
    )
    if session is None:
        _log.warning("media socket refused: its token was not issued for this call, or was used")
        await _close(socket, POLICY_VIOLATION, "not this call's token")
        return
    await _hold(socket, edge, codec, session, (start, *events))


async def _hold(
    socket: WebSocket,
    edge: Edge,
    codec: Codec,
    session: Session,
    events: Sequence[TransportEvent],
) -> None:
    """Run the call on its socket, and end both once."""

    async def send(command: TransportCommand) -> None:
        try:
            await socket.send_text(codec.send(command))
        except (WebSocketDisconnect, RuntimeError) as error:
            # Starlette raises RuntimeError for any send after the one that found the socket closed.
            raise ConnectionError("the media socket is closed") from error

    call = edge.open_call(session.info, send)
    session.hang_up, session.captions = call.hang_up, call.captions
    reason = "failed"
    try:
        for event in events:
            call.receive(event)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(edge.records.activate(session.info.call_sid))
            reader = tasks.create_task(_read(socket, codec, call))
            reason = await call.run()
            reader.cancel()
    except Exception:
        _log.exception("call %s failed", session.info.call_sid)
    finally:
        await edge.end(session, reason)
    await _close(socket, 1000, "")


async def _start(socket: WebSocket, codec: Codec) -> tuple[StreamStarted, Sequence[TransportEvent]]:
    """The ``start`` of a stream, and whatever came with it.

    Raises:
        RemoteProtocolError: the stream ended instead, or cannot be used.
        WebSocketDisconnect: the far end is gone.
    """
    async for message in _messages(socket):
        events = codec.receive(message)
        for index, event in enumerate(events):
            if isinstance(event, StreamStarted):
                return event, events[index + 1 :]
            if isinstance(event, StreamStopped):
                raise RemoteProtocolError(event.reason)
    raise WebSocketDisconnect


async def _read(socket: WebSocket, codec: Codec, call: LiveCall) -> None:
    async for message in _messages(socket):
        for event in codec.receive(message):
            call.receive(event)
    call.hang_up("disconnected")


async def _messages(socket: WebSocket) -> AsyncIterator[str | bytes]:
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text: str | None = message.get("text")
        yield text if text is not None else message["bytes"]


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):  # the far end may be faster
        await socket.close(code, reason)
