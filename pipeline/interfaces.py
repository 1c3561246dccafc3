"""The seams: what a call needs from engines, flows, stores and clocks. Protocols and plain data.

Engines are plain blocking objects; a model is loaded once and shared, and whoever calls it from an
event loop goes through :mod:`pipeline.workers`. Audio is ``bytes`` of little-endian int16, mono.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from audiocore.events import TurnKind

# --- speech in ---------------------------------------------------------------------------------


class Vad(Protocol):
    """One call's voice activity detector: stateful, and cheap enough for the event loop."""

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        """How likely one 20 ms frame is speech, 0..1; given at both rates: 320 bytes at 8 kHz, 640
        bytes at 16 kHz."""
        ...

    def reset(self) -> None:
        """Forget everything heard so far."""
        ...


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser heard in one utterance."""

    text: str
    """Empty when nothing was said."""
    confidence: float
    """Probability that ``text`` is right, 0..1."""


class Recognizer(Protocol):
    """Speech to text for one utterance at a time; thread-safe."""

    def transcribe(self, pcm_16k: bytes) -> Transcript:
        """Recognise mono int16 at 16 kHz, any length up to 30 s.

        Raises:
            EngineError: the model failed.
        """
        ...


# --- language ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """Chat completion; the prefix that prompts share is kept evaluated between calls."""

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        temperature: float = 0.0,
    ) -> Iterator[str]:
        """Yield text pieces as they are decoded; closing the iterator stops the work.

        Args:
            messages: the prompt, rendered by the model's own chat template.
            max_tokens: upper bound on generated tokens.
            grammar: GBNF that the output must match (llama.cpp ``grammars/README.md``).
            temperature: 0 is greedy and deterministic.

        Raises:
            EngineError: the model failed, or the prompt does not fit its context.
        """
        ...

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Probability of each option as the whole answer; they sum to 1.

        Raises:
            ValueError: fewer than two options, or two that are equal.
            EngineError: the model failed, or the prompt does not fit its context.
        """
        ...


# --- speech out --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """Where a spoken word ends."""

    text: str
    end_samples: int
    """From the start of the clause, in samples of the audio it came with."""


@dataclass(frozen=True, slots=True)
class SynthesizedClause:
    """One clause of speech as a voice made it."""

    pcm: bytes
    """int16 mono at ``Synthesizer.sample_rate``."""
    words: tuple[Word, ...]
    """In speaking order; their texts joined by spaces are the clause."""


class Synthesizer(Protocol):
    """Text to speech, one clause at a time; thread-safe."""

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        ...

    def synthesize(self, clause: str) -> SynthesizedClause:
        """Speak one clause.

        Raises:
            EngineError: the voice failed.
        """
        ...


# --- conversation ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallInfo:
    """Who is on the line."""

    call_sid: str
    caller: str
    """E.164 number, ``client:…``, ``sip:…`` or ``anonymous``."""
    called: str


@dataclass(frozen=True, slots=True)
class TurnInput:
    """What the flow is asked to answer.

    ``start`` asks for the greeting, ``silence`` says that nobody spoke for a while, ``failure``
    that the caller's words could not be had (an engine failed). A turn may be handled more than
    once, with a growing ``attempt``: until ``confirmed()`` returns, the caller may still go on
    speaking, and then this attempt is cancelled (``asyncio.CancelledError`` is raised at its
    current await) as if it had never been.
    """

    call: CallInfo
    turn_index: int
    """0 is the greeting."""
    attempt: int
    kind: TurnKind
    transcript: Transcript
    """Of ``speech`` turns; empty otherwise."""
    digits: str
    """Of ``dtmf`` turns; empty otherwise."""
    confirmed: Callable[[], Awaitable[None]]
    """Await this before anything with a side effect."""
    stage: Callable[[str], None]
    """Report that a stage was reached now, by name (``llm_first_token``)."""


@dataclass(frozen=True, slots=True)
class Say:
    """Speak this. Deltas of one reply concatenate; a clause is spoken as soon as it is complete."""

    text: str
    protected: bool = False
    """Clauses of its own, which the caller cannot interrupt."""


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once everything said so far has been heard."""

    reason: str


FlowAction = Say | EndCall


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that ran, as it is kept in the record."""

    name: str
    arguments: Mapping[str, Any]
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """How a turn ended on the wire."""

    call: CallInfo
    turn_index: int
    attempt: int
    heard: str
    """The part of the reply that reached the caller's ear."""
    interrupted: bool


@dataclass(frozen=True, slots=True)
class ListeningPolicy:
    """How to listen to the caller's next words, as the flow wants it."""

    patience: Literal["eager", "balanced", "patient"] = "balanced"
    """How long a silence is waited out before the caller counts as finished."""
    interruptible: bool = True
    """Whether the caller's words may cut off what is being said."""
    min_words: int = 1
    """Words that an interruption needs to count as one."""


