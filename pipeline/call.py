"""CallOrchestrator: one per call. Feeds events to the turn table and carries out its actions.

The decisions are in :mod:`audiocore.turn`; this file has none. A frame of caller audio goes from
:meth:`receive` to the turn table without an await; :meth:`run` is the playout tick.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

from audiocore import turn
from audiocore.crowd import CrowdOptions
from audiocore.echo import EchoOptions
from audiocore.endpointing import UNKNOWN, EndpointingOptions, combined, wait_ms
from audiocore.events import (
    Action,
    AudioReceived,
    CallAnswered,
    CallerGone,
    Cancel,
    Confirm,
    Content,
    DtmfReceived,
    EndCall,
    FinishTurn,
    ForgetUtterance,
    MarkReturned,
    PartialHeard,
    PausePlayout,
    ReplyFinished,
    Respond,
    ResumePlayout,
    SendAudio,
    SendClear,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    StartPlayout,
    StartTimer,
    StopTimer,
    StreamStopped,
    TimerFired,
    TimerName,
    Transcribe,
    TransportCommand,
    TransportEvent,
    TurnEvent,
)
from audiocore.interruption import InterruptionOptions
from audiocore.overload import Effort
from audiocore.playout import Playout
from audiocore.units import SAMPLES_PER_MS
from audiocore.voice import VoiceOptions
from pipeline.attempt import Attempt, Stages
from pipeline.captions import Captions
from pipeline.history import History
from pipeline.interfaces.clock import Clock
from pipeline.interfaces.conversation import CallInfo, ListeningPolicy
from pipeline.interfaces.engines import Transcript, Vad
from pipeline.interfaces.stores import CallStore
from pipeline.interruptions import Interruptions
from pipeline.listener import Listener
from pipeline.partials import Partials
from pipeline.timeline import Timeline
from pipeline.workers import Worker

log = logging.getLogger(__name__)

AHEAD_MS = 1_000
"""Reply audio taken from synthesis and not yet sent."""


@dataclass(frozen=True, slots=True)
class CallOptions:
    """How a call behaves. Numbers are milliseconds."""

    endpointing: EndpointingOptions = field(default_factory=EndpointingOptions)
    interruption: InterruptionOptions = field(default_factory=InterruptionOptions)
    voice: VoiceOptions = field(default_factory=VoiceOptions)
    crowd: CrowdOptions = field(default_factory=CrowdOptions)
    echo: EchoOptions = field(default_factory=EchoOptions)
    speculation: bool = True
    """Prepare replies in pauses, before the caller is taken to be finished."""
    partials: bool = True
    """Recognise in moments of silence, before they are pauses."""
    partials_every_ms: int = 500
    """Of speech, after which it is recognised too while somebody reads captions; 0 is never."""
    lead_ms: int = 200
    """Reply audio ever ahead of the caller's ear, at most 400."""
    silence_ms: int = 7_000
    """Silence after which the caller is asked again."""
    reply_ms: int = 6_000
    """Time for a reply to begin before it counts as failed."""
    digits_ms: int = 1_500
    """Pause that completes a keypad entry."""
    inband_digits: bool = False
    """Hear keys in the caller's audio, for carriers that do not signal them; Twilio does."""
    pre_roll_ms: int = 300
    """Audio kept from before speech was noticed."""

    def timer_ms(self, name: TimerName) -> int:
        """How long a timer of the turn table runs."""
        return {"silence": self.silence_ms, "reply": self.reply_ms, "digits": self.digits_ms}[name]


