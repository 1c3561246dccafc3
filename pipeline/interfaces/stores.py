"""Stores: what is kept of calls, and the book of appointments.

They block: whoever calls one from an event loop goes through a worker. Every method raises
StoreError when the database cannot be used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pipeline.interfaces.conversation import ToolCall

# --- calls --------------------------------------------------------------------------------------


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
    """Keeps calls and their turns."""

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


# --- appointments -------------------------------------------------------------------------------


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
    """The business's book.

    The three changes record their key together with their result, in one transaction: the same key
    with the same arguments returns the recorded result, and with others raises CommitConflict.
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
