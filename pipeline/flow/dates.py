"""From the labels of the understanding grammar to days and times, and from those to speech."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time, timedelta

from pipeline.flow.business import WEEKDAYS

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_PARTS = {
    "morning": (time(0), time(11, 59)),
    "afternoon": (time(12), time(17, 59)),
    "evening": (time(17), time(23, 59)),
    "any": (time(0), time(23, 59)),
}


@dataclass(frozen=True, slots=True)
class DayRange:
    """The days that the caller would take, both included; usually one."""

    first: date
    last: date

    @property
    def single(self) -> bool:
        """Whether it is one particular day."""
        return self.first == self.last


def resolve_day(label: str, today: date) -> DayRange | None:
    """The days that ``label`` means on ``today``; None when there is no such day.

    A bare weekday is the next one after today, ``next monday`` is Monday of the week after this, a
    date without a year is the next one that is not past.
    """
    if label == "any":
        return DayRange(today, today + timedelta(days=13))
    monday = today - timedelta(days=today.weekday())
    if label == "next week":
        return DayRange(monday + timedelta(days=7), monday + timedelta(days=13))
    day = _resolve_single(label, today, monday)
    return DayRange(day, day) if day else None


def _resolve_single(label: str, today: date, monday: date) -> date | None:
    fixed = {"today": 0, "tomorrow": 1, "day after tomorrow": 2}
    if label in fixed:
        return today + timedelta(days=fixed[label])
    if label in WEEKDAYS:
        ahead = (WEEKDAYS.index(label) - today.weekday() - 1) % 7 + 1
        return today + timedelta(days=ahead)
    if label.startswith("next ") and label[5:] in WEEKDAYS:
        return monday + timedelta(days=7 + WEEKDAYS.index(label[5:]))
    if match := re.fullmatch(r"in (\d{1,2}) days", label):
        return today + timedelta(days=int(match[1]))
    if match := re.fullmatch(r"the (\d{1,2})(?:st|nd|rd|th)", label):
        return _next_date(today, None, int(match[1]))
    if (match := re.fullmatch(r"([a-z]+) (\d{1,2})", label)) and match[1] in MONTHS:
        return _next_date(today, MONTHS.index(match[1]) + 1, int(match[2]))
    return None


def _next_date(today: date, month: int | None, day: int) -> date | None:
    """The first date from ``today`` on with this day of the month, and month if given."""
    for ahead in range(12 * 8 + 1):  # eight years: the longest wait for 29 February
        year, index = divmod(today.month - 1 + ahead, 12)
        if month is not None and index + 1 != month:
            continue
        try:
            candidate = date(today.year + year, index + 1, day)
        except ValueError:
            continue
        if candidate >= today:
            return candidate
    return None


def resolve_time(label: str, opening: tuple[time, time]) -> tuple[time, time] | None:
    """Earliest and latest start that ``label`` means; equal for a clock time, None for no time.

    Without ``am`` or ``pm`` the half of the day in which the business is open is meant.
    """
    if label in _PARTS:
        return _PARTS[label]
    match = re.fullmatch(r"(\d{1,2}):(\d{2})(?: (am|pm))?", label)
    if not match:
        return None
    hour, minute, half = int(match[1]), int(match[2]), match[3]
    if hour > 23 or minute > 59:
        return None
    if hour > 12:
        choices = [hour]
    elif half:
        choices = [hour % 12 + (12 if half == "pm" else 0)]
    else:
        choices = [hour % 12, hour % 12 + 12]
    times = [time(h, minute) for h in choices]
    inside = [t for t in times if opening[0] <= t < opening[1]]
    chosen = inside[0] if inside else times[-1]
    return chosen, chosen


def say_date(day: date) -> str:
    """``Tuesday, November 24``."""
    return f"{WEEKDAYS[day.weekday()].title()}, {MONTHS[day.month - 1].title()} {day.day}"


def say_time(moment: time) -> str:
    """``3:30 PM``, ``3 PM``, ``noon``."""
    if moment == time(12):
        return "noon"
    hour, half = (moment.hour - 1) % 12 + 1, "PM" if moment.hour >= 12 else "AM"
    return f"{hour}:{moment.minute:02d} {half}" if moment.minute else f"{hour} {half}"


def say_list(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, tail = items
    return f"{', '.join(head)} and {tail}" if head else tail