class CallOrchestrator:
    """One call, from the start of its media stream to its end."""

    def __init__(
        self,
        info: CallInfo,
        *,
        send: Callable[[TransportCommand], Awaitable[None]],
        vad: Vad,
        stages: Stages,
        store: CallStore,
        store_worker: Worker,
        clock: Clock,
        options: CallOptions = CallOptions(),
    ) -> None:
        """``send`` puts one command on the wire; everything else is shared by calls but ``vad``."""
        self._info = info
        self._send = send
        self._stages = stages
        self._clock = clock
        self._options = options
        self._state = turn.TurnState()
        self._playout = Playout(options.lead_ms)
        self._timeline = Timeline(clock.now_ms)
        self._listener = Listener(
            vad,
            options.endpointing,
            options.pre_roll_ms,
            inband_digits=options.inband_digits,
            voice=options.voice,
            crowd=options.crowd,
            echo=options.echo,
            played=self._playout.at_ear,
            observe=self._timeline.hear,
        )
        self._interruptions = Interruptions(
            self._listener, self._playout, options.interruption, options.crowd
        )
        self.captions = Captions()
        """What the caller is being heard to say."""
        self._history = History(info, stages, store, store_worker, self._timeline)
        self._partials = Partials(
            stages.recognizer,
            stages.recognizer_worker,
            options.partials_every_ms,
            lambda caption: self.captions.put(self._state.turn, caption),
        )
        self._unspoken: SpeechPaused | None = None
        """A pause in which nothing is prepared."""
        self._attempts: dict[int, Attempt] = {}
        self._playing: Attempt | None = None
        self._timers: dict[TimerName, float] = {}
        self._outbox: list[TransportCommand] = []
        self._wake = asyncio.Event()
        self._last_speech_ms: float | None = None
        self._events: deque[TurnEvent] = deque()
        self._stepping = False
        self._end_reason: str | None = None

    # --- events in -----------------------------------------------------------------------------

    def receive(self, event: TransportEvent) -> None:
        """Take one event from the wire. Synchronous: no await, no thread, no model but the VAD."""
        match event:
            case AudioReceived(ulaw_8k, timestamp_ms):
                self._receive_audio(ulaw_8k, timestamp_ms)
            case MarkReturned(name):
                self._playout.mark_returned(name, self._clock.now_ms())
                self._wake.set()
            case DtmfReceived():
                self._step(event)
            case StreamStopped(reason):
                self.hang_up(reason)

    def hang_up(self, reason: str) -> None:
        """The call is over at the far end, or must be. The first reason wins."""
        self._step(CallerGone(reason))

    def _receive_audio(self, ulaw_8k: bytes, timestamp_ms: int | None) -> None:
        now = self._clock.now_ms()
        speaking = self._playing is not None
        deaf = speaking and self._interruptions.refused(now)
        for event in self._listener.receive(
            ulaw_8k, timestamp_ms, now, interrupting=speaking, deaf=deaf
        ):
            match event:
                case SpeechPaused(at_samples):
                    ago = (self._listener.now_samples - at_samples) / SAMPLES_PER_MS
                    self._last_speech_ms = now - ago
                    self._expect(UNKNOWN)
                    if not self._speculates(Effort.SPECULATION):
                        self._unspoken = event
                        continue
                case SpeechResumed():
                    self._unspoken = None
                case SpeechEnded() if self._unspoken is not None:
                    pause, self._unspoken = self._unspoken, None
                    self._step(pause)
            self._step(event)
        if self._interrupted and self._listener.crowded:
            self._listener.dismiss()
            self._step(PartialHeard(self._state.turn, "nothing"))
        if self._options.partials and self._speculates(Effort.PARTIALS):
            self._partials.listen(self._listener, now, speaking=self.captions.followed)

    def _speculates(self, effort: Effort) -> bool:
        return self._options.speculation and self._stages.effort() >= effort

    def _expect(self, finished: float) -> None:
        """Wait for the end of speech by how likely it is, 0..1."""
        options = self._options.endpointing
        patience = combined(options.patience, self._policy().patience)
        self._listener.expect(wait_ms(finished, patience, options))

    def _policy(self) -> ListeningPolicy:
        try:
            return self._stages.handler.policy(self._info)
        except Exception:
            log.exception("call %s: the flow has no listening policy", self._info.call_sid)
            return ListeningPolicy()

    @property
    def _interrupted(self) -> bool:
        """Whether the table waits to hear what stopped us."""
        return self._state.paused is not None

    def _content(self, words: Transcript) -> Content:
        content = self._interruptions.content(
            words, self._clock.now_ms(), interrupting=self._interrupted
        )
        if self._interrupted and content in ("nothing", "backchannel"):
            self._expect(1.0)  # nobody was meant, and every moment of silence is for nothing
        return content

    def _step(self, event: TurnEvent) -> None:
        """Advance the table. An event that an action causes waits for the actions before it."""
        self._events.append(event)
        if self._stepping:
            return
        self._stepping = True
        try:
            while self._events:
                self._state, actions = turn.step(self._state, self._events.popleft())
                self._timeline.phase(self._state.phase.value)
                for action in actions:
                    self._act(action)
        finally:
            self._stepping = False
        self._wake.set()

    # --- actions out ---------------------------------------------------------------------------

    def _act(self, action: Action) -> None:
        match action:
            case Transcribe(turn_index, number):
                attempt = self._attempt(turn_index, number)
                partial = self._partials.take(self._listener.last_sound_samples)
                attempt.transcribe(self._listener.pcm_16k(), self._content, partial)
            case Respond(turn_index, number, kind, digits):
                attempt = self._attempt(turn_index, number)
                attempt.respond(kind, digits, after=self._history.last)
            case Confirm(_, number):
                self._attempts[number].confirm(self._last_speech_ms)
            case Cancel(_, number):
                self._history.throw_away(self._attempts.pop(number))
            case StartPlayout(_, number):
                self._playing = self._attempts[number]
                self._interruptions.begin(self._policy())
            case PausePlayout():
                self._playout.pause(self._clock.now_ms())
                self._timeline.clear()
                self._outbox.append(SendClear())
            case ResumePlayout():
                self._playout.resume()
                self._listener.mistaken()
            case FinishTurn(_, number, interrupted):
                self._finish(self._attempts.pop(number), interrupted)
            case ForgetUtterance():
                self._listener.forget()
                self._partials.forget()
                self._last_speech_ms = None
            case StartTimer(name):
                self._timers[name] = self._clock.now_ms() + self._options.timer_ms(name)
            case StopTimer(name):
                self._timers.pop(name, None)
            case EndCall(reason):
                self._end_reason = reason

    def _attempt(self, turn_index: int, number: int) -> Attempt:
        """The attempt of this number, new if it is not known."""
        if number not in self._attempts:
            self._attempts[number] = Attempt(
                self._info,
                turn_index,
                number,
                stages=self._stages,
                now_ms=self._clock.now_ms,
                report=self._step,
                wake=self._wake.set,
                expect=self._expect,
            )
        return self._attempts[number]

    def _finish(self, attempt: Attempt, interrupted: bool) -> None:
        heard = ""
        if attempt is self._playing:
            heard = self._playout.heard(self._clock.now_ms())
            self._playout.drop()
            self._playing = None
        self._history.finish(attempt, heard, interrupted)

    # --- the playout tick ----------------------------------------------------------------------

    async def run(self) -> str:
        """Carry the call to its end; returns the reason. The socket is then the caller's to close.

        A send that fails is the caller gone. Cancelling this ends the call as if hung up.
        """
        self._step(CallAnswered())
        try:
            while self._end_reason is None:
                self._wake.clear()
                await self._flush()
                now = self._clock.now_ms()
                self._check_time(now)
                if self._end_reason is None:
                    await self._clock.wait(self._wake, self._next_ms(now))
        except OSError:
            self.hang_up("connection lost")
        finally:
            self.hang_up("cancelled")
            self._partials.cancel()
            self.captions.close()
            for attempt in self._attempts.values():
                attempt.cancel()
            for attempt in self._attempts.values():
                await attempt.settled()
            await self._history.written()
            with suppress(Exception):
                await self._stages.handler.close(self._info)
            await self._history.keep_timeline()
        assert self._end_reason is not None, "hang_up always sets a reason"
        return self._end_reason

    async def _flush(self) -> None:
        """Send what waits; a clear overtakes audio that is only due."""
        while self._outbox:
            await self._send(self._outbox.pop(0))
        self._fill()
        for command in self._playout.due(self._clock.now_ms()):
            if self._playing is not None:
                self._playing.timings.reach("first_frame_sent")
            if isinstance(command, SendAudio):
                self._timeline.say(command.ulaw_8k)
            await self._send(command)

    def _fill(self) -> None:
        """Take what was spoken, but only so much: synthesis that is further ahead waits."""
        playing = self._playing
        while playing is not None and playing.ready and self._playout.unsent_ms < AHEAD_MS:
            clause = playing.take()
            if clause is None:
                self._playout.finish()
            else:
                self._playout.push(clause)

    def _check_time(self, now_ms: float) -> None:
        if self._playing is not None and self._playout.finished(now_ms):
            self._step(ReplyFinished(self._playing.turn, self._playing.number))
        for name in [name for name, at_ms in self._timers.items() if at_ms <= now_ms]:
            del self._timers[name]
            self._step(TimerFired(name))

    def _next_ms(self, now_ms: float) -> float | None:
        times = list(self._timers.values())
        due = self._playout.next_due_ms(now_ms)
        return min([*times, due]) if due is not None else min(times, default=None)
