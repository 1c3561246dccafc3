"""The whole product: a server process with the starter models, on a free loopback port."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.caller.spawn import READY

STARTER = Path(__file__).parents[2] / "models" / "starter"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without the starter models (a source archive, say) there is nothing to run end to end."""
    if not all((STARTER / name).exists() for name in ("stt", "llm", "tts")):
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="models/starter is absent"))


class Server:
    """A running ``audiocore serve``."""

    def __init__(self, url: str, process: subprocess.Popen[str]) -> None:
        self.url = url
        self.process = process

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


StartServer = Callable[..., contextlib.AbstractContextManager[Server]]


@contextlib.contextmanager
def started(data_dir: Path, **settings: str) -> Iterator[Server]:
    """Run a server on ``data_dir``; ``settings`` are ``AUDIOCORE_...`` variables."""
    command = [sys.executable, "-m", "pipeline.cli", "serve", "--port", "0"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(data_dir)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | settings,
    )
    assert process.stdout is not None
    try:
        ready = next(filter(None, map(READY.match, process.stdout)), None)
        assert ready is not None, "the server ended before it was ready"
        yield Server(ready[1], process)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(60)
        process.stdout.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not mind each other's calls."""
    with started(tmp_path_factory.mktemp("data"), AUDIOCORE_CALL_SILENCE_MS="3000") as running:
        yield running
