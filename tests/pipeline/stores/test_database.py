"""The database, on a real SQLite file."""

from __future__ import annotations

import sqlite3
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiocore.errors import CommitConflict, StoreError
from pipeline.interfaces.conversation import ToolCall
from pipeline.interfaces.stores import CallRecord, ToolKey, TurnRecord
from pipeline.stores.database import Database

NOW = "2026-11-21T14:00:00+00:00"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/calls.db")
    yield database
    database.close()


def key(turn: int = 0, ordinal: int = 0, call: str = "CA1") -> ToolKey:
    return ToolKey(call, turn, ordinal)


class TestCalls:
    def test_a_call_lives_once(self, database: Database) -> None:
        record = CallRecord("CA1", "initializing", "+15550100", "+15550199", NOW)
        database.open_call(record)
        database.open_call(record)
        assert database.calls() == (record,)
        database.activate_call("CA1")
        call = database.call("CA1")
        assert call is not None
        assert call.status == "active"

    def test_the_first_end_wins_and_is_final(self, database: Database) -> None:
        database.open_call(CallRecord("CA1", "initializing", "a", "b", NOW))
        database.end_call("CA1", "later", "hangup")
        database.end_call("CA1", "even later", "error")
        database.activate_call("CA1")
        call = database.call("CA1")
        assert call is not None
        assert (call.status, call.ended_at, call.end_reason) == ("terminated", "later", "hangup")

    def test_newest_call_comes_first(self, database: Database) -> None:
        for number in range(5):
            database.open_call(CallRecord(f"CA{number}", "initializing", "a", "b", NOW))
        assert [call.call_sid for call in database.calls(limit=3)] == ["CA4", "CA3", "CA2"]

    def test_an_unknown_call_is_none(self, database: Database) -> None:
        assert database.call("CA404") is None

    def test_a_turn_comes_back_as_it_was(self, database: Database) -> None:
        tool = ToolCall("book_appointment", {"caller": "Zoë"}, {"ok": True, "id": 1})
        turn = TurnRecord(1, "yes", "Done.", "Done.", False, (tool,), {"stt": 12.5})
        database.open_call(CallRecord("CA1", "initializing", "a", "b", NOW))
        database.commit_turn("CA1", turn)
        database.commit_turn("CA1", turn)
        call = database.call("CA1")
        assert call is not None
        assert call.turns == (turn,)

    def test_a_timeline_is_kept_once(self, database: Database) -> None:
        assert database.timeline("CA1") is None
        database.keep_timeline("CA1", {"speech_ms": [[20, 60]]})
        database.keep_timeline("CA1", {"speech_ms": []})
        assert database.timeline("CA1") == {"speech_ms": [[20, 60]]}

    def test_a_different_turn_under_the_same_key_is_refused(self, database: Database) -> None:
        database.commit_turn("CA1", TurnRecord(0, "", "Hello.", "Hello.", False))
        with pytest.raises(CommitConflict, match="turn 0"):
            database.commit_turn("CA1", TurnRecord(0, "", "Goodbye.", "", True))


