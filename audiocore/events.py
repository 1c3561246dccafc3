"""Every event, command and action, as frozen dataclasses. Don't subclass these.

Three vocabularies meet in a call:

* a carrier's codec turns messages into *transport events* and *transport commands* into messages;
* endpointing turns voice activity into *speech events*;
* the turn table turns events into *actions*, which the call carries out.

A turn is one exchange: what the caller said and what was answered. It may be attempted several
times, because work starts at the first pause and is thrown away when the caller goes on; ``(turn,
attempt)`` names one try.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# --- transport events: carrier -> us -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StreamStarted:
    """The media stream is up; audio may be sent from now on."""

    stream_sid: str
    call_sid: str
    account_sid: str
    parameters: Mapping[str, str]
    """What the webhook's answer attached to the stream."""


@dataclass(frozen=True, slots=True)
class AudioReceived:
    """A piece of the caller's voice."""

    ulaw_8k: bytes
    """Any length; 160 bytes (20 ms) is usual."""
    timestamp_ms: int | None
    """Presentation time since the stream began, where the carrier gives one."""


@dataclass(frozen=True, slots=True)
class DtmfReceived:
    """The caller pressed a key."""

    digit: str
    """One of ``0-9 * # A-D``."""


@dataclass(frozen=True, slots=True)
class MarkReturned:
    """The carrier played, or cleared, everything sent before this mark."""

    name: str


@dataclass(frozen=True, slots=True)
class StreamStopped:
    """The media stream is over."""

    reason: str


TransportEvent = StreamStarted | AudioReceived | DtmfReceived | MarkReturned | StreamStopped

# --- transport commands: us -> carrier -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendAudio:
    """Play this after what was sent before."""

    ulaw_8k: bytes


@dataclass(frozen=True, slots=True)
class SendMark:
    """Tell us when everything sent before has been played."""

    name: str


@dataclass(frozen=True, slots=True)
class SendClear:
    """Forget what was sent and not yet played."""


TransportCommand = SendAudio | SendMark | SendClear

# --- speech events: endpointing -> turn table ----------------------------------------------------
# Times are media time: 8 kHz samples of caller audio since the stream began.


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Someone began to speak."""

    at_samples: int


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The speaker has been silent for a moment and may be finished."""

    at_samples: int
    """End of the last speech."""


@dataclass(frozen=True, slots=True)
class SpeechResumed:
    """The speaker went on after a pause."""

    at_samples: int


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """The speaker is taken to be finished. A :class:`SpeechPaused` always came before."""

    at_samples: int
    """End of the last speech."""


SpeechEvent = SpeechStarted | SpeechPaused | SpeechResumed | SpeechEnded

# --- what else happens in a call -----------------------------------------------------------------

TurnKind = Literal["start", "speech", "dtmf", "silence", "failure"]
TimerName = Literal["silence", "reply", "digits"]
Content = Literal["nothing", "backchannel", "unclear", "words"]
"""What an utterance holds; a backchannel ("mm-hm") asks whoever speaks to go on, and somebody was
unclear who spoke to us without a word that could be made out."""


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """The stream is up and the caller can hear us."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """An attempt's audio has been transcribed."""

    turn: int
    attempt: int
    content: Content


@dataclass(frozen=True, slots=True)
class PartialHeard:
    """Speech that still goes on is already known for what it is."""

    turn: int
    content: Content


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """The first audio of a confirmed reply is ready to be played."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class ReplyFinished:
    """The caller has heard the whole reply, or there was nothing to hear."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class ReplyEndsCall:
    """The reply is a goodbye: hang up once it has been heard."""

    turn: int
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A stage failed before any of the reply could be played."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the table started has run out."""

    name: TimerName


@dataclass(frozen=True, slots=True)
class CallerGone:
    """The call is over at the far end, or we are shutting down."""

    reason: str


TurnEvent = (
    CallAnswered
    | SpeechEvent
    | DtmfReceived
    | Recognised
    | PartialHeard
    | ReplyStarted
    | ReplyFinished
    | ReplyEndsCall
    | AttemptFailed
    | TimerFired
    | CallerGone
)

# --- actions: turn table -> call -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Recognise what the caller has said so far in this turn."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Respond:
    """Ask the flow for a reply and hold its audio until :class:`Confirm`."""

    turn: int
    attempt: int
    kind: TurnKind
    digits: str = ""


@dataclass(frozen=True, slots=True)
class Confirm:
    """This attempt stands: let it act and be heard."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Undo this attempt as if it had never been."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class StartPlayout:
    """Play this attempt's reply."""

    turn: int
    attempt: int


@dataclass(frozen=True, slots=True)
class PausePlayout:
    """Be silent at once, and remember where we were."""


@dataclass(frozen=True, slots=True)
class ResumePlayout:
    """Go on from the last whole word that was heard."""


@dataclass(frozen=True, slots=True)
class FinishTurn:
    """This turn is history: commit what was said and heard."""

    turn: int
    attempt: int
    interrupted: bool


@dataclass(frozen=True, slots=True)
class ForgetUtterance:
    """The caller audio gathered so far belongs to no turn to come."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send :class:`TimerFired` later; starting a running timer restarts it."""

    name: TimerName


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Never mind."""

    name: TimerName


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up."""

    reason: str


Action = (
    Transcribe
    | Respond
    | Confirm
    | Cancel
    | StartPlayout
    | PausePlayout
    | ResumePlayout
    | FinishTurn
    | ForgetUtterance
    | StartTimer
    | StopTimer
    | EndCall
)
