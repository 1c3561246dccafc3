"""One try at answering one turn: recognise, ask the flow, speak, and hold the audio until
confirmed.

Work starts at the caller's first pause. Until the turn table confirms the attempt nothing of it is
heard and nothing with a side effect runs; cancelled, it leaves no trace.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from audiocore.endpointing import believed
from audiocore.errors import AudiocoreError, EngineError, EngineTimeout
from audiocore.events import (
    AttemptFailed,
    Content,
    Recognised,
    ReplyEndsCall,
    ReplyFinished,
    ReplyStarted,
    TurnEvent,
    TurnKind,
)
from audiocore.overload import Effort
from audiocore.playout import SpokenClause
from pipeline.interfaces.conversation import CallInfo, EndCall, Say, TurnHandler, TurnInput
from pipeline.interfaces.engines import Recognizer, Transcript
from pipeline.partials import Partial
from pipeline.speech import ClauseSplitter, Speaker
from pipeline.telemetry import Meters, TurnTimings
from pipeline.workers import Errand, Priority, Worker, errand

log = logging.getLogger(__name__)

HELD_PARTS = 4
"""That may wait to be taken before the next clause is begun. Most clauses are two: their sound, and
the pause after it."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What every call shares: the models behind their workers, and the flow."""

    recognizer: Recognizer
    recognizer_worker: Worker
    handler: TurnHandler
    speaker: Speaker
    speaker_worker: Worker
    meters: Meters = field(default_factory=Meters)
    effort: Callable[[], Effort] = lambda: Effort.PARTIALS
    """What the machine can afford now."""


class _Clause(NamedTuple):
    """One clause on its way to the voice."""

    text: str
    protected: bool


