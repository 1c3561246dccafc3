"""The turn table: ``step(state, event) -> (state, actions)``.

Rules of this file: every transition of a call lives in ``TABLE``; it knows no audio, no clock and
no model; a pair that is not in the table changes nothing. Results of asynchronous work carry
``(turn, attempt)`` and are dropped here when they are stale, so nobody else has to look.

A pause in the caller's speech starts an attempt (recognise, answer, hold the first clause); the end
of speech confirms it; going on cancels it. Speech while the agent speaks pauses playout at once.
What was recognised then decides: words meant for us end the agent's turn where it was heard; a
cough or an "mm-hm" lets it go on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from audiocore.events import (
    Action,
    AttemptFailed,
    CallAnswered,
    CallerGone,
    Cancel,
    Confirm,
    Content,
    DtmfReceived,
    EndCall,
    FinishTurn,
    ForgetUtterance,
    PartialHeard,
    PausePlayout,
    Recognised,
    ReplyEndsCall,
    ReplyFinished,
    ReplyStarted,
    Respond,
    ResumePlayout,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    StartPlayout,
    StartTimer,
    StopTimer,
    TimerFired,
    Transcribe,
    TurnEvent,
    TurnKind,
)


class Phase(Enum):
    """Who has the floor."""

    LISTENING = "listening"
    USER_SPEAKING = "user speaking"
    THINKING = "thinking"
    SPEAKING = "speaking"
    ENDED = "ended"


class Progress(Enum):
    """How far the current attempt of a spoken turn is."""

    NONE = "none"
    TRANSCRIBING = "transcribing"
    RESPONDING = "responding"
    NOTHING_SAID = "nothing said"


@dataclass(frozen=True, slots=True)
class Paused:
    """The agent's turn that speech interrupted, until it is clear whether that was meant for us."""

    turn: int
    attempt: int
    goodbye: str | None = None


@dataclass(frozen=True, slots=True)
class TurnState:
    """All that the table remembers."""

    phase: Phase = Phase.LISTENING
    turn: int = -1
    kind: TurnKind = "start"
    attempt: int = 0
    attempts: int = 0
    """Attempts given out in this call; a number is never used twice."""
    progress: Progress = Progress.NONE
    paused: Paused | None = None
    digits: str = ""
    goodbye: str | None = None
    failures: int = 0


Step = tuple[TurnState, tuple[Action, ...]]

MAX_FAILURES = 3
"""Replies that may fail in a row before the call is ended rather than left silent."""


def step(state: TurnState, event: TurnEvent) -> Step:
    """Advance the call by one event."""
    transition = TABLE.get((state.phase, type(event)))
    if transition is None or _stale(state, event):
        return state, ()
    return transition(state, event)


def _stale(state: TurnState, event: TurnEvent) -> bool:
    expected: tuple[Progress, ...]
    if isinstance(event, ReplyEndsCall) and state.paused is not None:
        return event.attempt not in (state.attempt, state.paused.attempt)
    match event:
        case Recognised():
            expected = (Progress.TRANSCRIBING,)
        case ReplyStarted() | ReplyFinished() | ReplyEndsCall():
            expected = (Progress.RESPONDING,)
        case AttemptFailed():
            expected = (Progress.TRANSCRIBING, Progress.RESPONDING)
        case _:
            return False
    return event.attempt != state.attempt or state.progress not in expected


# --- starting and ending attempts ----------------------------------------------------------------


def _begin(state: TurnState, kind: TurnKind, digits: str = "") -> Step:
    """A new turn that needs no ears."""
    state, actions = _answer(replace(state, turn=state.turn + 1, digits=""), kind, digits)
    return state, (StopTimer("silence"), StopTimer("digits"), ForgetUtterance(), *actions)


def _answer(state: TurnState, kind: TurnKind, digits: str = "") -> Step:
    """Answer at once and for good."""
    state = _attempt(state, Progress.RESPONDING, kind)
    return replace(state, phase=Phase.THINKING), (
        Respond(state.turn, state.attempt, kind, digits),
        Confirm(state.turn, state.attempt),
        StartTimer("reply"),
    )


def _attempt(state: TurnState, progress: Progress, kind: TurnKind) -> TurnState:
    number = state.attempts + 1
    return replace(state, attempt=number, attempts=number, progress=progress, kind=kind)


def _cancel(state: TurnState) -> tuple[Action, ...]:
    if state.progress is Progress.NONE:
        return ()
    return (Cancel(state.turn, state.attempt),)


def _listen(state: TurnState) -> Step:
    state = replace(
        state, phase=Phase.LISTENING, progress=Progress.NONE, goodbye=None, digits="", paused=None
    )
    return state, (StopTimer("reply"), ForgetUtterance(), StartTimer("silence"))


