"""One call in media time: a carrier, a caller who makes a sound over our speech, and what came of
it.

The call is the real :class:`~pipeline.call.CallOrchestrator` with the real detector, recogniser and
voice. Only the clock is held: it moves 20 ms at a time, as soon as nothing is left to do, so a run
is exact, repeatable, and as fast as the models. Models take no media time; what they cost on a
clock on the wall is for ``audiocore call`` to say.
"""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from audiocore.events import AudioReceived, MarkReturned, SendAudio, SendClear, TransportCommand
from audiocore.g711 import ulaw_decode, ulaw_encode
from audiocore.playout import SpokenClause
from audiocore.units import FRAME_MS, FRAME_SAMPLES, ms_to_samples
from pipeline.attempt import Stages
from pipeline.call import CallOptions, CallOrchestrator
from pipeline.caller.playback import Playback
from pipeline.interfaces.conversation import (
    CallInfo,
    FlowAction,
    ListeningPolicy,
    Say,
    ToolCall,
    TurnInput,
    TurnOutcome,
)
from pipeline.interfaces.engines import Recognizer, Synthesizer, Vad
from pipeline.interfaces.stores import CallRecord, TurnRecord
from pipeline.speech import ClauseSplitter, Speaker
from pipeline.workers import Worker

P = ParamSpec("P")
T = TypeVar("T")
Pcm = npt.NDArray[np.int16]

GO_AHEAD = "Go ahead."
LINE_MS = 40
"""One way between us and the caller's ear or mouth."""
SETTLE_MS = 1_600
"""Listened to after the sound, before the call is judged."""


@dataclass(frozen=True, slots=True)
class EchoPath:
    """Our own voice on its way back."""

    gain_db: float
    delay_ms: int
    """From our wire and back to it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one sound did to the agent's speech."""

    pauses: int
    """Times that the agent fell silent for it."""
    silent_ms: int
    """How long the agent was silent before it went on, all together; to the end if it did not."""
    clear_ms: int | None
    """First ``clear`` on the wire, after the frame of the onset was there; None without one."""
    committed: bool
    """The agent gave up its turn."""
    heard_words: int | None
    """What the record says that the caller heard, if the agent gave up its turn."""
    true_words: int | None
    """What had come out of the caller's telephone by then."""


# --- time and threads ----------------------------------------------------------------------------


class MediaClock:
    """Moves when told to."""

    def __init__(self) -> None:
        self._now_ms = 0.0

    def now_ms(self) -> float:
        return self._now_ms

    def wall(self) -> str:
        return "2026-01-05T09:00:00+00:00"

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        while not event.is_set() and (until_ms is None or self._now_ms < until_ms):  # noqa: ASYNC110
            await asyncio.sleep(0)

    async def advance(self, ms: float) -> None:
        """Let everything happen that can happen by then."""
        self._now_ms += ms
        for _ in range(24):
            await asyncio.sleep(0)


