"""The conversation: what a call asks of the flow at each turn, and what the flow answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from audiocore.endpointing import Patience
from audiocore.events import TurnKind
from pipeline.interfaces.engines import Transcript


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

    patience: Patience = "balanced"
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