def _nothing_said(state: TurnState) -> Step:
    """What sounded like speech was none: as if it had never been."""
    undo = _cancel(state)
    if state.paused is None:
        state = replace(state, turn=state.turn - 1)
        state, actions = _listen(state) if state.turn >= 0 else _begin(state, "start")
        return state, (*undo, *actions)
    state = replace(
        state,
        phase=Phase.SPEAKING,
        turn=state.paused.turn,
        attempt=state.paused.attempt,
        progress=Progress.RESPONDING,
        goodbye=state.paused.goodbye,
        paused=None,
    )
    return state, (*undo, StopTimer("reply"), ForgetUtterance(), ResumePlayout())


# --- transitions ---------------------------------------------------------------------------------


def answered(state: TurnState, _: CallAnswered) -> Step:
    return _begin(state, "start")


def speech_started(state: TurnState, _: SpeechStarted) -> Step:
    state = replace(
        state,
        phase=Phase.USER_SPEAKING,
        turn=state.turn + 1,
        progress=Progress.NONE,
        digits="",
    )
    return state, (StopTimer("silence"), StopTimer("digits"))


def speech_paused(state: TurnState, _: SpeechPaused) -> Step:
    state = _attempt(state, Progress.TRANSCRIBING, "speech")
    return state, (Transcribe(state.turn, state.attempt),)


def speech_resumed(state: TurnState, _: SpeechResumed) -> Step:
    return replace(state, progress=Progress.NONE, goodbye=None), _cancel(state)


def speech_ended(state: TurnState, _: SpeechEnded) -> Step:
    match state.progress:
        case Progress.NOTHING_SAID:
            return _nothing_said(state)
        case Progress.NONE:  # the attempt of the pause has failed
            return attempt_failed(state, AttemptFailed(state.turn, state.attempt))
    state = replace(state, phase=Phase.THINKING)
    return state, (Confirm(state.turn, state.attempt), StartTimer("reply"))


def recognised(state: TurnState, event: Recognised) -> Step:
    if _lets_us_go_on(state, event.content):
        if state.phase is Phase.THINKING:
            return _nothing_said(state)
        return replace(state, progress=Progress.NOTHING_SAID), ()
    kind: TurnKind = "failure" if event.content == "unclear" else "speech"
    actions = (*_finish_paused(state), Respond(state.turn, state.attempt, kind))
    return replace(state, progress=Progress.RESPONDING, kind=kind, paused=None), actions


def _lets_us_go_on(state: TurnState, content: Content) -> bool:
    """Whoever interrupts us must say something; whoever answers us may do so with "okay"."""
    interrupted = state.paused is not None
    match content:
        case "words":
            return False
        case "backchannel":
            return interrupted
        case "unclear":
            return not interrupted
        case "nothing":
            return True


def partial_heard(state: TurnState, event: PartialHeard) -> Step:
    """What stopped us is known before it has ended."""
    if state.paused is None or event.turn != state.turn:
        return state, ()
    if _lets_us_go_on(state, event.content):
        return _nothing_said(state)
    return replace(state, paused=None), _finish_paused(state)


def _finish_paused(state: TurnState) -> tuple[Action, ...]:
    """The caller meant to interrupt."""
    if state.paused is None:
        return ()
    return (FinishTurn(state.paused.turn, state.paused.attempt, interrupted=True),)


def spoke_on(state: TurnState, _: SpeechStarted) -> Step:
    """The caller goes on after the endpoint and before our reply: still the same turn."""
    actions = _cancel(state)
    state = replace(state, phase=Phase.USER_SPEAKING, progress=Progress.NONE, goodbye=None)
    return state, (*actions, StopTimer("reply"))


def reply_started(state: TurnState, event: ReplyStarted) -> Step:
    failures = state.failures if state.kind == "failure" else 0
    state = replace(state, phase=Phase.SPEAKING, failures=failures)
    play = StartPlayout(event.turn, event.attempt)
    return state, (play, StopTimer("reply"), ForgetUtterance())


def reply_ends_call(state: TurnState, event: ReplyEndsCall) -> Step:
    if state.paused is not None and event.attempt == state.paused.attempt:
        return replace(state, paused=replace(state.paused, goodbye=event.reason)), ()
    return replace(state, goodbye=event.reason), ()


def reply_finished(state: TurnState, event: ReplyFinished) -> Step:
    finish = FinishTurn(event.turn, event.attempt, interrupted=False)
    if state.goodbye is not None:
        return _end(state, (finish,), state.goodbye)
    state, actions = _listen(state)
    return state, (finish, *actions)


def barged_in(state: TurnState, event: SpeechStarted) -> Step:
    """Speech over our speech. A goodbye is said to its end."""
    if state.goodbye is not None:
        return state, ()
    paused = Paused(state.turn, state.attempt)
    state, actions = speech_started(state, event)
    return replace(state, paused=paused), (PausePlayout(), *actions)


