"""The way to a goal: what is asked for, looked up, read back and changed."""

from __future__ import annotations

from datetime import time

from pipeline.flow import lines, moves, tools
from tests.pipeline.flow.talk import BUSINESS, FOUND, FREE, TUESDAY, Talk


def test_booking_slot_by_slot() -> None:
    talk = Talk(find_slot=FREE, book_appointment={"ok": True, "id": 1})
    talk.event(moves.Started())
    assert talk.say("book") == f"<accept> {lines.ASK_NAME}"
    assert talk.say("inform", name="sarah mitchell") == f"<thank> {lines.ASK_DAY}"
    assert talk.say("inform", day="tuesday") == f"<thank> {lines.ASK_TIME}"
    assert talk.say("inform", time="3:30") == (
        "An appointment for Sarah Mitchell on Tuesday, November 24 at 3:30 PM. Is that right?"
    )
    assert talk.say("yes").startswith("You are booked, Sarah Mitchell, on Tuesday, November 24")
    assert talk.used[-1] == tools.BookAppointment("Sarah Mitchell", TUESDAY, time(15, 30))
    assert talk.say("no") == lines.FAREWELL
    assert talk.ended == "completed"


def test_everything_in_one_sentence() -> None:
    talk = Talk(find_slot=FREE)
    said = talk.say("book", name="sarah mitchell", day="tuesday", time="3:30 pm")
    assert "Is that right?" in said
    assert talk.used == [tools.FindSlot(TUESDAY, TUESDAY, "3:30 pm")]


def test_a_correction_is_looked_up_again_and_read_back() -> None:
    talk = Talk(find_slot=FREE | {"date": "2026-11-23"})
    talk.say("book", name="sarah mitchell", day="monday", time="3:30 pm")
    talk.results["find_slot"] = FREE
    assert "Is that right?" in talk.say("no", day="tuesday")
    assert talk.used[-1] == tools.FindSlot(TUESDAY, TUESDAY, "3:30 pm")
    assert "Tom Green" in talk.say("inform", name="tom green")


def test_a_closed_day_is_asked_again() -> None:
    talk = Talk()
    talk.say("book", name="sarah mitchell")
    assert talk.say("inform", day="sunday") == f"We are closed on Sunday. {lines.ASK_DAY}"
    assert talk.state.day is None


def test_no_such_day_and_too_far() -> None:
    talk = Talk()
    talk.say("book", name="sarah mitchell")
    assert talk.say("inform", day="february 30").startswith(lines.NO_SUCH_DAY)
    assert talk.say("inform", day="february 29").startswith(lines.TOO_FAR)


def test_a_taken_time_is_offered_an_alternative_and_read_back() -> None:
    taken = {"ok": False, "reason": "taken", "offer": {"date": "2026-11-24", "time": "16:00"}}
    talk = Talk(find_slot=taken, book_appointment={"ok": True, "id": 1})
    said = talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    assert said == "That time is taken. Would Tuesday, November 24 at 4 PM work?"
    assert "An appointment for Sarah Mitchell" in talk.say("yes")
    assert not any(isinstance(tool, tools.Change) for tool in talk.used)
    talk.say("yes")
    assert talk.used[-1] == tools.BookAppointment("Sarah Mitchell", TUESDAY, time(16))


def test_a_slot_lost_in_between_is_looked_up_again() -> None:
    talk = Talk(find_slot=FREE, book_appointment={"ok": False, "reason": "taken"})
    talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    talk.results["find_slot"] = {"ok": False, "reason": "full"}
    assert lines.nothing_free() in talk.say("yes")
    assert talk.state.asked == "day"


def test_moving() -> None:
    talk = Talk(find_appointment=FOUND, find_slot=FREE, move_appointment={"ok": True, "id": 7})
    assert talk.say("move") == f"<accept> {lines.ASK_NAME}"
    said = talk.say("inform", name="sarah mitchel")
    assert said.startswith("Sarah Mitchell, your appointment is on Monday, November 23 at 9 AM.")
    said = talk.say("inform", day="tuesday", time="3:30")
    assert "moves to Tuesday, November 24 at 3:30 PM" in said
    assert "is now on Tuesday" in talk.say("yes")
    assert talk.used[-1] == tools.MoveAppointment(7, TUESDAY, time(15, 30))


def test_cancelling() -> None:
    talk = Talk(find_appointment=FOUND, cancel_appointment={"ok": True, "id": 7})
    assert "Shall I cancel it?" in talk.say("cancel", name="sarah mitchell")
    assert "is cancelled" in talk.say("yes")
    assert talk.used[-1] == tools.CancelAppointment(7)


def test_not_cancelling_after_all() -> None:
    talk = Talk(find_appointment=FOUND)
    talk.say("cancel", name="sarah mitchell")
    assert talk.say("no") == lines.ASK_MORE
    assert not any(isinstance(tool, tools.Change) for tool in talk.used)


def test_an_unknown_name_is_asked_twice_then_given_up() -> None:
    talk = Talk(find_appointment={"ok": False, "reason": "unknown"})
    assert lines.ASK_NAME_AGAIN in talk.say("check", name="sarah mitchell")
    assert lines.ASK_NAME_AGAIN in talk.say("inform", name="sara michell")
    assert BUSINESS.front_desk in talk.say("inform", name="sara michel")


def test_first_and_last_name_apart() -> None:
    talk = Talk()
    talk.say("book")
    assert talk.say("inform", name="sarah").endswith(lines.ASK_LAST_NAME)
    talk.say("inform", name="o'brien")
    assert talk.state.name == "Sarah O'Brien"
