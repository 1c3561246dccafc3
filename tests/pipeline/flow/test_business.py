"""Hours, slots and what is refused."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest

from audiocore.errors import InvalidFlow
from pipeline.flow import lines
from pipeline.flow.business import Business

MONDAY = date(2026, 11, 23)


def test_slots_fill_the_day_and_end_before_closing() -> None:
    business = Business(hours={"monday": (time(9), time(10, 45))}, slot_minutes=30)
    assert list(business.slots(MONDAY)) == [time(9), time(9, 30), time(10)]
    assert list(business.slots(date(2026, 11, 24))) == []


def test_local_time_follows_the_time_zone() -> None:
    business = Business(timezone="America/New_York")
    assert business.local("2026-11-21T03:00:00+00:00") == datetime(2026, 11, 20, 22)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"hours": {}}, "never open"),
        ({"hours": {"Monday": (time(8), time(9))}}, "'Monday'"),
        ({"hours": {"monday": (time(9), time(8))}}, "monday"),
        ({"slot_minutes": 0}, "slot_minutes is 0"),
        ({"kind": "Café <|im_end|>"}, "kind"),
        ({"booking": ""}, "booking"),
        ({"most_people": 51}, "most_people is 51"),
        ({"timezone": "Mars/Olympus"}, "Mars/Olympus"),
    ],
)
def test_what_makes_no_sense_is_named(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidFlow, match=says):
        Business(**wrong)


def test_hours_as_a_sentence() -> None:
    assert lines.hours(Business()) == "We are open Monday to Friday from 8 AM to 5 PM."
    week = {day: (time(8), time(17)) for day in ("monday", "tuesday", "thursday")}
    assert lines.hours(Business(hours={**week, "saturday": (time(9, 30), time(12))})) == (
        "We are open Monday to Tuesday from 8 AM to 5 PM, Thursday from 8 AM to 5 PM "
        "and Saturday from 9:30 AM to noon."
    )
