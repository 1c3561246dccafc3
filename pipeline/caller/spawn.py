"""A server of our own to call: ``audiocore serve`` as a child process on a free loopback port.

A process of its own, so that neither the caller's clock nor its measurements share an event loop or
an interpreter lock with what they measure.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pipeline.caller.phone import CallFailed

SERVE = ("pipeline.cli", "serve")
READY = re.compile(r"ready: (http://\S+)")
"""The line that ``audiocore serve`` prints once it answers."""


@dataclass(frozen=True, slots=True)
class SpawnedServer:
    """A running child."""

    url: str
    pid: int

    def peak_memory_mb(self) -> float | None:
        """Largest resident size so far; None where the system does not tell (Linux does)."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except OSError:
            return None
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return round(int(found[1]) / 1024, 1) if found else None


@contextlib.asynccontextmanager
async def spawned_server(
    arguments: Sequence[str],
    on_line: Callable[[str], None],
    *,
    module: Sequence[str] = SERVE,
    environment: Mapping[str, str] = {},
    log: IO[bytes] | None = None,
) -> AsyncIterator[SpawnedServer]:
    """Start a server, wait until it answers, and stop it at the end.

    Args:
        arguments: for ``audiocore serve``, besides host and port.
        on_line: told of everything that it prints while it starts.
        module: what to run, with its first arguments.
        environment: besides our own.
        log: where its standard error goes; ours if not given.

    Raises:
        CallFailed: it ended instead of answering; it has said why on its standard error.
    """
    command = [sys.executable, "-m", *module, "--host", "127.0.0.1", "--port", "0"]
    child = await asyncio.create_subprocess_exec(
        *command,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
        env={**os.environ, **environment},
    )
    assert child.stdout is not None
    try:
        while line := (await child.stdout.readline()).decode().rstrip():
            if ready := READY.fullmatch(line):
                break
            on_line(line)
        else:
            raise CallFailed(f"the server did not start (exit code {await child.wait()})")
        yield SpawnedServer(ready[1], child.pid)
    finally:
        if child.returncode is None:
            child.terminate()
            try:
                await asyncio.wait_for(child.communicate(), 45)
            except TimeoutError:
                child.kill()
                await child.wait()
