"""Lookups and changes, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiocore.errors import ToolFailed
from pipeline.flow import tools
from pipeline.flow.business import Business
from pipeline.interfaces.stores import ToolKey
from pipeline.stores.database import Database

NOW = datetime(2026, 11, 21, 14)  # a Saturday
WALL = "2026-11-21T14:00:00+00:00"
BUSINESS = Business()
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/calls.db")
    yield database
    database.close()


def book(store: Database, name: str, day: date, moment: time, turn: int = 0) -> int:
    tool = tools.BookAppointment(name, day, moment)
    result = tools.change(tool, ToolKey("CA9", turn, 0), store, BUSINESS, NOW, WALL)
    assert result["ok"]
    return int(result["id"])


def find(store: Database, first: date, last: date, label: str) -> dict[str, object]:
    return dict(tools.look_up(tools.FindSlot(first, last, label), store, BUSINESS, NOW))


class TestFindSlot:
    def test_free(self, store: Database) -> None:
        assert find(store, TUESDAY, TUESDAY, "3:30") == {
            "ok": True,
            "date": "2026-11-24",
            "time": "15:30",
        }

    def test_taken_offers_the_nearest(self, store: Database) -> None:
        book(store, "Tom Green", TUESDAY, time(15, 30))
        assert find(store, TUESDAY, TUESDAY, "3:30") == {
            "ok": False,
            "reason": "taken",
            "offer": {"date": "2026-11-24", "time": "15:00"},
        }

    @pytest.mark.parametrize(
        ("label", "reason", "offer"),
        [
            ("7:00 pm", "closed", "16:30"),
            ("6:00 am", "closed", "08:00"),
            ("3:10", "between", "15:00"),
            ("evening", "full", "16:30"),
        ],
    )
    def test_what_cannot_be_had(self, store: Database, label: str, reason: str, offer: str) -> None:
        assert find(store, TUESDAY, TUESDAY, label) == {
            "ok": False,
            "reason": reason,
            "offer": {"date": "2026-11-24", "time": offer},
        }

    def test_a_part_of_the_day_gets_its_first_slot(self, store: Database) -> None:
        assert find(store, TUESDAY, TUESDAY, "afternoon")["time"] == "12:00"

    def test_any_day_skips_the_weekend(self, store: Database) -> None:
        result = find(store, NOW.date(), date(2026, 12, 4), "10:00")
        assert (result["date"], result["time"]) == ("2026-11-23", "10:00")

    def test_today_offers_only_what_is_to_come(self, store: Database) -> None:
        now = datetime(2026, 11, 24, 14, 10)
        result = tools.look_up(tools.FindSlot(TUESDAY, TUESDAY, "9:00"), store, BUSINESS, now)
        assert result["reason"] == "past"
        assert result["offer"] == {"date": "2026-11-24", "time": "14:30"}

    def test_a_full_day_offers_the_next(self, store: Database) -> None:
        for turn, moment in enumerate(BUSINESS.slots(TUESDAY)):
            book(store, "Tom Green", TUESDAY, moment, turn)
        offer = find(store, TUESDAY, TUESDAY, "9:00")["offer"]
        assert offer == {"date": "2026-11-25", "time": "09:00"}


class TestFindAppointment:
    def test_by_a_misheard_name(self, store: Database) -> None:
        number = book(store, "Sarah Mitchell", TUESDAY, time(9))
        book(store, "Tom Green", MONDAY, time(9), 1)
        found = tools.look_up(tools.FindAppointment("Sara Mitchel"), store, BUSINESS, NOW)
        assert (found["id"], found["name"]) == (number, "Sarah Mitchell")

    def test_nobody(self, store: Database) -> None:
        book(store, "Sarah Mitchell", TUESDAY, time(9))
        found = tools.look_up(tools.FindAppointment("Peter Brown"), store, BUSINESS, NOW)
        assert found == {"ok": False, "reason": "unknown"}

    def test_the_soonest_of_equals(self, store: Database) -> None:
        book(store, "Sarah Mitchell", TUESDAY, time(9))
        sooner = book(store, "Sarah Mitchell", MONDAY, time(9), 1)
        found = tools.look_up(tools.FindAppointment("Sarah Mitchell"), store, BUSINESS, NOW)
        assert found["id"] == sooner


class TestChange:
    @pytest.mark.parametrize(
        ("tool", "says"),
        [
            (tools.BookAppointment("Tom Green", TUESDAY, time(3)), "no appointment begins"),
            (tools.BookAppointment("Tom Green", date(2026, 11, 22), time(9)), "begins"),
            (tools.BookAppointment("Tom Green", date(2026, 11, 20), time(9)), "past"),
            (tools.BookAppointment("Tom Green", date(2028, 11, 22), time(9)), "365 days"),
            (tools.BookAppointment("Robert'); DROP", TUESDAY, time(9)), "words of letters"),
            (tools.BookAppointment("x" * 90, TUESDAY, time(9)), "80 characters"),
            (tools.MoveAppointment(1, TUESDAY, time(9, 10)), "no appointment begins"),
            (tools.CancelAppointment(-1), "no appointment -1"),
        ],
    )
    def test_arguments_are_checked(self, store: Database, tool: tools.Change, says: str) -> None:
        with pytest.raises(ToolFailed, match=says):
            tools.change(tool, ToolKey("CA1", 1, 0), store, BUSINESS, NOW, WALL)
        assert store.appointments() == ()

    def test_a_booking_for_people_says_how_many(self, store: Database) -> None:
        restaurant = Business(most_people=8)
        for people in (None, 0, 9):
            tool = tools.BookAppointment("Tom Green", TUESDAY, time(9), people)
            with pytest.raises(ToolFailed, match="1 to 8 people"):
                tools.change(tool, ToolKey("CA1", 0, 0), store, restaurant, NOW, WALL)
        tool = tools.BookAppointment("Tom Green", TUESDAY, time(9), 8)
        assert tools.change(tool, ToolKey("CA1", 0, 0), store, restaurant, NOW, WALL)["ok"]
        assert store.appointments()[0].people == 8
        assert tools.arguments(tool)["people"] == 8

    @pytest.mark.parametrize("name", ["Sarah Mitchell", "Seán O'Brien", "Anne-Marie Du Pont"])
    def test_names_of_people_pass(self, store: Database, name: str) -> None:
        book(store, name, TUESDAY, time(9))

    def test_shown_arguments_are_json(self) -> None:
        tool = tools.BookAppointment("Tom Green", TUESDAY, time(9))
        shown = {"caller": "Tom Green", "date": "2026-11-24", "time": "09:00"}
        assert tools.arguments(tool) == shown


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["3:30", "9:00 am", "morning", "evening", "any", "12:00", "23:00", "4:45"]),
    st.integers(0, 20),
    st.integers(0, 14),
    st.sets(st.integers(0, 17)),
)
def test_what_is_offered_can_be_booked(
    tmp_path_factory: pytest.TempPathFactory,
    label: str,
    ahead: int,
    length: int,
    taken: set[int],
) -> None:
    store = Database(f"sqlite:///{tmp_path_factory.mktemp('db')}/calls.db")
    for turn, index in enumerate(taken):
        book(store, "Tom Green", MONDAY, list(BUSINESS.slots(MONDAY))[index], turn)
    first = date.fromordinal(NOW.date().toordinal() + ahead)
    result = find(store, first, date.fromordinal(first.toordinal() + length), label)
    where = result if result["ok"] else result.get("offer")
    if where is not None:
        assert isinstance(where, dict)
        day, moment = date.fromisoformat(where["date"]), time.fromisoformat(where["time"])
        book(store, "Sarah Mitchell", day, moment, 99)
    store.close()
