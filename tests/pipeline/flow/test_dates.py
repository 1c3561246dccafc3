"""Labels of the grammar to days and times."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.business import WEEKDAYS
from pipeline.flow.dates import DayRange, resolve_day, resolve_time, say_date, say_list, say_time

SATURDAY = date(2026, 11, 21)
OPENING = (time(8), time(17))
days = st.dates(date(2020, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("today", date(2026, 11, 21)),
        ("tomorrow", date(2026, 11, 22)),
        ("day after tomorrow", date(2026, 11, 23)),
        ("monday", date(2026, 11, 23)),
        ("saturday", date(2026, 11, 28)),
        ("next monday", date(2026, 11, 23)),
        ("next friday", date(2026, 11, 27)),
        ("in 3 days", date(2026, 11, 24)),
        ("the 24th", date(2026, 11, 24)),
        ("the 3rd", date(2026, 12, 3)),
        ("the 31st", date(2026, 12, 31)),
        ("november 30", date(2026, 11, 30)),
        ("march 3", date(2027, 3, 3)),
        ("february 29", date(2028, 2, 29)),
        ("november 21", date(2026, 11, 21)),
    ],
)
def test_labels_on_a_saturday(label: str, day: date) -> None:
    assert resolve_day(label, SATURDAY) == DayRange(day, day)


def test_next_monday_on_a_monday_and_on_a_wednesday() -> None:
    assert resolve_day("next monday", date(2026, 11, 23)) == DayRange(*[date(2026, 11, 30)] * 2)
    assert resolve_day("next monday", date(2026, 11, 25)) == DayRange(*[date(2026, 11, 30)] * 2)
    assert resolve_day("monday", date(2026, 11, 23)) == DayRange(*[date(2026, 11, 30)] * 2)


def test_ranges() -> None:
    assert resolve_day("next week", SATURDAY) == DayRange(date(2026, 11, 23), date(2026, 11, 29))
    anything = resolve_day("any", SATURDAY)
    assert anything is not None
    assert (anything.first, anything.single) == (SATURDAY, False)


@pytest.mark.parametrize("label", ["february 30", "the 32nd", "june 0", "someday", "", "next"])
def test_no_such_day(label: str) -> None:
    assert resolve_day(label, SATURDAY) is None


@given(st.sampled_from(WEEKDAYS), days)
def test_a_weekday_is_within_the_next_week(label: str, today: date) -> None:
    found = resolve_day(label, today)
    assert found is not None
    assert found.single
    assert WEEKDAYS[found.first.weekday()] == label
    assert today < found.first <= today + timedelta(days=7)


@given(days, days)
def test_a_date_is_never_past_and_reads_the_same(wanted: date, today: date) -> None:
    label = say_date(wanted).split(", ")[1].lower()
    found = resolve_day(label, today)
    assert found is not None
    assert found.first >= today
    assert (found.first.month, found.first.day) == (wanted.month, wanted.day)


@given(st.text(max_size=30), days)
def test_any_text_is_a_day_or_none(label: str, today: date) -> None:
    found = resolve_day(label, today)
    assert found is None or found.first <= found.last


@pytest.mark.parametrize(
    ("label", "moment"),
    [
        ("3:30", time(15, 30)),
        ("3:30 pm", time(15, 30)),
        ("3:30 am", time(3, 30)),
        ("9:00", time(9)),
        ("8:00", time(8)),
        ("8:00 pm", time(20)),
        ("12:00", time(12)),
        ("12:30 am", time(0, 30)),
        ("12:00 pm", time(12)),
        ("15:00", time(15)),
        ("6:00", time(18)),
    ],
)
def test_clock_times(label: str, moment: time) -> None:
    assert resolve_time(label, OPENING) == (moment, moment)


def test_parts_of_the_day() -> None:
    morning = resolve_time("morning", OPENING)
    assert morning is not None
    assert morning[0] < time(9) < morning[1] < time(12)


@given(st.text(max_size=12))
def test_any_text_is_a_time_or_none(label: str) -> None:
    found = resolve_time(label, OPENING)
    assert found is None or found[0] <= found[1]


@given(st.integers(1, 23), st.integers(0, 59))
def test_a_spoken_time_means_itself(hour: int, minute: int) -> None:
    moment = time(hour, minute)
    label = say_time(moment).lower().replace("noon", "12:00 pm")
    if ":" not in label:
        label = label.replace(" ", ":00 ")
    assert resolve_time(label, OPENING) == (moment, moment)


def test_lists() -> None:
    assert say_list(["a"]) == "a"
    assert say_list(["a", "b", "c"]) == "a, b and c"
