"""The HTTP client, against a plain socket that answers what it is told to."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from pipeline.caller import web


@contextlib.asynccontextmanager
async def answering(response: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that reads one request and sends ``response``."""
    requests: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or 0)
        requests.append(head + await reader.readexactly(length))
        writer.write(response)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", requests
    finally:
        server.close()
        await server.wait_closed()


async def test_a_form_is_posted_as_twilio_posts_it() -> None:
    ok = b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 2\r\n\r\nhi"
    async with answering(ok) as (url, requests):
        answer = await web.post_form(
            f"{url}/a/b?c=d", [("From", "+1415"), ("Empty", ""), ("A", "ü &")], [("X-Y", "z")]
        )
    assert (answer.status, answer.body) == (200, b"hi")
    assert answer.headers["content-type"] == "text/xml"
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /a/b?c=d HTTP/1.1\r\n")
    assert b"X-Y: z" in head
    assert b"application/x-www-form-urlencoded" in head
    assert body == b"From=%2B1415&Empty=&A=%C3%BC+%26"


async def test_answers_without_a_length_end_with_the_connection() -> None:
    async with answering(b"HTTP/1.1 404 Not Found\r\n\r\nnothing here") as (url, requests):
        answer = await web.get(url)
    assert (answer.status, answer.body) == (404, b"nothing here")
    assert requests[0].startswith(b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "response", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"]
)
async def test_what_is_not_http_is_an_error(response: bytes) -> None:
    async with answering(response) as (url, _):
        with pytest.raises(web.WebError, match="did not speak HTTP"):
            await web.get(url)


@pytest.mark.parametrize("url", ["", "127.0.0.1:1", "http://", "file:///etc/passwd"])
async def test_what_is_no_address_is_an_error(url: str) -> None:
    with pytest.raises(web.WebError, match="is not an http:// or https:// address"):
        await web.get(url)