class Attempt:
    """One attempt of one turn. Its results are reported as events of the turn table."""

    def __init__(
        self,
        call: CallInfo,
        turn: int,
        number: int,
        *,
        stages: Stages,
        now_ms: Callable[[], float],
        report: Callable[[TurnEvent], None],
        wake: Callable[[], None],
        expect: Callable[[float], None],
    ) -> None:
        """Nothing begins yet.

        Args:
            call, turn, number, stages: whose, which, and by what.
            now_ms: the clock.
            report: takes events.
            wake: called when :meth:`take` has something new.
            expect: takes the probability that the caller has finished, once it is known.
        """
        self.turn = turn
        self.number = number
        self.timings = TurnTimings(now_ms)
        self.agent_text = ""
        self._call = call
        self._stages = stages
        self._report = report
        self._wake = wake
        self._expect = expect
        self._transcript = Transcript("", 0.0)
        self._digits = ""
        self._confirmed = asyncio.Event()
        self._clauses: asyncio.Queue[SpokenClause | None] = asyncio.Queue(HELD_PARTS)
        self._started = False
        self._task: asyncio.Task[None] | None = None
        self._judging: asyncio.Task[None] | None = None

    @property
    def caller_text(self) -> str:
        """What the caller said, or the keys they pressed."""
        return self._transcript.text or self._digits

    @property
    def ready(self) -> bool:
        """Whether :meth:`take` has something."""
        return not self._clauses.empty()

    def take(self) -> SpokenClause | None:
        """The next clause to play, or part of one; None after the last."""
        return self._clauses.get_nowait()

    # --- what the turn table asks --------------------------------------------------------------

    def transcribe(
        self,
        pcm_16k: bytes,
        content: Callable[[Transcript], Content],
        partial: Partial | None = None,
    ) -> None:
        """Begin to recognise; ends in ``Recognised`` or ``AttemptFailed``.

        Args:
            pcm_16k: what the caller has said.
            content: says what a transcript holds.
            partial: the same, already recognised or about to be.
        """
        self._begin(lambda: self._transcribe(pcm_16k, content, partial))

    def respond(self, kind: TurnKind, digits: str, after: asyncio.Task[None] | None) -> None:
        """Begin to answer, once ``after`` (the record of earlier turns) is done."""
        self._digits = digits
        self._begin(lambda: self._respond(kind, after))

    def confirm(self, last_speech_ms: float | None) -> None:
        """Let it be heard and act. ``last_speech_ms``: when the caller stopped speaking."""
        if last_speech_ms is not None:
            self.timings.set("last_speech", last_speech_ms)
        self.timings.reach("confirmed")
        self._confirmed.set()
        if self._judging is not None:
            self._judging.cancel()
        self._announce()

    def cancel(self) -> None:
        """Stop whatever is under way. Idempotent."""
        for task in self._tasks():
            task.cancel()

    async def settled(self) -> None:
        """Return when nothing of this attempt runs any more."""
        if tasks := self._tasks():
            await asyncio.wait(tasks)

    def _tasks(self) -> list[asyncio.Task[None]]:
        return [task for task in (self._task, self._judging) if task is not None]

    # --- work ----------------------------------------------------------------------------------

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._task = asyncio.create_task(self._guard(work))

    async def _guard(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """A stage that fails never ends the call: what was said stands, or the table apologises."""
        errand.set(Errand(self._priority, self.timings.begin))
        try:
            await work()
        except AudiocoreError as error:
            log.warning("call %s: turn %d failed: %s", self._call.call_sid, self.turn, error)
            await self._fail()
        except Exception:
            log.exception("call %s: turn %d failed", self._call.call_sid, self.turn)
            await self._fail()

    async def _fail(self) -> None:
        if self._started:
            await self._clauses.put(None)
            self._wake()
        else:
            self._report(AttemptFailed(self.turn, self.number))

    def _priority(self) -> Priority:
        return Priority.CONFIRMED if self._confirmed.is_set() else Priority.SPECULATIVE

    async def _transcribe(
        self,
        pcm_16k: bytes,
        content_of: Callable[[Transcript], Content],
        partial: Partial | None,
    ) -> None:
        self._transcript = await self._recognise(pcm_16k, partial)
        self.timings.reach("stt_end")
        content = content_of(self._transcript)
        if content != "nothing" and not self._confirmed.is_set():
            self._judging = asyncio.create_task(self._judge(self._transcript))
        self._report(Recognised(self.turn, self.number, content))

    async def _recognise(self, pcm_16k: bytes, partial: Partial | None) -> Transcript:
        if partial is not None:
            partial.priority = self._priority
            self.timings.set("stt_start", partial.began_ms)
            try:
                return await partial.transcript()
            except EngineTimeout:
                raise  # it had all the time there is
            except EngineError as error:
                log.warning("call %s: words recognised ahead: %s", self._call.call_sid, error)
        self.timings.reach("stt_queued")
        return await self._stages.recognizer_worker.run(self._stages.recognizer.transcribe, pcm_16k)

    async def _judge(self, heard: Transcript) -> None:
        """Ask whether that was all. If the flow cannot say, the caller is given as long as one of
        whose words nothing is known."""
        try:
            finished = await self._stages.handler.finished(self._call, heard.text)
            self._expect(believed(finished, heard.confidence))
        except AudiocoreError as error:
            log.warning("call %s: end of turn: %s", self._call.call_sid, error)
        except Exception:
            log.exception("call %s: end of turn", self._call.call_sid)

    async def _respond(self, kind: TurnKind, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait([after])
        texts: asyncio.Queue[_Clause | None] = asyncio.Queue()
        composing = asyncio.create_task(self._compose(kind, texts))
        try:
            while (said := await texts.get()) is not None:
                async with aclosing(self._spoken(said.text)) as parts:
                    async for part in parts:
                        self.timings.reach("tts_first_audio")
                        await self._clauses.put(replace(part, protected=said.protected))
                        self._announce()
                        self._wake()
            await composing  # it is done; this raises what it raised
        finally:
            composing.cancel()
            await asyncio.wait([composing])
        if self.agent_text:
            await self._clauses.put(None)
            self._wake()
        else:
            await self._confirmed.wait()
            self._report(ReplyFinished(self.turn, self.number))

    async def _spoken(self, text: str) -> AsyncGenerator[SpokenClause, None]:
        speaker = self._stages.speaker
        if (ready := speaker.ready(text)) is not None:  # an apology does not wait for a stuck voice
            yield ready
            return
        async with aclosing(self._stages.speaker_worker.stream(speaker.stream, text)) as parts:
            async for part in parts:
                yield part

    async def _compose(self, kind: TurnKind, texts: asyncio.Queue[_Clause | None]) -> None:
        """The flow's words, clause by clause; None at the end, however it ends."""
        splitter = ClauseSplitter()
        turn = TurnInput(
            call=self._call,
            turn_index=self.turn,
            attempt=self.number,
            kind=kind,
            transcript=self._transcript,
            digits=self._digits,
            confirmed=self._wait_confirmed,
            stage=self.timings.reach,
        )
        self.timings.reach("handle_start")
        try:
            async with aclosing(self._stages.handler.handle(turn)) as actions:
                async for action in actions:
                    match action:
                        case Say(text, protected=True):
                            self._put_texts(splitter.flush(), texts)
                            whole = splitter.feed(text) + splitter.flush()
                            self._put_texts(whole, texts, protected=True)
                        case Say(text):
                            self._put_texts(splitter.feed(text), texts)
                        case EndCall(reason):
                            self._report(ReplyEndsCall(self.turn, self.number, reason))
            self._put_texts(splitter.flush(), texts)
        finally:
            texts.put_nowait(None)

    def _put_texts(
        self, clauses: list[str], texts: asyncio.Queue[_Clause | None], *, protected: bool = False
    ) -> None:
        for clause in clauses:
            self.timings.reach("first_clause")
            self.agent_text = f"{self.agent_text} {clause}".strip()
            texts.put_nowait(_Clause(clause, protected))

    async def _wait_confirmed(self) -> None:
        await self._confirmed.wait()

    def _announce(self) -> None:
        if self._confirmed.is_set() and self.ready and not self._started:
            self._started = True
            self._report(ReplyStarted(self.turn, self.number))
