"""``POST /telephony/inbound`` and ``POST /telephony/status``: what Twilio asks over HTTP.

Sources: https://www.twilio.com/docs/voice/twiml (request parameters) and
https://www.twilio.com/docs/voice/api/call-resource#statuscallback.
"""

from __future__ import annotations

import logging
import re
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from pipeline.interfaces.conversation import CallInfo
from pipeline.server import twiml
from pipeline.server.edge import Edge
from pipeline.server.signature import SIGNATURE_HEADER

MAX_BODY_BYTES = 64 * 1024
MAX_FIELDS = 200
MAX_NUMBER_CHARS = 256
TERMINAL_STATUSES = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})

_SID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_log = logging.getLogger(__name__)

Form = ImmutableMultiDict[str, str]


async def inbound(request: Request) -> Response:
    """A call comes in: answer with a media stream, or a busy tone when there is no line for it or
    the machine could not keep up with it."""
    edge: Edge = request.app.state.edge
    form = await _signed_form(request, edge)
    info = CallInfo(
        _sid(form, "CallSid"),
        form.get("From", "anonymous")[:MAX_NUMBER_CHARS],
        form.get("To", "")[:MAX_NUMBER_CHARS],
    )
    known = edge.sessions.get(info.call_sid)
    if known is None and edge.draining:
        return _answer(twiml.busy())
    if known is None and edge.overloaded():
        _log.warning("call %s refused: the models are too far behind", info.call_sid)
        return _answer(twiml.busy())
    session = known or edge.sessions.open(info, form.get("AccountSid", ""), edge.clock.now_ms())
    if session is None:
        _log.warning("call %s refused: %d calls at once", info.call_sid, edge.options.max_calls)
        return _answer(twiml.busy())
    if session.status == "terminated":
        return _answer(twiml.hang_up())
    # A retry may come while the first request is still writing: the store inserts or ignores.
    await edge.records.open(session.info, edge.clock.wall())
    return _answer(twiml.connect(edge.stream_url(request), session.token))


async def status(request: Request) -> Response:
    """The call's status changed; these requests may come out of order and more than once."""
    edge: Edge = request.app.state.edge
    form = await _signed_form(request, edge)
    session = edge.sessions.get(_sid(form, "CallSid"))
    call_status = form.get("CallStatus", "")
    sequence = form.get("SequenceNumber", "")
    if session is None or session.status == "terminated":
        return Response(status_code=204)
    if sequence.isascii() and sequence.isdigit():
        number = int(sequence[:9])
        if number <= session.last_sequence and call_status not in TERMINAL_STATUSES:
            return Response(status_code=204)
        session.last_sequence = max(number, session.last_sequence)
    if call_status in TERMINAL_STATUSES:
        if session.hang_up is not None:
            session.hang_up(call_status)
        else:
            await edge.end(session, call_status)
    return Response(status_code=204)


def _answer(document: str) -> Response:
    return Response(document, media_type="text/xml")


def _sid(form: Form, name: str) -> str:
    sid = form.get(name, "")
    if not _SID.fullmatch(sid):
        raise HTTPException(400, f"{name} is missing or malformed")
    return sid


async def _signed_form(request: Request, edge: Edge) -> Form:
    """The posted form, once it is known to come from Twilio.

    A server without signatures is for this machine alone, but a web page that is open on it could
    post here too and take all lines. Browsers say who sends them (Fetch, 3.2); Twilio does not.

    Raises:
        HTTPException: 403 unsigned or from a web page, 413 too large, 415 not a form, 400 not
            decodable.
    """
    if not edge.signature.required and "origin" in request.headers:
        raise HTTPException(403, "web pages may not call a server without twilio.auth_token")
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "the body must be application/x-www-form-urlencoded")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise HTTPException(413, f"the body must be at most {MAX_BODY_BYTES} bytes")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except ValueError:
        raise HTTPException(400, "the body is not a URL-encoded form") from None
    form = Form(pairs)
    url = edge.base_url(request) + _target(request)
    if not edge.signature.webhook(url, form, request.headers.get(SIGNATURE_HEADER)):
        _log.warning("refused %s: X-Twilio-Signature does not match %s", request.url.path, url)
        raise HTTPException(403, "X-Twilio-Signature does not match this request")
    return form


def _target(request: Request) -> str:
    """Path and query exactly as requested; signatures cover the undecoded form."""
    target: str = request.scope["raw_path"].decode("latin-1")
    query: str = request.scope["query_string"].decode("latin-1")
    return f"{target}?{query}" if query else target
