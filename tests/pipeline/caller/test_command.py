"""What ``audiocore call`` makes of its calls."""

from __future__ import annotations

import json
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from audiocore.errors import ConfigError
from pipeline.caller import script
from pipeline.caller.command import DEMO_SCRIPT, CallReport, CallRequest, matches, place_calls
from pipeline.caller.phone import CallFailed
from pipeline.caller.script import Script
from pipeline.caller.spawn import spawned_server
from pipeline.interfaces.conversation import CallInfo
from pipeline.interfaces.stores import TurnRecord
from pipeline.server.edge import Send
from tests.pipeline.caller.agents import ToneAgent
from tests.pipeline.caller.test_phone import turn
from tests.pipeline.server.conftest import LoopClock, Running, StartServer

SATURDAY = date(2026, 11, 21)
BOOKED = {"name": "Daniel Wilson", "date": "2026-11-24", "time": "15:30", "call_sid": "CA1"}


@pytest.mark.parametrize(
    ("expect", "met"),
    [
        ({}, True),
        ({"name": "daniel wilson", "date": "tuesday", "time": "15:30"}, True),
        ({"name": "Daniel Wilson", "date": "2026-11-24"}, True),
        ({"name": "daniel"}, False),
        ({"date": "monday"}, False),
        ({"time": "03:30"}, False),
        ({"doctor": "x"}, False),
    ],
)
def test_expectations(expect: dict[str, str], met: bool) -> None:
    assert matches(BOOKED, expect, SATURDAY) == met


def test_a_weekday_means_the_one_of_this_week() -> None:
    for day in ("2026-12-01", "2026-11-17"):
        assert not matches(BOOKED | {"date": day}, {"date": "tuesday"}, SATURDAY)
    assert matches(BOOKED, {"date": "tuesday"}, date(2026, 11, 24))
    assert matches(BOOKED, {"date": "tuesday"}, date(2026, 11, 17))


def booking_agent(running: list[Running], appointment: dict[str, object]) -> object:
    """An agent that books when it is called, whatever is said."""

    def open_call(info: CallInfo, send: Send) -> ToneAgent:
        running[0].appointments.append(appointment | {"call_sid": info.call_sid})
        timings = {"response": 250.0}
        record = TurnRecord(0, "", "Hello.", "Hello.", False, (), timings)
        running[0].store.commit_turn(info.call_sid, record)
        return ToneAgent(info, send, answers=1, tone_ms=200)

    return open_call


async def report(
    start_server: StartServer, folder: Path, appointment: dict[str, object], calls: int = 1
) -> tuple[CallReport, list[str]]:
    shown: list[str] = []
    running: list[Running] = []
    async with start_server(open_call=booking_agent(running, appointment)) as server:
        running.append(server)
        server.appointments.append(BOOKED | {"call_sid": "CAbefore"})
        request = CallRequest(
            Script((turn(),), expect={"name": "ada"}, settle_ms=100),
            LoopClock(),
            url=server.url,
            calls=calls,
            out_dir=folder / "out",
        )
        return await place_calls(request, shown.append), shown


async def test_a_call_is_shown_kept_and_judged(start_server: StartServer, tmp_path: Path) -> None:
    outcome, shown = await report(start_server, tmp_path, {"name": "Ada"})
    assert outcome.succeeded
    content = json.loads(json.dumps(outcome.content))
    assert [a["name"] for a in content["booked"]] == ["Ada"]
    call = content["calls"][0]
    assert call["record"]["call_sid"] == call["call_sid"]
    kept = {path.suffix: path.read_bytes()[:4] for path in (tmp_path / "out").iterdir()}
    assert kept == {".wav": b"RIFF", ".svg": b"<svg"}
    assert any("says: tone" in line for line in shown)
    assert any("agent   Hello." in line for line in shown)


async def test_another_booking_is_not_the_one_asked_for(
    start_server: StartServer, tmp_path: Path
) -> None:
    outcome, _ = await report(start_server, tmp_path, {"name": "Eve"})
    assert not outcome.succeeded
    assert outcome.content["booked_as_expected"] is False


async def test_of_several_calls_for_one_slot_exactly_one_may_get_it(
    start_server: StartServer, tmp_path: Path
) -> None:
    outcome, shown = await report(start_server, tmp_path, {"name": "Ada"}, calls=3)
    assert not outcome.succeeded  # this agent gives it to all three
    assert len(outcome.content["calls"]) == len(outcome.content["booked"]) == 3
    assert sum("ended by agent" in line for line in shown) == 3


async def test_a_call_that_cannot_be_placed_is_reported(tmp_path: Path) -> None:
    request = CallRequest(
        Script((turn(),)), LoopClock(), url="http://127.0.0.1:1", calls=2, out_dir=tmp_path
    )
    with pytest.raises(CallFailed, match=r"2 of 2 calls failed: .* cannot be reached"):
        await place_calls(request, lambda _: None)


async def test_no_call_is_placed_that_could_not_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    nowhere = tmp_path / "file" / "out"
    request = CallRequest(Script((turn(),)), LoopClock(), url="http://127.0.0.1:1", out_dir=nowhere)
    with pytest.raises(ConfigError, match="out cannot be made: Not a directory; choose another"):
        await place_calls(request, lambda _: None)


async def test_a_server_that_does_not_start_is_reported(tmp_path: Path) -> None:
    wrong = ["--config", str(tmp_path / "none.toml")]
    with pytest.raises(CallFailed, match=r"the server did not start \(exit code 2\)"):
        async with spawned_server(wrong, lambda _: None):
            pass


def test_the_demo_scripts_load_and_their_audio_is_there() -> None:
    for path in DEMO_SCRIPT.parent.glob("*.toml"):
        loaded = script.load(path, partial(pytest.fail, "the demo needs no voice"))
        assert loaded.expect["name"] == "mark carter"
        assert all(turn.words and turn.ulaw_8k for turn in loaded.turns)
