"""The composition root: time, and what is spoken ahead of time."""

from __future__ import annotations

import asyncio
import struct
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline import app
from pipeline.config import Config, ModelPaths, TtsOptions
from pipeline.flow.business import Business
from pipeline.interfaces.engines import SynthesizedClause
from pipeline.interfaces.stores import CallRecord


async def test_the_clock_waits_for_the_event_or_the_time() -> None:
    clock = app.SystemClock()
    never, now = asyncio.Event(), asyncio.Event()
    now.set()
    before = clock.now_ms()
    await clock.wait(never, before + 30)
    assert clock.now_ms() >= before + 29
    async with asyncio.timeout(5):
        await clock.wait(now, None)
        await clock.wait(now, before + 3_600_000)
        await clock.wait(never, before - 1)


async def test_a_wait_that_is_over_lets_others_run() -> None:
    ran = asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await app.SystemClock().wait(asyncio.Event(), 0.0)
    assert ran.is_set()


async def test_waiting_can_be_cancelled() -> None:
    waiting = asyncio.create_task(app.SystemClock().wait(asyncio.Event(), None))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_wall_time_is_utc() -> None:
    assert datetime.fromisoformat(app.SystemClock().wall()).utcoffset() == timedelta(0)


def test_nobody_else_may_read_what_callers_said(tmp_path: Path) -> None:
    database = app._database(tmp_path / "data")
    database.open_call(CallRecord("CA1", "active", "+1", "+2", "2030-01-01T00:00:00+00:00"))
    files = list((tmp_path / "data").iterdir())
    assert len(files) == 3  # the write-ahead log and its index as well
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    database.close()


def test_phrases_are_whole_clauses_of_what_every_call_hears() -> None:
    spoken = app.phrases(Business(name="Test Clinic"))
    assert spoken[0] == "Hello, this is Test Clinic."
    assert all(clause == " ".join(clause.split()) != "" for clause in spoken)


def test_the_caller_has_the_starter_voice_whatever_the_agent_has() -> None:
    config = Config(ModelPaths(Path("a"), Path("b"), Path("c")), tts=TtsOptions(length_scale=1.5))
    other = app.starter_voice(config, "rms")
    assert other.models == ModelPaths(Path("a"), Path("b"), app.STARTER_MODELS / "tts")
    assert other.tts == TtsOptions("rms")


class Metronome:
    """A voice of one sample per letter."""

    sample_rate = 16_000

    def synthesize(self, clause: str) -> SynthesizedClause:
        return SynthesizedClause(struct.pack(f"<{len(clause)}h", *[1000] * len(clause)), ())


def test_the_voice_comes_at_the_rate_of_the_telephone(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("models")
    config = Config(ModelPaths(folder, folder, folder))
    monkeypatch.setattr(app, "load_synthesizer", lambda *_: Metronome())
    text = "A sentence. " * 100
    pcm, sample_rate = app.speak(config, text, lambda _: None)
    assert sample_rate == 16_000
    assert len(pcm) == 2 * 100 * len("A sentence.")
    line = app.telephone_voice(config)(text)
    assert len(line) == pytest.approx(len(pcm) / 2, abs=100)