class TurnHandler(Protocol):
    """The cognitive layer of all calls; holds per-call state keyed by ``call_sid``."""

    def policy(self, call: CallInfo) -> ListeningPolicy:
        """How to listen now. Synchronous and cheap; asked at every pause."""
        ...

    async def finished(self, call: CallInfo, text: str) -> float:
        """Probability, 0..1, that a caller who said ``text`` and paused has nothing to add.

        Raises:
            EngineError: the model that was asked failed.
        """
        ...

    def handle(self, turn: TurnInput) -> AsyncGenerator[FlowAction, None]:
        """Answer one turn; until :meth:`commit` nothing changes but through tools."""
        ...

    async def commit(self, outcome: TurnOutcome) -> tuple[ToolCall, ...]:
        """Make a handled turn history; returns the tools it ran. Idempotent by (call, turn)."""
        ...

    async def close(self, call: CallInfo) -> None:
        """The call is over; forget its state. Idempotent."""
        ...


# --- records -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TurnRecord:
    """One turn as ``GET /calls/{call_sid}`` shows it."""

    index: int
    caller: str
    agent: str
    heard: str
    interrupted: bool
    tool_calls: tuple[ToolCall, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The turn in JSON's types, as it is stored and shown."""
        return {
            "index": self.index,
            "caller": self.caller,
            "agent": self.agent,
            "heard": self.heard,
            "interrupted": self.interrupted,
            "tool_calls": [
                {"name": t.name, "arguments": dict(t.arguments), "result": dict(t.result)}
                for t in self.tool_calls
            ],
            "timings_ms": dict(self.timings_ms),
        }


CallStatus = Literal["initializing", "active", "terminated"]


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as ``GET /calls/{call_sid}`` shows it; times are ISO 8601 UTC."""

    call_sid: str
    status: CallStatus
    caller: str
    called: str
    started_at: str
    ended_at: str | None = None
    end_reason: str | None = None
    turns: tuple[TurnRecord, ...] = ()


class CallStore(Protocol):
    """Keeps calls and turns. Blocking; whoever calls it from an event loop goes through a worker.

    Every method raises StoreError when the database cannot be used.
    """

    def open_call(self, record: CallRecord) -> None:
        """Insert or ignore."""
        ...

    def activate_call(self, call_sid: str) -> None:
        """The media stream is up. Never regresses a terminated call."""
        ...

    def end_call(self, call_sid: str, ended_at: str, reason: str) -> None:
        """The first end wins; later ones change nothing."""
        ...

    def commit_turn(self, call_sid: str, turn: TurnRecord) -> None:
        """Insert or ignore, keyed by (call_sid, index).

        Raises:
            CommitConflict: the key holds a different turn.
        """
        ...

    def keep_timeline(self, call_sid: str, timeline: Mapping[str, Any]) -> None:
        """What :class:`pipeline.timeline.Timeline` saw of a call, as JSON. Insert or ignore."""
        ...

    def call(self, call_sid: str) -> CallRecord | None: ...

    def timeline(self, call_sid: str) -> Mapping[str, Any] | None:
        """None while the call is on, and for calls that are not known."""
        ...

    def calls(self, limit: int = 100) -> tuple[CallRecord, ...]:
        """Newest first, without their turns."""
        ...


# --- appointments ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Appointment:
    """One booked, or once booked, slot."""

    id: int
    name: str
    date: str
    """``2026-11-24``, in the business's time zone."""
    time: str
    """``15:30``, in the business's time zone."""
    status: Literal["booked", "cancelled"]
    call_sid: str
    """The call that booked it."""
    created_at: str
    """ISO 8601 UTC."""
    people: int | None = None
    """For how many; None where that is not asked."""


@dataclass(frozen=True, slots=True)
class ToolKey:
    """Idempotency key of one side effect: doing it again with this key does nothing more."""

    call_sid: str
    turn_index: int
    ordinal: int
    """0 for the first side effect of the turn."""


ToolResult = Mapping[str, Any]
"""JSON object; ``ok`` says whether it was done, ``reason`` why not."""


class AppointmentStore(Protocol):
    """The business's book. Blocking; whoever calls it from an event loop goes through a worker.

    The three changes record their key together with their result, in one transaction: the same key
    with the same arguments returns the recorded result. Every method raises StoreError when the
    database cannot be used, the changes CommitConflict when the key was used for something else.
    """

    def appointments(self, limit: int = 1000) -> tuple[Appointment, ...]:
        """All of them, newest first."""
        ...

    def booked(self, first_date: str, last_date: str) -> tuple[Appointment, ...]:
        """The ``booked`` ones of these days, both included, in order of time."""
        ...

    def book(
        self,
        key: ToolKey,
        name: str,
        date: str,
        time: str,
        created_at: str,
        people: int | None = None,
    ) -> ToolResult:
        """``{"ok": true, "id": 7}``, or ``{"ok": false, "reason": "taken"}``."""
        ...

    def move(self, key: ToolKey, id: int, date: str, time: str) -> ToolResult:
        """``{"ok": true, "id": 7}``; or not ok: ``taken``, or ``unknown``: ``id`` is not booked."""
        ...

    def cancel(self, key: ToolKey, id: int) -> ToolResult:
        """``{"ok": true, "id": 7}``; or not ok: ``unknown`` when ``id`` is not booked."""
        ...


# --- time --------------------------------------------------------------------------------------


class Clock(Protocol):
    """Time is injected so that a test can hold it still."""

    def now_ms(self) -> float:
        """Monotonic milliseconds."""
        ...

    def wall(self) -> str:
        """ISO 8601 UTC."""
        ...

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        """Return when ``event`` is set or the time has come, whichever is first."""
        ...
