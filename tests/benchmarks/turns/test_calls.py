"""Calls are placed over the wire, with all servers in turn."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import pytest

from benchmarks.turns import main
from benchmarks.turns.calls import Callers, measure, servers
from pipeline.caller.phone import CallFailed
from pipeline.caller.script import Script
from pipeline.caller.spawn import SpawnedServer
from pipeline.interfaces.conversation import CallInfo
from pipeline.server.edge import Send
from tests.pipeline.caller.agents import ToneAgent
from tests.pipeline.caller.test_phone import turn
from tests.pipeline.server.conftest import LoopClock, StartServer

SCRIPT = """\
settle_ms = 200
patience_ms = 60000

[[turn]]
audio = "{audio}"
words = "what are your opening hours"

[[turn]]
hang_up = "stop"
"""


def callers(*levels: int, calls: int) -> Callers:
    script = Script((turn(),), settle_ms=100)
    return Callers(script, LoopClock(), levels=levels, calls=calls, spread_ms=50)


async def test_servers_are_called_in_turn_and_one_at_all_levels(start_server: StartServer) -> None:
    calls: list[str] = []

    def open_call(name: str, info: CallInfo, send: Send) -> ToneAgent:
        calls.append(name)
        return ToneAgent(info, send, answers=1, tone_ms=200)

    async with (
        start_server(open_call=partial(open_call, "on")) as on,
        start_server(open_call=partial(open_call, "neither")) as neither,
    ):
        running = {
            "on": SpawnedServer(on.url, os.getpid()),
            "neither": SpawnedServer(neither.url, os.getpid()),
        }
        shown: list[str] = []
        cells = await measure(running, callers(1, 2, calls=3), shown.append)
    assert [(cell.variant, cell.at_once, len(cell.held)) for cell in cells] == [
        ("on", 1, 3),
        ("neither", 1, 3),
        ("on", 2, 4),
    ]
    assert calls[:6] == ["on", "neither", "neither", "on", "on", "neither"]
    assert len(shown) == 8
    assert all(held.wire.said for cell in cells for held in cell.held)


async def test_calls_that_fail_are_counted_and_end_nothing(start_server: StartServer) -> None:
    def open_call(info: CallInfo, send: Send) -> ToneAgent:
        return ToneAgent(info, send, answers=1, tone_ms=200)

    async with start_server(open_call=open_call, max_calls=1) as server:
        running = {"on": SpawnedServer(server.url, os.getpid())}
        (cell,) = await measure(running, callers(2, calls=2), lambda line: None)
    assert len(cell.held) == 1
    (failure,) = cell.failures
    assert "did not connect a stream" in failure


async def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    settings = {"on": {"call.nonsense": "1"}}
    with pytest.raises(CallFailed, match=r"on: .*CALL_NONSENSE: is not a setting"):
        async with servers(settings, ("pipeline.cli", "serve"), (), tmp_path, print):
            pass


def test_one_call_with_the_starter_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    audio = Path("pipeline/caller/demo/0-hours.flac").resolve()
    monkeypatch.setenv("AUDIOCORE_CALL_REPLY_MS", "60000")  # however busy the machine is
    file, out = tmp_path / "script.toml", tmp_path / "out"
    file.write_text(SCRIPT.format(audio=audio))
    command = ["--quick", "--variants", "on", "--script", str(file), "--output", str(out)]
    assert main(command) == 0
    (cell,) = json.loads((out / "turns.json").read_text())["runs"][0]["cells"]
    assert cell["wire"]["response_ms"]["n"] == cell["wire"]["calls"] == 1
    assert cell["wire"]["violations"] == 0
    assert cell["server"]["turns"] >= 1
    assert cell["server"]["work_ms"]["recogniser"]["p50"] > 0
    assert (out / "turns.svg").read_text().startswith("<svg")
    assert "| 1 | on |" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong", [["--variants", "off"], ["--at-once", "0"], ["--models", "huge", "--quick"]]
)
def test_what_makes_no_sense_is_refused(wrong: list[str], tmp_path: Path) -> None:
    try:
        code: object = main([*wrong, "--output", str(tmp_path)])
    except SystemExit as refused:
        code = refused.code
    assert code == 2
    assert list(tmp_path.iterdir()) == []
