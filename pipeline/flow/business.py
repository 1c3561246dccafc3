"""The business that the receptionist answers for: its hours, its slots, and facts about it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from audiocore.errors import InvalidFlow

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HOURS = {day: (time(8), time(17)) for day in WEEKDAYS[:5]}
_FACTS = {
    "Address": "12 Harbor Street, next to the library",
    "Parking": "free, behind the building",
    "Insurance": "most plans and Medicare",
    "Price of a visit": "80 dollars, cash or card",
    "Services": "check-ups, vaccinations and blood tests",
    "Please bring": "an ID and your insurance card",
    "Doctors": "Doctor Reed and Doctor Okafor",
    "Length of a visit": "30 minutes",
    "New patients": "welcome",
    "Access": "a ramp and an elevator",
    "Phone": "555 0142",
}


@dataclass(frozen=True, slots=True)
class Business:
    """One business. ``facts`` are all that the language model may say about it.

    Raises:
        InvalidFlow: a value makes no sense; the message names it.
    """

    name: str = "Harbor Clinic"
    kind: str = "clinic"
    """What callers would call it: the starter model knows ``clinic`` and ``restaurant``."""
    booking: str = "appointment"
    """What is booked."""
    most_people: int = 0
    """For how many people a booking may be; 0: that is not asked."""
    hours: Mapping[str, tuple[time, time]] = field(default_factory=lambda: dict(_HOURS))
    """Weekday -> opening and closing time; a day that is missing is closed."""
    slot_minutes: int = 30
    """Appointments begin at opening time and every so often after it."""
    timezone: str = "UTC"
    facts: Mapping[str, str] = field(default_factory=lambda: dict(_FACTS))
    front_desk: str = "555 0142"
    """The number that people answer."""
    emergency: str = "911"
    days_ahead: int = 365
    """How far ahead appointments are made."""

    def __post_init__(self) -> None:
        if not self.hours:
            raise InvalidFlow("the business is never open: give hours for at least one weekday")
        for day, (opens, closes) in self.hours.items():
            if day not in WEEKDAYS:
                raise InvalidFlow(f"hours: {day!r} is not a weekday in lowercase English")
            if opens >= closes:
                raise InvalidFlow(f"hours: on {day} it opens at {opens}, not before {closes}")
        for key in ("kind", "booking"):
            if not re.fullmatch(r"[a-z]+(?: [a-z]+)*", getattr(self, key)):
                raise InvalidFlow(f"{key}: {getattr(self, key)!r} must be lowercase English words")
        if not 0 <= self.most_people <= 50:
            raise InvalidFlow(f"most_people is {self.most_people}: use 1 to 50, or 0 not to ask")
        if not 5 <= self.slot_minutes <= 24 * 60:
            raise InvalidFlow(f"slot_minutes is {self.slot_minutes}: use 5 to 1440")
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise InvalidFlow(f"timezone: {self.timezone!r} is unknown, try Europe/Paris") from None

    def local(self, wall: str) -> datetime:
        """ISO 8601 UTC -> the clock on its wall, without a zone."""
        return datetime.fromisoformat(wall).astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)

    def opening(self, day: date) -> tuple[time, time] | None:
        """Opening and closing time of one day; None when closed."""
        return self.hours.get(WEEKDAYS[day.weekday()])

    def slots(self, day: date) -> Iterator[time]:
        """When appointments begin on one day; each ends before closing time."""
        opening = self.opening(day)
        if opening is None:
            return
        step = timedelta(minutes=self.slot_minutes)
        begin, close = (datetime.combine(day, moment) for moment in opening)
        while begin + step <= close:
            yield begin.time()
            begin += step
