"""A call with everything real but the models, the carrier and the clock."""

from __future__ import annotations

import asyncio
import math
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from audiocore.errors import EngineError
from audiocore.events import (
    AudioReceived,
    MarkReturned,
    SendAudio,
    SendClear,
    SendMark,
    TransportCommand,
)
from audiocore.g711 import ulaw_encode
from audiocore.overload import Effort
from audiocore.units import FRAME_MS, ULAW_SILENCE
from pipeline.attempt import Stages
from pipeline.call import CallOptions, CallOrchestrator
from pipeline.interfaces.conversation import (
    CallInfo,
    EndCall,
    FlowAction,
    ListeningPolicy,
    Say,
    ToolCall,
    TurnInput,
    TurnOutcome,
)
from pipeline.interfaces.engines import SynthesizedClause, Transcript, Word
from pipeline.interfaces.stores import CallRecord, TurnRecord
from pipeline.speech import Speaker
from pipeline.workers import Errand, Priority, Worker, errand

INFO = CallInfo("CA1", "+15550100", "+15550199")
SILENT = ULAW_SILENCE * 160
VOICE = ulaw_encode(
    b"".join(struct.pack("<h", round(8_000 * math.sin(i * 0.4))) for i in range(160))
)


class HeldClock:
    """A clock that moves only when a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._moved = asyncio.Event()

    def now_ms(self) -> float:
        return self.now

    def wall(self) -> str:
        return "2026-01-05T09:00:00+00:00"

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        while not event.is_set() and (until_ms is None or self.now < until_ms):
            moved = asyncio.ensure_future(self._moved.wait())
            woken = asyncio.ensure_future(event.wait())
            _, pending = await asyncio.wait([moved, woken], return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()

    def advance(self, ms: float) -> None:
        self.now += ms
        self._moved.set()
        self._moved = asyncio.Event()


class LoudnessVad:
    """Speech is what is loud."""

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        assert (len(pcm_8k), len(pcm_16k)) == (320, 640)
        return float(max(abs(s) for (s,) in struct.iter_unpack("<h", pcm_8k)) > 1_000)

    def reset(self) -> None:
        return None


@dataclass
class Ears:
    """Hears what the test says was said."""

    hears: Callable[[int], str] = lambda number: f"utterance {number}"
    utterances: list[bytes] = field(default_factory=list)
    confidence: float = 1.0

    def transcribe(self, pcm_16k: bytes) -> Transcript:
        self.utterances.append(pcm_16k)
        return Transcript(self.hears(len(self.utterances)), self.confidence)


class Voice:
    """Every word takes 200 ms."""

    sample_rate = 8_000
    broken = False

    def synthesize(self, clause: str) -> SynthesizedClause:
        if self.broken:
            raise EngineError("the voice is broken")
        words = clause.split()
        pcm = b"".join(struct.pack("<h", (i % 50) * 100) for i in range(1_600 * len(words)))
        ends = tuple(Word(word, 1_600 * (i + 1)) for i, word in enumerate(words))
        return SynthesizedClause(pcm, ends)

    def stream(self, clause: str) -> Iterator[SynthesizedClause]:
        yield self.synthesize(clause)


@dataclass
class Script:
    """A flow that says what the test tells it to, and remembers what it was asked."""

    replies: dict[str, list[FlowAction]] = field(default_factory=dict)
    turns: list[TurnInput] = field(default_factory=list)
    outcomes: list[TurnOutcome] = field(default_factory=list)
    acted: list[tuple[int, int]] = field(default_factory=list)
    closed: int = 0
    raises: dict[str, Exception] = field(default_factory=dict)
    raises_late: bool = False
    listening: ListeningPolicy = field(default_factory=ListeningPolicy)
    sure: float | Exception = 1.0
    judged: list[str] = field(default_factory=list)

    def policy(self, call: CallInfo) -> ListeningPolicy:
        return self.listening

    async def finished(self, call: CallInfo, text: str) -> float:
        self.judged.append(text)
        if isinstance(self.sure, Exception):
            raise self.sure
        return self.sure

    async def handle(self, turn: TurnInput) -> AsyncGenerator[FlowAction, None]:
        self.turns.append(turn)
        turn.stage("llm_first_token")
        if turn.kind in self.raises:
            raise self.raises[turn.kind]
        for action in self.replies.get(turn.kind, [Say("I heard you say something there.")]):
            yield action
        await turn.confirmed()
        if self.raises_late and turn.kind == "speech":
            raise RuntimeError("after the last word")
        self.acted.append((turn.turn_index, turn.attempt))

    async def commit(self, outcome: TurnOutcome) -> tuple[ToolCall, ...]:
        self.outcomes.append(outcome)
        return ()

    async def close(self, call: CallInfo) -> None:
        self.closed += 1


@dataclass
class Records:
    """Keeps turns in memory."""

    turns: list[TurnRecord] = field(default_factory=list)
    timelines: list[Mapping[str, Any]] = field(default_factory=list)

    def keep_timeline(self, call_sid: str, timeline: Mapping[str, Any]) -> None:
        self.timelines.append(timeline)

    def timeline(self, call_sid: str) -> Mapping[str, Any] | None: ...
    def commit_turn(self, call_sid: str, turn: TurnRecord) -> None:
        self.turns.append(turn)

    def open_call(self, record: CallRecord) -> None: ...
    def activate_call(self, call_sid: str) -> None: ...
    def end_call(self, call_sid: str, ended_at: str, reason: str) -> None: ...
    def call(self, call_sid: str) -> CallRecord | None: ...
    def calls(self, limit: int = 100) -> tuple[CallRecord, ...]: ...


@dataclass
class Line:
    """A carrier that plays 20 ms at a time and returns marks when they are reached."""

    queue: list[SendAudio | SendMark] = field(default_factory=list)
    sent: list[TransportCommand] = field(default_factory=list)
    played: bytes = SILENT
    broken: bool = False

    async def send(self, command: TransportCommand) -> None:
        if self.broken:
            raise ConnectionError("gone")
        self.sent.append(command)
        match command:
            case SendClear():
                self.queue.clear()
            case SendAudio() | SendMark():
                self.queue.append(command)

    def play(self) -> list[MarkReturned]:
        self.played = SILENT
        if self.queue and isinstance(self.queue[0], SendAudio):
            self.played = self.queue.pop(0).ulaw_8k
        marks = []
        while self.queue and isinstance(self.queue[0], SendMark):
            marks.append(MarkReturned(self.queue.pop(0).name))
        return marks

    def audio_frames(self) -> int:
        return sum(isinstance(command, SendAudio) for command in self.sent)


class Rig:
    """One call under test."""

    def __init__(self, workers: list[Worker], options: CallOptions) -> None:
        self.clock = HeldClock()
        self.ears, self.voice, self.flow = Ears(), Voice(), Script()
        self.records, self.line = Records(), Line()
        self.workers = workers
        self.media_ms = 0
        self.effort = Effort.PARTIALS
        self.stages = Stages(
            self.ears,
            workers[0],
            self.flow,
            Speaker(self.voice),
            workers[1],
            effort=lambda: self.effort,
        )
        self.call = CallOrchestrator(
            INFO,
            send=self.line.send,
            vad=LoudnessVad(),
            stages=self.stages,
            store=self.records,
            store_worker=workers[2],
            clock=self.clock,
            options=options,
        )
        self.flow.replies["start"] = [Say("Hello and welcome to the clinic.")]
        self.running = asyncio.create_task(self.call.run())

    async def settle(self) -> None:
        """Let everything that can happen at this moment happen."""
        errand.set(Errand(lambda: Priority.PARTIAL))  # so that we come after all work
        for _ in range(6):
            for _ in range(20):
                await asyncio.sleep(0)
            for worker in self.workers:
                await worker.run(lambda: None)

    async def caller(self, ms: int, frame: bytes | None = SILENT) -> None:
        """The caller is silent, or makes a sound, or (None) sends nothing at all, for a while."""
        for _ in range(ms // FRAME_MS):
            if frame is not None:
                self.call.receive(AudioReceived(frame, self.media_ms))
            self.media_ms += FRAME_MS
            self.clock.advance(FRAME_MS)
            for mark in self.line.play():
                self.call.receive(mark)
            await self.settle()

    async def greeted(self) -> Rig:
        """Listen to the greeting: 6 words, 1.2 s."""
        await self.settle()
        await self.caller(1_400)
        assert [turn.heard for turn in self.records.turns] == ["Hello and welcome to the clinic."]
        return self

    async def utter(self, ms: int = 600) -> None:
        """Say something and stop until the agent answers."""
        await self.caller(ms, VOICE)
        await self.caller(600)


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    workers = [Worker(name) for name in ("stt", "tts", "store")]
    yield workers
    for worker in workers:
        worker.close()


@pytest.fixture
async def rig(workers: list[Worker]) -> AsyncIterator[Rig]:
    options = replace(CallOptions(), silence_ms=3_000)
    rig = Rig(workers, options)
    yield rig
    rig.call.hang_up("test over")
    await rig.running


__all__ = ["INFO", "SILENT", "VOICE", "EndCall", "Rig"]
