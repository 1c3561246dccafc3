"""The listening socket, and uvicorn with a shutdown that lets calls finish."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from audiocore.errors import ConfigError
from pipeline.server.edge import Edge
from pipeline.server.options import ServerOptions
from pipeline.server.routes import application


def bind(options: ServerOptions) -> socket.socket:
    """Take the port without answering on it yet; connections are refused until it is served.

    Raises:
        ConfigError: the address is not ours or taken.
    """
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        raise ConfigError(
            f"cannot listen on {options.host}:{options.port}: {error.strerror}; set server.host "
            "and server.port (or --host, --port) to a free address of this machine"
        ) from None
    return listener


class EdgeServer(uvicorn.Server):
    """uvicorn over an :class:`Edge`; give it the listener with ``serve(sockets=[listener])``.

    It answers until SIGTERM or SIGINT and the calls in progress are over. A second signal does not
    wait for them.
    """

    def __init__(self, edge: Edge, on_started: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                application(edge),
                http="h11",
                ws="websockets-sansio",
                ws_per_message_deflate=False,  # CPU for every frame, and mu-law does not compress
                ws_max_size=1024 * 1024,
                lifespan="on",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=5,
            )
        )
        self._edge = edge
        self._on_started = on_started
        self._loop: asyncio.AbstractEventLoop | None = None
        self._drain: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        self._on_started()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Signal handler: drain first, exit when drained or asked twice."""
        if self._loop is None or self._edge.draining:
            self.should_exit = True
            self.force_exit = sig == signal.SIGINT
        else:
            self._edge.draining = True
            self._loop.call_soon_threadsafe(self._start_draining)

    def _start_draining(self) -> None:
        self._drain = asyncio.get_running_loop().create_task(self._edge.drain())
        self._drain.add_done_callback(lambda _: setattr(self, "should_exit", True))
