"""An attempt hands over a long clause while it is being made, and stops between its parts."""

from __future__ import annotations

import asyncio
import struct
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field

import pytest

from audiocore.errors import EngineError
from audiocore.events import AttemptFailed, ReplyStarted, TurnEvent
from audiocore.playout import SpokenClause
from pipeline.attempt import Attempt, Stages
from pipeline.interfaces.conversation import Say
from pipeline.interfaces.engines import SynthesizedClause, Word
from pipeline.speech import Speaker
from pipeline.workers import Worker
from tests.pipeline.conftest import INFO, Ears, Script

PART = struct.pack("<2400h", *[8_000, -8_000] * 1_200)
"""300 ms."""


@dataclass
class Slow:
    """A voice that makes one part whenever it is told to."""

    sample_rate = 8_000
    parts: int = 5
    fails_after: int | None = None
    made: int = 0
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def synthesize(self, clause: str) -> SynthesizedClause:
        raise AssertionError("a whole clause is not asked for")

    def stream(self, clause: str) -> Iterator[SynthesizedClause]:
        texts = clause.split()
        step = self.parts * len(PART) // 2 // len(texts)
        words = tuple(Word(text, step * (i + 1)) for i, text in enumerate(texts))
        for number in range(self.parts):
            assert self.go.acquire(timeout=20)
            if number == self.fails_after:
                raise EngineError("the voice is broken")
            self.made += 1
            yield SynthesizedClause(PART, words if number == 0 else ())


class Rig:
    """One attempt that answers with one long sentence."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.voice = Slow()
        self.events: list[TurnEvent] = []
        flow = Script()
        flow.replies["start"] = [Say("We are open on Monday and on Tuesday.")]
        stages = Stages(Ears(), worker, flow, Speaker(self.voice), worker)
        self.attempt = Attempt(
            INFO,
            0,
            1,
            stages=stages,
            now_ms=lambda: 0.0,
            report=self.events.append,
            wake=lambda: None,
            expect=lambda _: None,
        )

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def rest(self) -> list[SpokenClause]:
        """Everything up to the end of the reply."""
        taken = []
        while True:
            await self.until(lambda: self.attempt.ready)
            if (part := self.attempt.take()) is None:
                return taken
            taken.append(part)


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    worker = Worker("tts")
    rig = Rig(worker)
    rig.attempt.respond("start", "", None)
    rig.attempt.confirm(None)
    yield rig
    rig.attempt.cancel()
    rig.voice.go.release(10)
    await rig.attempt.settled()
    worker.close()


async def test_a_part_is_there_before_the_next_is_made(rig: Rig) -> None:
    rig.voice.go.release()
    await rig.until(lambda: rig.attempt.ready)
    first = rig.attempt.take()
    assert first is not None
    assert rig.voice.made == 1
    assert rig.events == [ReplyStarted(0, 1)]
    assert [word.text for word in first.words] == ["We"]

    rig.voice.go.release(4)
    parts = [first, *await rig.rest()]
    assert rig.voice.made == 5
    assert 1.4 < sum(len(part.ulaw_8k) for part in parts) / 8_000 < 1.8
    said = [word.text for part in parts for word in part.words]
    assert " ".join(said) == "We are open on Monday and on Tuesday."


async def test_a_cancelled_attempt_makes_no_further_part(rig: Rig) -> None:
    rig.voice.go.release()
    await rig.until(lambda: rig.attempt.ready)
    rig.attempt.cancel()
    await rig.attempt.settled()
    rig.voice.go.release(10)
    await rig.worker.run(lambda: None)  # its thread is free again
    assert rig.voice.made <= 2  # the one that was being made


async def test_a_voice_that_fails_in_the_middle_ends_the_reply_there(rig: Rig) -> None:
    rig.voice.parts, rig.voice.fails_after = 9, 8
    rig.voice.go.release(9)
    await rig.until(lambda: rig.voice.made == 8)
    await rig.worker.run(lambda: None)  # it has failed, with more parts made than may be held
    parts = await rig.rest()
    assert sum(len(part.ulaw_8k) for part in parts) / 8_000 > 2
    assert not any(isinstance(event, AttemptFailed) for event in rig.events)
