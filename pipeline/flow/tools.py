"""What the flow can do: typed tools with validated arguments.

Two kinds. *Lookups* only read and may run while the caller might still go on speaking. *Changes*
write: they wait for ``turn.confirmed()`` and carry an idempotency key, so a turn that is handled
again after it already acted gets the recorded result instead of acting twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from difflib import SequenceMatcher
from typing import Any

from audiocore.errors import ToolFailed
from pipeline.flow.business import Business
from pipeline.flow.dates import resolve_time
from pipeline.interfaces.stores import Appointment, AppointmentStore, ToolKey, ToolResult

_ALIKE = 0.78
"""How similar a heard name must be to a booked one to be taken for it."""


@dataclass(frozen=True, slots=True)
class FindSlot:
    """Lookup: is the wanted time free, and if not, what is nearest?"""

    first: date
    last: date
    time: str
    """A label for :func:`pipeline.flow.dates.resolve_time`."""

    name = "find_slot"


@dataclass(frozen=True, slots=True)
class FindAppointment:
    """Lookup: the next appointment booked under a name that sounds like this."""

    caller: str

    name = "find_appointment"


@dataclass(frozen=True, slots=True)
class BookAppointment:
    """Change: book a slot."""

    caller: str
    date: date
    time: time
    people: int | None = None

    name = "book_appointment"


@dataclass(frozen=True, slots=True)
class MoveAppointment:
    """Change: move a booked appointment to another slot."""

    id: int
    date: date
    time: time

    name = "move_appointment"


@dataclass(frozen=True, slots=True)
class CancelAppointment:
    """Change: cancel a booked appointment."""

    id: int

    name = "cancel_appointment"


Lookup = FindSlot | FindAppointment
Change = BookAppointment | MoveAppointment | CancelAppointment
Tool = Lookup | Change


def arguments(tool: Tool) -> Mapping[str, Any]:
    """The tool's arguments as the record shows them: JSON values."""
    shown = {}
    for key, value in asdict(tool).items():
        if value is None:
            continue
        if isinstance(value, time):
            shown[key] = f"{value:%H:%M}"
        else:
            shown[key] = value.isoformat() if isinstance(value, date) else value
    return shown


def look_up(tool: Lookup, store: AppointmentStore, business: Business, now: datetime) -> ToolResult:
    """Run a lookup. ``now`` is the business's local time.

    Raises:
        StoreError: the database cannot be used.
    """
    if isinstance(tool, FindSlot):
        return _find_slot(tool, store, business, now)
    return _find_appointment(tool, store, business, now)


def change(
    tool: Change,
    key: ToolKey,
    store: AppointmentStore,
    business: Business,
    now: datetime,
    wall: str,
) -> ToolResult:
    """Run a change once for this ``key``; ``wall`` is ISO 8601 UTC, ``now`` is local.

    Raises:
        ToolFailed: an argument is not one that the flow may send.
        CommitConflict: the key was used for something else.
        StoreError: the database cannot be used.
    """
    if not isinstance(tool, CancelAppointment):
        _check_slot(tool.date, tool.time, business, now)
    if isinstance(tool, BookAppointment):
        _check_name(tool.caller)
        _check_people(tool.people, business)
        day, moment = tool.date.isoformat(), f"{tool.time:%H:%M}"
        return store.book(key, tool.caller, day, moment, wall, tool.people)
    if tool.id < 1:
        raise ToolFailed(f"{tool.name}: there is no appointment {tool.id}")
    if isinstance(tool, MoveAppointment):
        return store.move(key, tool.id, tool.date.isoformat(), f"{tool.time:%H:%M}")
    return store.cancel(key, tool.id)


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[^\W\d_][^\W\d_' -]*(?:[ '-][^\W\d_]+)*", name) or len(name) > 80:
        raise ToolFailed("the name must be words of letters, 80 characters at most")


def _check_people(people: int | None, business: Business) -> None:
    if business.most_people and not 1 <= (people or 0) <= business.most_people:
        raise ToolFailed(f"a booking is for 1 to {business.most_people} people, not {people}")


def _check_slot(day: date, moment: time, business: Business, now: datetime) -> None:
    if moment not in business.slots(day):
        raise ToolFailed(f"no appointment begins on {day} at {moment:%H:%M}")
    if datetime.combine(day, moment) <= now:
        raise ToolFailed(f"{day} at {moment:%H:%M} is past")
    if day > now.date() + timedelta(days=business.days_ahead):
        raise ToolFailed(f"{day} is more than {business.days_ahead} days ahead")


def _find_slot(
    tool: FindSlot, store: AppointmentStore, business: Business, now: datetime
) -> ToolResult:
    """``{"ok": true, "date", "time"}``; else a ``reason``, and the nearest free slot if any."""
    search_last = tool.last + timedelta(days=14)
    taken = {
        (a.date, a.time) for a in store.booked(tool.first.isoformat(), search_last.isoformat())
    }

    def free(day: date) -> Iterator[time]:
        for moment in business.slots(day):
            to_come = datetime.combine(day, moment) > now
            if to_come and (day.isoformat(), f"{moment:%H:%M}") not in taken:
                yield moment

    day, nearest = tool.first, None
    while day <= search_last:
        opening = business.opening(day)
        wanted = opening and resolve_time(tool.time, opening)
        if opening and wanted:
            slots = list(free(day))
            inside = [moment for moment in slots if wanted[0] <= moment <= wanted[1]]
            if inside and day <= tool.last:
                return {"ok": True, "date": day.isoformat(), "time": f"{inside[0]:%H:%M}"}
            if slots and nearest is None:
                near = min(slots, key=lambda moment: abs(_minutes(moment) - _minutes(wanted[0])))
                nearest = {"date": day.isoformat(), "time": f"{near:%H:%M}"}
        if nearest and day >= tool.last:
            break
        day += timedelta(days=1)
    result = {"ok": False, "reason": _reason(tool, business, taken)}
    return {**result, "offer": nearest} if nearest else result


def _reason(tool: FindSlot, business: Business, taken: set[tuple[str, str]]) -> str:
    """Why the wanted time of one particular day cannot be had."""
    opening = business.opening(tool.first)
    wanted = opening and resolve_time(tool.time, opening)
    if tool.first != tool.last or not opening or not wanted or wanted[0] != wanted[1]:
        return "full"
    if (tool.first.isoformat(), f"{wanted[0]:%H:%M}") in taken:
        return "taken"
    if not opening[0] <= wanted[0] < opening[1]:
        return "closed"
    return "between" if wanted[0] not in business.slots(tool.first) else "past"


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _find_appointment(
    tool: FindAppointment, store: AppointmentStore, business: Business, now: datetime
) -> ToolResult:
    """``{"ok": true, "id", "name", "date", "time"}`` of the most alike; or ``unknown``."""
    last = now.date() + timedelta(days=business.days_ahead)
    best: tuple[float, Appointment] | None = None
    for appointment in store.booked(now.date().isoformat(), last.isoformat()):
        if datetime.fromisoformat(f"{appointment.date}T{appointment.time}") <= now:
            continue
        alike = SequenceMatcher(None, tool.caller.lower(), appointment.name.lower()).ratio()
        if alike >= _ALIKE and (best is None or alike > best[0]):
            best = alike, appointment
    if best is None:
        return {"ok": False, "reason": "unknown"}
    found = best[1]
    return {"ok": True, "id": found.id, "name": found.name, "date": found.date, "time": found.time}