def attempt_failed(state: TurnState, _: AttemptFailed) -> Step:
    """Apologise; after several failures in a row end the call rather than leave it dead."""
    actions = (*_cancel(state), *_finish_paused(state))
    state = replace(state, paused=None, goodbye=None, failures=state.failures + 1)
    if state.failures >= MAX_FAILURES:
        return _end(state, actions, "failure")
    state, apology = _answer(state, "failure")
    return state, (*actions, *apology)


def attempt_failed_early(state: TurnState, _: AttemptFailed) -> Step:
    """The caller may still be speaking: wait for the end of speech, then apologise."""
    return replace(state, progress=Progress.NONE), _cancel(state)


def timer_fired(state: TurnState, event: TimerFired) -> Step:
    match state.phase, event.name:
        case Phase.LISTENING, "silence" if not state.digits:
            return _begin(state, "silence")
        case Phase.LISTENING, "digits" if state.digits:
            return _begin(state, "dtmf", state.digits)
        case Phase.THINKING, "reply":
            return attempt_failed(state, AttemptFailed(state.turn, state.attempt))
    return state, ()


def key_pressed(state: TurnState, event: DtmfReceived) -> Step:
    """Keys end whatever was going on; ``#`` or a moment without keys completes the entry."""
    match state.phase:
        case Phase.SPEAKING:
            finish = FinishTurn(state.turn, state.attempt, interrupted=True)
            actions: tuple[Action, ...] = (PausePlayout(), finish)
        case Phase.USER_SPEAKING | Phase.THINKING:
            actions = (*_cancel(state), *_finish_paused(state), StopTimer("reply"))
            state = replace(state, turn=state.turn - 1)
        case _:
            actions = ()
    state = replace(state, phase=Phase.LISTENING, progress=Progress.NONE, paused=None, goodbye=None)
    if event.digit == "#" and state.digits:
        state, begun = _begin(state, "dtmf", state.digits)
        return state, (*actions, *begun)
    state = replace(state, digits=state.digits + event.digit)
    return state, (*actions, StopTimer("silence"), StartTimer("digits"))


def caller_gone(state: TurnState, event: CallerGone) -> Step:
    """What was answered, even in part, is kept; what was only begun is undone."""
    match state.phase:
        case Phase.SPEAKING | Phase.THINKING if state.progress is Progress.RESPONDING:
            actions: tuple[Action, ...] = (FinishTurn(state.turn, state.attempt, interrupted=True),)
        case _:
            actions = _cancel(state)
    return _end(state, (*_finish_paused(state), *actions), event.reason)


def _end(state: TurnState, actions: tuple[Action, ...], reason: str) -> Step:
    return replace(state, phase=Phase.ENDED, paused=None), (*actions, EndCall(reason))


TABLE: dict[tuple[Phase, type[TurnEvent]], Callable[[TurnState, Any], Step]] = {
    (Phase.LISTENING, CallAnswered): answered,
    (Phase.LISTENING, SpeechStarted): speech_started,
    (Phase.LISTENING, DtmfReceived): key_pressed,
    (Phase.LISTENING, TimerFired): timer_fired,
    (Phase.LISTENING, CallerGone): caller_gone,
    (Phase.USER_SPEAKING, SpeechPaused): speech_paused,
    (Phase.USER_SPEAKING, SpeechResumed): speech_resumed,
    (Phase.USER_SPEAKING, SpeechEnded): speech_ended,
    (Phase.USER_SPEAKING, Recognised): recognised,
    (Phase.USER_SPEAKING, PartialHeard): partial_heard,
    (Phase.USER_SPEAKING, AttemptFailed): attempt_failed_early,
    (Phase.USER_SPEAKING, ReplyEndsCall): reply_ends_call,
    (Phase.USER_SPEAKING, DtmfReceived): key_pressed,
    (Phase.USER_SPEAKING, CallerGone): caller_gone,
    (Phase.THINKING, SpeechStarted): spoke_on,
    (Phase.THINKING, Recognised): recognised,
    (Phase.THINKING, ReplyStarted): reply_started,
    (Phase.THINKING, ReplyFinished): reply_finished,
    (Phase.THINKING, ReplyEndsCall): reply_ends_call,
    (Phase.THINKING, AttemptFailed): attempt_failed,
    (Phase.THINKING, TimerFired): timer_fired,
    (Phase.THINKING, DtmfReceived): key_pressed,
    (Phase.THINKING, CallerGone): caller_gone,
    (Phase.SPEAKING, SpeechStarted): barged_in,
    (Phase.SPEAKING, ReplyFinished): reply_finished,
    (Phase.SPEAKING, ReplyEndsCall): reply_ends_call,
    (Phase.SPEAKING, DtmfReceived): key_pressed,
    (Phase.SPEAKING, CallerGone): caller_gone,
}
