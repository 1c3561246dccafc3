"""One try at answering one turn: recognise, ask the flow, speak, and hold the audio until
confirmed.

Work starts at the caller's first pause. Until the turn table confirms the attempt nothing of it is
heard and nothing with a side effect runs; cancelled, it leaves no trace.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from audiocore.backchannel import is_backchannel
from audiocore.errors import AudiocoreError
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
from audiocore.playout import SpokenClause
from pipeline.interfaces import (
    CallInfo,
    EndCall,
    Recognizer,
    Say,
    Transcript,
    TurnHandler,
    TurnInput,
)
from pipeline.speech import ClauseSplitter, Speaker
from pipeline.telemetry import Meters, TurnTimings
from pipeline.workers import Worker

log = logging.getLogger(__name__)

HELD_CLAUSES = 2
"""Spoken clauses that may wait to be taken; synthesis that is further ahead waits for room."""


@dataclass(frozen=True, slots=True)
class Stages:
    """What every call shares: the models behind their workers, and the flow."""

    recognizer: Recognizer
    recognizer_worker: Worker
    handler: TurnHandler
    speaker: Speaker
    speaker_worker: Worker
    meters: Meters = field(default_factory=Meters)


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
    ) -> None:
        """``report`` takes events; ``wake`` is called when :meth:`take` has something new."""
        self.turn = turn
        self.number = number
        self.timings = TurnTimings(now_ms)
        self.agent_text = ""
        self._call = call
        self._stages = stages
        self._report = report
        self._wake = wake
        self._transcript = Transcript("", 0.0)
        self._digits = ""
        self._confirmed = asyncio.Event()
        self._clauses: asyncio.Queue[SpokenClause | None] = asyncio.Queue(HELD_CLAUSES)
        self._started = False
        self._task: asyncio.Task[None] | None = None

    @property
    def caller_text(self) -> str:
        """What the caller said, or the keys they pressed."""
        return self._transcript.text or self._digits

    @property
    def ready(self) -> bool:
        """Whether :meth:`take` has something."""
        return not self._clauses.empty()

    def take(self) -> SpokenClause | None:
        """The next clause to play; None after the last."""
        return self._clauses.get_nowait()

    # --- what the turn table asks --------------------------------------------------------------

    def transcribe(self, pcm_16k: bytes) -> None:
        """Begin to recognise; ends in ``Recognised`` or ``AttemptFailed``."""
        self._begin(self._transcribe(pcm_16k))

    def respond(self, kind: TurnKind, digits: str, after: asyncio.Task[None] | None) -> None:
        """Begin to answer, once ``after`` (the record of earlier turns) is done."""
        self._digits = digits
        self._begin(self._respond(kind, after))

    def confirm(self, last_speech_ms: float | None) -> None:
        """Let it be heard and act. ``last_speech_ms``: when the caller stopped speaking."""
        if last_speech_ms is not None:
            self.timings.set("last_speech", last_speech_ms)
        self.timings.reach("confirmed")
        self._confirmed.set()
        self._announce()

    def cancel(self) -> None:
        """Stop whatever is under way. Idempotent."""
        if self._task is not None:
            self._task.cancel()

    async def settled(self) -> None:
        """Return when nothing of this attempt runs any more."""
        if self._task is not None:
            await asyncio.wait([self._task])

    # --- work ----------------------------------------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.create_task(self._guard(work))

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        """A stage that fails never ends the call: what was said stands, or the table apologises."""
        try:
            await work
        except AudiocoreError as error:
            log.warning("call %s: turn %d failed: %s", self._call.call_sid, self.turn, error)
            self._fail()
        except Exception:
            log.exception("call %s: turn %d failed", self._call.call_sid, self.turn)
            self._fail()

    def _fail(self) -> None:
        if self._started:
            self._clauses.put_nowait(None)
            self._wake()
        else:
            self._report(AttemptFailed(self.turn, self.number))

    async def _transcribe(self, pcm_16k: bytes) -> None:
        self.timings.reach("stt_start")
        self._transcript = await self._stages.recognizer_worker.run(
            self._stages.recognizer.transcribe, pcm_16k
        )
        self.timings.reach("stt_end")
        self._report(Recognised(self.turn, self.number, _content(self._transcript.text)))

    async def _respond(self, kind: TurnKind, after: asyncio.Task[None] | None) -> None:
        if after is not None:
            await asyncio.wait([after])
        texts: asyncio.Queue[str | None] = asyncio.Queue()
        composing = asyncio.create_task(self._compose(kind, texts))
        try:
            while (text := await texts.get()) is not None:
                clause = await self._stages.speaker_worker.run(self._stages.speaker.speak, text)
                self.timings.reach("tts_first_audio")
                await self._clauses.put(clause)
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

    async def _compose(self, kind: TurnKind, texts: asyncio.Queue[str | None]) -> None:
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
                        case Say(text):
                            for clause in splitter.feed(text):
                                self._put_text(clause, texts)
                        case EndCall(reason):
                            self._report(ReplyEndsCall(self.turn, self.number, reason))
            for clause in splitter.flush():
                self._put_text(clause, texts)
        finally:
            texts.put_nowait(None)

    def _put_text(self, clause: str, texts: asyncio.Queue[str | None]) -> None:
        self.timings.reach("first_clause")
        self.agent_text = f"{self.agent_text} {clause}".strip()
        texts.put_nowait(clause)

    async def _wait_confirmed(self) -> None:
        await self._confirmed.wait()

    def _announce(self) -> None:
        if self._confirmed.is_set() and self.ready and not self._started:
            self._started = True
            self._report(ReplyStarted(self.turn, self.number))


def _content(text: str) -> Content:
    if not text:
        return "nothing"
    return "backchannel" if is_backchannel(text) else "words"
