"""One HTTP request at a time, over asyncio streams and h11: all that a carrier asks of a
webhook."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import h11

TIMEOUT_S = 15.0
"""Twilio's ceiling for a webhook's answer."""


class WebError(Exception):
    """The far end could not be reached, or its answer was not HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP response."""

    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


async def get(url: str, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    """GET ``url``; raises WebError when there is no answer."""
    return await _request("GET", url, headers, b"")


async def post_form(
    url: str, fields: Sequence[tuple[str, str]], headers: Sequence[tuple[str, str]] = ()
) -> Answer:
    """POST URL-encoded ``fields``; raises WebError when there is no answer."""
    body = urlencode(fields).encode("ascii")
    kind = ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
    return await _request("POST", url, [kind, *headers], body)


async def _request(
    method: str, url: str, headers: Sequence[tuple[str, str]], body: bytes
) -> Answer:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WebError(f"{url!r} is not an http:// or https:// address")
    secure = parts.scheme == "https"
    context = ssl.create_default_context() if secure else None
    port = parts.port or (443 if secure else 80)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
            try:
                target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
                request = h11.Request(
                    method=method,
                    target=target,
                    headers=[
                        ("Host", parts.netloc.rpartition("@")[2]),
                        ("Connection", "close"),
                        ("Content-Length", str(len(body))),
                        *headers,
                    ],
                )
                return await _exchange(reader, writer, request, body)
            finally:
                writer.close()
    except TimeoutError:
        raise WebError(f"{url} did not answer within {TIMEOUT_S:g} s") from None
    except OSError as error:
        raise WebError(f"{url} cannot be reached: {error.strerror or error}") from None
    except h11.ProtocolError as error:
        raise WebError(f"{url} did not speak HTTP: {error}") from None


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: h11.Request, body: bytes
) -> Answer:
    connection = h11.Connection(h11.CLIENT)
    for event in (request, h11.Data(data=body), h11.EndOfMessage()):
        writer.write(connection.send(event) or b"")
    await writer.drain()
    status, headers, content = 0, {}, bytearray()
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(65_536))
            case h11.Response(status_code=status, headers=raw):
                headers = {name.decode(): value.decode("latin-1") for name, value in raw}
            case h11.Data(data=data):
                content += data
            case h11.EndOfMessage():
                return Answer(status, headers, bytes(content))
            case h11.ConnectionClosed():
                raise h11.RemoteProtocolError("closed before the response was complete")
