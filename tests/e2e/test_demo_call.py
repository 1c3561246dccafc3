"""The command that a newcomer runs first, through every stage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipeline.caller.command import DEMO_SCRIPT
from pipeline.flow import lines
from tests.e2e.conftest import Server, started


def audiocore(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipeline.cli", *arguments],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_demo_call_books_what_the_caller_asked_for(tmp_path: Path) -> None:
    done = audiocore("call", "--json", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["booked_as_expected"] is True
    (call,) = report["calls"]
    assert call["ended"] == "agent"
    assert call["violations"] == []
    assert all(turn["response_ms"] for turn in call["turns"])
    assert_record(call["record"])
    goodbye = call["record"]["turns"][-1]
    assert goodbye["heard"] == goodbye["agent"] != ""  # the line is held until it has been played
    tools = [tool["name"] for turn in call["record"]["turns"] for tool in turn["tool_calls"]]
    assert "book_appointment" in tools
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".svg", ".wav"]


def assert_record(record: dict[str, Any]) -> None:
    """The shape that ``GET /calls/{call_sid}`` promises."""
    assert list(record) == [
        *("call_sid", "status", "from", "to", "started_at", "ended_at", "end_reason", "turns")
    ]
    assert record["status"] == "terminated"
    assert record["started_at"] < record["ended_at"]
    assert [turn["index"] for turn in record["turns"]] == list(range(len(record["turns"])))
    stages = {"endpoint", "stt", "llm_first_token", "first_clause", "tts_first_audio", "response"}
    for turn in record["turns"]:
        assert list(turn) == [
            *("index", "caller", "agent", "heard", "interrupted", "tool_calls", "timings_ms")
        ]
        assert all(list(tool) == ["name", "arguments", "result"] for tool in turn["tool_calls"])
        if turn["caller"]:
            assert stages <= set(turn["timings_ms"])


def test_a_recogniser_past_its_deadline_is_apologised_for_until_it_is_hopeless() -> None:
    done = audiocore("call", "--json", AUDIOCORE_DEADLINES_STT_MS="0.001")
    (call,) = json.loads(done.stdout)["calls"]
    turns = call["record"]["turns"]
    assert len(turns) == 3
    for turn in turns[1:]:  # the caller's next line may cut it off
        assert turn["agent"].startswith(lines.SORRY)
        assert turn["heard"]
    assert {turn["caller"] for turn in turns} == {""}
    assert call["record"]["end_reason"] == "failure"


def test_a_caller_who_interrupts_is_heard(tmp_path: Path) -> None:
    script = DEMO_SCRIPT.with_name("interrupting.toml")
    done = audiocore("call", "--json", "--script", str(script), "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["barge_in_ms"]["n"] >= 1
    assert any(turn["interrupted"] for turn in report["calls"][0]["record"]["turns"])


def test_another_booking_than_expected_fails(tmp_path: Path, server: Server) -> None:
    script = DEMO_SCRIPT.read_text().replace("mark carter", "somebody else")
    for recording in DEMO_SCRIPT.parent.glob("*.flac"):
        script = script.replace(f'"{recording.name}"', f'"{recording}"')
    (tmp_path / "script.toml").write_text(script)
    done = audiocore(
        *("call", "--json", "--url", server.url, "--out", str(tmp_path)),
        *("--script", str(tmp_path / "script.toml")),
    )
    assert done.returncode == 1
    assert json.loads(done.stdout)["booked_as_expected"] is False


def test_a_signed_call_to_a_server_with_a_token(tmp_path: Path) -> None:
    (tmp_path / "greet.toml").write_text('[[turn]]\npause_ms = 500\nhang_up = "stop"\n')
    token = {"AUDIOCORE_TWILIO_AUTH_TOKEN": "12345"}
    with started(tmp_path / "data", **token) as running:
        arguments = ["call", "--json", "--url", running.url, "--out", str(tmp_path)]
        arguments += ["--script", str(tmp_path / "greet.toml")]
        unsigned = audiocore(*arguments)
        assert unsigned.returncode == 1
        assert "HTTP 403" in unsigned.stderr
        (tmp_path / "audiocore.toml").write_text('[twilio]\nauth_token = "12345"\n')
        signed = audiocore(*arguments, "--config", str(tmp_path / "audiocore.toml"))
        assert signed.returncode == 0, signed.stderr
        assert json.loads(signed.stdout)["summary"]["greeting_ms"]["n"] == 1


def test_a_terminated_server_ends_its_calls_and_exits_cleanly(tmp_path: Path) -> None:
    (tmp_path / "wait.toml").write_text("[[turn]]\npause_ms = 60000\n[[turn]]\ndtmf = '1'\n")
    with started(tmp_path / "data", AUDIOCORE_SERVER_DRAIN_S="0.5") as running:
        arguments = ["call", "--json", "--url", running.url, "--out", str(tmp_path)]
        arguments += ["--script", str(tmp_path / "wait.toml")]
        caller = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        while not any(c["status"] == "active" for c in running.get("/calls")["calls"]):
            assert caller.poll() is None
        assert running.stop() == 0
        report = json.loads(caller.communicate(timeout=60)[0])
    assert report["calls"][0]["ended"] == "agent"
    with started(tmp_path / "data") as again:
        (call,) = again.get("/calls")["calls"]
    assert (call["status"], call["end_reason"]) == ("terminated", "shutdown")
