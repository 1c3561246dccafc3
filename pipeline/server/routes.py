"""The whole HTTP and WebSocket surface on one page."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import asdict

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute

from audiocore.errors import EngineError, StoreError
from pipeline.captions import Captions
from pipeline.server import media, webhooks
from pipeline.server.edge import MEDIA_PATH, Edge
from pipeline.server.options import is_loopback
from pipeline.server.records import call_json, summary_json
from pipeline.timeline_svg import draw


def application(edge: Edge) -> Starlette:
    """An ASGI application over ``edge``."""

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await edge.records.end_leftovers(edge.clock.wall())
        sweep = asyncio.create_task(edge.sweep())
        yield
        sweep.cancel()

    app = Starlette(
        routes=[
            Route("/telephony/inbound", webhooks.inbound, methods=["POST"]),
            Route("/telephony/status", webhooks.status, methods=["POST"]),
            WebSocketRoute(MEDIA_PATH, media.twilio),
            Route("/calls", calls),
            Route("/calls/{call_sid}", call),
            Route("/calls/{call_sid}/timeline", timeline),
            Route("/calls/{call_sid}/captions", captions),
            Route("/appointments", appointments),
            Route("/metrics", metrics),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ],
        exception_handlers={StoreError: _database_down, EngineError: _database_down},
        lifespan=lifespan,
    )
    app.state.edge = edge
    return app


async def healthz(_: Request) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


async def readyz(request: Request) -> Response:
    """New calls are welcome. The port opens once models are warm, so only draining says no."""
    if request.app.state.edge.draining:
        return PlainTextResponse("draining\n", 503)
    return PlainTextResponse("ready\n")


async def calls(request: Request) -> Response:
    """The latest calls, newest first, without their turns."""
    edge = _readable(request)
    return JSONResponse({"calls": [summary_json(record) for record in await edge.records.calls()]})


async def call(request: Request) -> Response:
    """One call, live: a turn is here as soon as it has been spoken."""
    edge = _readable(request)
    record = await edge.records.call(request.path_params["call_sid"])
    if record is None:
        raise HTTPException(404, "no such call")
    return JSONResponse(call_json(record))


async def timeline(request: Request) -> Response:
    """A finished call on one time axis: a picture, or JSON for who accepts that or asks with
    ``?format=json``."""
    edge = _readable(request)
    call_sid = request.path_params["call_sid"]
    kept = await edge.records.timeline(call_sid)
    if kept is None:
        raise HTTPException(404, "no timeline: no such call, or it is not over yet")
    wanted = request.query_params.get("format")
    if wanted == "json" or (wanted is None and "json" in request.headers.get("accept", "")):
        return JSONResponse(kept)
    record = await edge.records.call(call_sid)
    turns = call_json(record)["turns"] if record is not None else []
    return Response(draw(kept, turns), media_type="image/svg+xml")


async def captions(request: Request) -> Response:
    """What a caller is being heard to say, live, as server-sent events (WHATWG HTML, 9.2): JSON
    with ``turn``, ``stable`` words, and ``unstable`` ones that may still change."""
    edge = _readable(request)
    session = edge.sessions.get(request.path_params["call_sid"])
    if session is None or session.captions is None:
        raise HTTPException(404, "no captions: no such call, or it is not on the line")
    headers = {"Cache-Control": "no-store"}
    events = _events(session.captions)
    return StreamingResponse(events, headers=headers, media_type="text/event-stream")


async def _events(captions: Captions) -> AsyncIterator[str]:
    yield ": listening\n\n"  # the far end knows at once that it is connected
    async with contextlib.aclosing(captions.follow()) as following:
        async for newest in following:
            yield f"data: {json.dumps({'turn': newest.turn, **asdict(newest.caption)})}\n\n"


async def appointments(request: Request) -> Response:
    """What has been booked."""
    edge = _readable(request)
    booked = await edge.records.read(edge.appointments)
    return JSONResponse({"appointments": [dict(appointment) for appointment in booked]})


async def metrics(request: Request) -> Response:
    """Counters and histograms in Prometheus' text format."""
    edge = _readable(request)
    return Response(edge.meters.exposition(), media_type="text/plain; version=0.0.4")


def _readable(request: Request) -> Edge:
    """The edge, if this request may see what callers said.

    A server that only this machine can reach is open, but not to web pages that name it otherwise
    (DNS rebinding); any other server asks for ``server.api_token``.
    """
    edge: Edge = request.app.state.edge
    token = edge.options.api_token
    if token is None:
        if not edge.options.local_only:
            raise HTTPException(403, "records are closed: set server.api_token")
        if not is_loopback(request.url.hostname or ""):
            raise HTTPException(403, "records are for this machine: ask 127.0.0.1")
        return edge
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        challenge = {"WWW-Authenticate": "Bearer"}  # RFC 9110, 15.5.2
        raise HTTPException(401, "give server.api_token as a Bearer token", challenge)
    return edge


async def _database_down(_: Request, __: Exception) -> Response:
    # 503 makes Twilio use the number's fallback URL.
    return PlainTextResponse("the database cannot be used\n", 503)