class TestAppointments:
    def test_book_move_cancel(self, database: Database) -> None:
        booked = database.book(key(0), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        assert booked == {"ok": True, "id": 1}
        assert database.move(key(1), 1, "2026-11-25", "09:00") == {"ok": True, "id": 1}
        (appointment,) = database.booked("2026-11-25", "2026-11-25")
        assert (appointment.name, appointment.time) == ("Sarah Mitchell", "09:00")
        assert database.cancel(key(2), 1) == {"ok": True, "id": 1}
        assert database.booked("2026-01-01", "2027-01-01") == ()
        assert [a.status for a in database.appointments()] == ["cancelled"]

    def test_a_slot_is_booked_once(self, database: Database) -> None:
        database.book(key(0), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        database.book(key(1), "Sarah Mitchell", "2026-11-24", "16:00", NOW)
        other = key(0, call="CA2")
        taken = {"ok": False, "reason": "taken"}
        assert database.book(other, "Tom Green", "2026-11-24", "15:30", NOW) == taken
        assert database.move(key(2), 2, "2026-11-24", "15:30") == taken
        assert len(database.booked("2026-11-24", "2026-11-24")) == 2

    def test_a_cancelled_slot_is_free_again(self, database: Database) -> None:
        database.book(key(0), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        database.cancel(key(1), 1)
        again = database.book(key(0, call="CA2"), "Tom Green", "2026-11-24", "15:30", NOW)
        assert again == {"ok": True, "id": 2}

    def test_what_is_not_booked_cannot_change(self, database: Database) -> None:
        unknown = {"ok": False, "reason": "unknown"}
        assert database.cancel(key(0), 7) == unknown
        assert database.move(key(1), 7, "2026-11-24", "15:30") == unknown

    def test_the_same_key_returns_the_recorded_result(self, database: Database) -> None:
        first = database.book(key(3), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        again = database.book(key(3), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        assert first == again
        assert len(database.appointments()) == 1

    def test_the_same_key_refuses_other_arguments(self, database: Database) -> None:
        database.book(key(3), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        with pytest.raises(CommitConflict):
            database.book(key(3), "Sarah Mitchell", "2026-11-25", "15:30", NOW)

    def test_a_second_yes_does_not_book_twice(self, database: Database) -> None:
        first = database.book(key(3), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        assert database.book(key(5), "Sarah Mitchell", "2026-11-24", "15:30", NOW) == first

    @settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.lists(
            st.tuples(st.sampled_from(["book", "cancel", "move"]), st.integers(0, 3)), max_size=20
        )
    )
    def test_no_history_double_books(
        self, tmp_path_factory: pytest.TempPathFactory, history: list[tuple[str, int]]
    ) -> None:
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('db')}/calls.db")
        for turn, (what, slot) in enumerate(history):
            moment = f"{9 + slot:02d}:00"
            if what == "book":
                database.book(key(turn), f"Caller {turn}", "2026-11-24", moment, NOW)
            elif what == "cancel":
                database.cancel(key(turn), slot + 1)
            else:
                database.move(key(turn), slot + 1, "2026-11-24", "09:00")
        booked = database.booked("2026-11-24", "2026-11-24")
        database.close()
        assert len({appointment.time for appointment in booked}) == len(booked)

    def test_callers_at_once_get_one_booking(self, database: Database) -> None:
        results = []

        def call(number: int) -> None:
            results.append(
                database.book(
                    key(0, call=f"CA{number}"), f"Caller {number}", "2026-11-24", "10:00", NOW
                )
            )

        threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(result["ok"] for result in results) == [False] * 7 + [True]


class TestFile:
    def test_it_is_durable_and_has_a_write_ahead_log(self, tmp_path: Path) -> None:
        url = f"sqlite:///{tmp_path}/calls.db"
        first = Database(url)
        first.book(key(0), "Sarah Mitchell", "2026-11-24", "15:30", NOW)
        first.close()
        second = Database(url)
        assert [a.name for a in second.appointments()] == ["Sarah Mitchell"]
        second.close()
        plain = sqlite3.connect(tmp_path / "calls.db")
        assert plain.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        plain.close()

    def test_a_place_that_cannot_be_written_is_named_as_such(self, tmp_path: Path) -> None:
        with pytest.raises(StoreError, match="folder can be written"):
            Database(f"sqlite:///{tmp_path}/missing/calls.db")

    def test_an_error_tells_nothing_of_what_was_said(self, tmp_path: Path) -> None:
        database = Database(f"sqlite:///{tmp_path}/calls.db")
        with sqlite3.connect(tmp_path / "calls.db") as other:
            other.execute("ALTER TABLE timelines DROP COLUMN content")
        other.close()
        content = {"caller": "my name is sarah"}
        with pytest.raises(StoreError) as caught:
            database.keep_timeline("CA1", content)
        database.close()
        logged = "".join(traceback.format_exception(caught.value))
        assert "INSERT INTO timelines" in logged
        assert "sarah" not in logged

    def test_a_url_that_makes_no_sense(self) -> None:
        with pytest.raises(StoreError, match="check the URL"):
            Database("nonsense://")
