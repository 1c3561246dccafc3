"""A hub on this machine that answers what ``huggingface_hub`` asks, and misbehaves on demand."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "c0ffee" * 6 + "c0de"
_URL = re.compile(r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<path>.+)")


@dataclass
class Fault:
    """What goes wrong with one file."""

    status: int | None = None
    """Answer this instead."""
    code: str | None = None
    """``X-Error-Code``, by which the hub tells its refusals apart."""
    cuts: int = 0
    """How many transfers end early, each after half of what is left."""
    stalls: bool = False
    """The first transfer stops half-way and keeps the line open."""
    sends: bytes | None = None
    """Sent instead of the content."""
    announces: int | None = None
    """Size in the headers of HEAD."""
    ignores_range: bool = False
    no_headers: bool = False
    """As a server that is no hub answers."""


@dataclass
class LocalHub:
    """Its files by (repository, path), and a record of what was asked."""

    url: str = ""
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    commit: str = COMMIT
    token: str | None = None
    """Wanted for every file, if set."""
    asked: list[tuple[str, str, str | None]] = field(default_factory=list)
    """Method, path, range."""
    over: threading.Event = field(default_factory=threading.Event)

    def fetched(self, path: str) -> list[str | None]:
        """The ranges of every GET of a file."""
        return [range_ for method, asked, range_ in self.asked if method == "GET" and asked == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: LocalHub

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_GET(self) -> None:
        self._answer("GET")

    def _answer(self, method: str) -> None:
        match = _URL.fullmatch(self.path)
        assert match, self.path
        repo, path = match["repo"], match["path"]
        hub, fault = self.hub, self.hub.faults.get(path, Fault())
        range_ = self.headers.get("Range")
        hub.asked.append((method, path, range_))
        content = hub.files.get((repo, path))
        if hub.token and self.headers.get("Authorization") != f"Bearer {hub.token}":
            self._refuse(401, "GatedRepo")
        elif fault.status:
            self._refuse(fault.status, fault.code)
        elif content is None:
            self._refuse(404, "EntryNotFound")
        elif match["revision"] not in ("main", hub.commit):
            self._refuse(404, "RevisionNotFound")
        elif method == "HEAD":
            self._describe(path, content, fault)
        else:
            self._send(fault.sends if fault.sends is not None else content, range_, fault)

    def _refuse(self, status: int, code: str | None) -> None:
        self.send_response(status)
        if code:
            self.send_header("X-Error-Code", code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _describe(self, path: str, content: bytes, fault: Fault) -> None:
        size = len(content) if fault.announces is None else fault.announces
        large = path.endswith((".bin", ".gguf", ".onnx"))
        blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()
        self.send_response(200)
        if not fault.no_headers:
            self.send_header("X-Repo-Commit", self.hub.commit)
            self.send_header("ETag", f'"{blob}"')
            if large:
                self.send_header("X-Linked-Size", str(size))
                self.send_header("X-Linked-Etag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("Content-Length", str(size))
        self.end_headers()

    def _send(self, content: bytes, range_: str | None, fault: Fault) -> None:
        start = 0
        if range_ and not fault.ignores_range:
            start = int(range_.removeprefix("bytes=").rstrip("-"))
        body = content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if fault.cuts or fault.stalls:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            if fault.stalls:
                fault.stalls = False
                self.hub.over.wait()
            else:
                fault.cuts -= 1
            self.close_connection = True
            return
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        pass  # a client that hangs up is part of the test


@contextmanager
def running() -> Iterator[LocalHub]:
    """The hub on a free port of the loopback interface."""
    hub = LocalHub()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"hub": hub}))
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield hub
    finally:
        hub.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