class InlineWorker(Worker):
    """Runs calls where they are asked for, in no time at all."""

    def __init__(self) -> None:
        super().__init__("inline", threads=0)

    @property
    def idle(self) -> bool:
        return True

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return call(*args, **kwargs)

    async def stream(
        self, call: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        for item in call(*args, **kwargs):
            yield item


# --- the far ends --------------------------------------------------------------------------------


class Monologue:
    """Says one thing, and lets whoever interrupts go ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.interrupted: TurnOutcome | None = None

    def policy(self, call: CallInfo) -> ListeningPolicy:
        return ListeningPolicy()

    async def finished(self, call: CallInfo, text: str) -> float:
        return 1.0

    async def handle(self, turn: TurnInput) -> AsyncGenerator[FlowAction, None]:
        yield Say(self._text if turn.turn_index == 0 else GO_AHEAD)

    async def commit(self, outcome: TurnOutcome) -> tuple[ToolCall, ...]:
        if outcome.turn_index == 0 and outcome.interrupted:
            self.interrupted = self.interrupted or outcome
        return ()

    async def close(self, call: CallInfo) -> None:
        return None


class _NoRecords:
    def open_call(self, record: CallRecord) -> None: ...
    def activate_call(self, call_sid: str) -> None: ...
    def end_call(self, call_sid: str, ended_at: str, reason: str) -> None: ...
    def commit_turn(self, call_sid: str, turn: TurnRecord) -> None: ...
    def keep_timeline(self, call_sid: str, timeline: Mapping[str, Any]) -> None: ...
    def timeline(self, call_sid: str) -> Mapping[str, Any] | None: ...
    def call(self, call_sid: str) -> CallRecord | None: ...
    def calls(self, limit: int = 100) -> tuple[CallRecord, ...]:
        return ()


class Telephone:
    """The carrier and the caller's end: plays, returns marks, and lets our voice leak back."""

    def __init__(self, reply: Sequence[SpokenClause], echo: EchoPath | None) -> None:
        self.sent: list[tuple[float, TransportCommand]] = []
        self._reply = reply
        self._playback = Playback()
        self._coming: deque[tuple[float, TransportCommand]] = deque()
        self._gain = 10 ** (echo.gain_db / 20) if echo else 0.0
        delay_ms = max(0, echo.delay_ms - 2 * LINE_MS) if echo else 0
        self._leak = np.zeros(ms_to_samples(delay_ms), np.float64)
        self._places = _places(reply)
        self._heard_samples = 0

    def receive(self, command: TransportCommand, now_ms: float) -> None:
        self.sent.append((now_ms, command))
        self._coming.append((now_ms + LINE_MS, command))

    def tick(self, mouth: Pcm, now_ms: float) -> tuple[bytes, list[str]]:
        """20 ms: what goes back on the line, and the marks with it."""
        marks: list[str] = []
        while self._coming and self._coming[0][0] <= now_ms:
            marks += self._playback.receive(self._coming.popleft()[1])
        playing = not self._playback.empty
        ear, passed = self._playback.play()
        if playing:
            self._follow(ear)
        self._leak = np.append(self._leak, np.frombuffer(ulaw_decode(ear), "<i2") * self._gain)
        back, self._leak = self._leak[:FRAME_SAMPLES], self._leak[FRAME_SAMPLES:]
        line = np.clip(mouth + back, -32768, 32767).astype("<i2")
        return ulaw_encode(line.tobytes()), marks + passed

    def _follow(self, frame: bytes) -> None:
        """Where in the reply the ear is, told from nothing but what it hears."""
        places = self._places.get(frame, [self._heard_samples])
        start = min(places, key=lambda place: abs(place - self._heard_samples))
        self._heard_samples = start + FRAME_SAMPLES

    def true_words(self) -> int:
        """Words of the reply that have come out whole."""
        start, count = 0, 0
        for clause in self._reply:
            ends = (start + word.end_samples for word in clause.words)
            count += sum(end <= self._heard_samples for end in ends)
            start += len(clause.ulaw_8k)
        return count


def _places(reply: Sequence[SpokenClause]) -> dict[bytes, list[int]]:
    audio = b"".join(clause.ulaw_8k for clause in reply)
    places = defaultdict(list)
    for at in range(0, len(audio), FRAME_SAMPLES):
        places[audio[at : at + FRAME_SAMPLES]].append(at)
    return places


# --- one call ------------------------------------------------------------------------------------


class Studio:
    """What all calls of a run share: the models, and the agent's speech."""

    def __init__(
        self,
        recognizer: Recognizer,
        synthesizer: Synthesizer,
        new_vad: Callable[[], Vad],
        text: str,
        options: CallOptions,
    ) -> None:
        splitter = ClauseSplitter()
        clauses = splitter.feed(text) + splitter.flush()
        self._text = text
        self._speaker = Speaker(synthesizer, [*clauses, GO_AHEAD])
        self._reply = [self._speaker.speak(clause) for clause in clauses]
        self._recognizer = recognizer
        self._new_vad = new_vad
        self._options = options

    async def barge_in(
        self,
        sound: Pcm,
        *,
        after_ms: int,
        onset_ms: int = 0,
        echo: EchoPath | None = None,
    ) -> Outcome:
        """Make ``sound`` (8 kHz) over the agent's speech, ``after_ms`` into the call.

        ``onset_ms``: where in ``sound`` its first speech is.
        """
        clock, flow = MediaClock(), Monologue(self._text)
        telephone = Telephone(self._reply, echo)
        worker = InlineWorker()

        async def send(command: TransportCommand) -> None:
            telephone.receive(command, clock.now_ms())

        call = CallOrchestrator(
            CallInfo("CA0", "", ""),
            send=send,
            vad=self._new_vad(),
            stages=Stages(self._recognizer, worker, flow, self._speaker, worker),
            store=_NoRecords(),
            store_worker=worker,
            clock=clock,
            options=self._options,
        )
        mouth = np.concatenate([np.zeros(ms_to_samples(after_ms), np.int16), sound])
        ticks = -(-len(mouth) // FRAME_SAMPLES) + SETTLE_MS // FRAME_MS
        mouth = np.pad(mouth, (0, ticks * FRAME_SAMPLES - len(mouth)))
        travelling: deque[tuple[float, bytes, list[str]]] = deque()
        true_words: int | None = None
        running = asyncio.create_task(call.run())
        await clock.advance(0)
        for tick in range(ticks):
            now_ms = clock.now_ms()
            at = tick * FRAME_SAMPLES
            telling = telephone.tick(mouth[at : at + FRAME_SAMPLES], now_ms)
            travelling.append((now_ms + LINE_MS, *telling))
            while travelling[0][0] <= now_ms:
                sent_ms, frame, marks = travelling.popleft()
                call.receive(AudioReceived(frame, round(sent_ms - LINE_MS)))
                for name in marks:
                    call.receive(MarkReturned(name))
            await clock.advance(FRAME_MS)
            if flow.interrupted is not None and true_words is None:
                true_words = telephone.true_words()
                break
        call.hang_up("over")
        while not running.done():
            await clock.advance(FRAME_MS)
        onset_at_ms = after_ms + onset_ms // FRAME_MS * FRAME_MS + LINE_MS
        heard = flow.interrupted.heard if flow.interrupted and true_words is not None else None
        return _outcome(telephone.sent, clock.now_ms(), onset_at_ms, heard, true_words)


def _outcome(
    sent: Sequence[tuple[float, TransportCommand]],
    end_ms: float,
    onset_ms: float,
    heard: str | None,
    true_words: int | None,
) -> Outcome:
    """What came of a call, by what went over the wire and by what was heard of the agent's turn if
    it was given up."""
    clears = [at for at, command in sent if isinstance(command, SendClear)]
    return Outcome(
        pauses=len(clears),
        silent_ms=_silent_ms(sent, end_ms),
        clear_ms=round(clears[0] - onset_ms) if clears else None,
        committed=true_words is not None,
        heard_words=None if heard is None else len(heard.split()),
        true_words=true_words,
    )


def _silent_ms(sent: Sequence[tuple[float, TransportCommand]], end_ms: float) -> int:
    """From every ``clear`` to the audio that follows it."""
    total, since = 0.0, math.nan
    for at_ms, command in sent:
        if isinstance(command, SendClear):
            since = at_ms
        elif isinstance(command, SendAudio) and since == since:
            total, since = total + at_ms - since, math.nan
    return round(total + (end_ms - since if since == since else 0.0))
