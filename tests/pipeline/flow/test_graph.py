"""The pure conversation step."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow import graph, lines, tools
from pipeline.flow.clinic import Clinic
from pipeline.flow.intents import Understanding
from pipeline.flow.prompts import INTENTS
from pipeline.flow.state import Slot, State

NOW = datetime(2026, 11, 21, 14)  # a Saturday
CLINIC = Clinic()
TUESDAY = date(2026, 11, 24)
FREE = {"ok": True, "date": "2026-11-24", "time": "15:30"}


class Talk:
    """A conversation whose tools answer what the test says."""

    def __init__(self, **results: dict[str, Any]) -> None:
        self.state = State()
        self.results = results
        self.used: list[tools.Tool] = []
        self.ended = ""

    def event(self, event: graph.Event) -> str:
        spoken = []
        self.state, actions = graph.step(self.state, event, CLINIC, NOW)
        queue = list(actions)
        while queue:
            match queue.pop(0):
                case graph.Speak(text):
                    spoken.append(text)
                case graph.Improvise(situation):
                    spoken.append(f"<{situation}>")
                case graph.HangUp(reason):
                    self.ended = reason
                case graph.Use(tool):
                    self.used.append(tool)
                    done = graph.ToolDone(tool, self.results[tool.name])
                    self.state, more = graph.step(self.state, done, CLINIC, NOW)
                    queue = list(more)
        return " ".join(spoken)

    def say(self, intent: str, **slots: Any) -> str:
        return self.event(graph.Understood(Understanding(intent, **slots)))


def test_greeting_names_the_clinic() -> None:
    assert Talk().event(graph.Started()) == "Hello, this is Harbor Clinic. How can I help you?"


def test_booking_slot_by_slot() -> None:
    talk = Talk(find_slot=FREE, book_appointment={"ok": True, "id": 1})
    talk.event(graph.Started())
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
    talk = Talk(find_slot=FREE)
    talk.say("book", name="sarah mitchell", day="monday", time="3:30 pm")
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


FOUND = {"ok": True, "id": 7, "name": "Sarah Mitchell", "date": "2026-11-23", "time": "09:00"}


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
    assert CLINIC.front_desk in talk.say("inform", name="sara michel")


def test_first_and_last_name_apart() -> None:
    talk = Talk()
    talk.say("book")
    assert talk.say("inform", name="sarah").endswith(lines.ASK_LAST_NAME)
    talk.say("inform", name="o'brien")
    assert talk.state.name == "Sarah O'Brien"


@pytest.mark.parametrize(
    ("intent", "answer"),
    [
        ("question", "<answer>"),
        ("chat", "<chat>"),
        ("other", "<decline>"),
        ("hours", "We are open"),
    ],
)
def test_a_digression_comes_back_to_the_question(intent: str, answer: str) -> None:
    talk = Talk()
    talk.say("book")
    before = talk.state
    said = talk.say(intent)
    assert said.startswith(answer)
    assert said.endswith(lines.ASK_NAME)
    assert talk.state == before


def test_an_emergency_comes_first() -> None:
    talk = Talk()
    talk.say("book")
    assert talk.say("emergency", name="sarah mitchell").startswith("If this is an emergency")
    assert talk.state.name is None


def test_goodbye_does_not_drop_an_open_question() -> None:
    talk = Talk(find_slot=FREE)
    question = talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    assert talk.say("goodbye") == f"{lines.BEFORE_YOU_GO} {question}"
    assert not talk.ended
    assert talk.say("goodbye") == lines.FAREWELL
    assert talk.ended == "goodbye"


def test_repeat_says_the_question_again() -> None:
    talk = Talk(find_slot=FREE)
    question = talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    assert talk.say("repeat") == question


def test_silence_is_asked_twice_then_ends() -> None:
    talk = Talk()
    talk.event(graph.Started())
    assert talk.event(graph.Silence()) == f"{lines.STILL_THERE} {lines.ASK_HELP}"
    assert talk.event(graph.Silence()) == f"{lines.STILL_THERE} {lines.ASK_HELP}"
    assert talk.event(graph.Silence()) == lines.NOBODY_THERE
    assert talk.ended == "no_input"


def test_speech_forgives_silence() -> None:
    talk = Talk()
    talk.event(graph.Silence())
    talk.event(graph.Silence())
    talk.say("chat")
    assert lines.STILL_THERE in talk.event(graph.Silence())


def test_failures_apologise_and_end_at_last() -> None:
    talk = Talk(find_slot=FREE)
    talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    assert talk.event(graph.Failure()).startswith(lines.SORRY)
    assert talk.event(graph.Failure()).endswith(lines.OR_PRESS)
    assert talk.event(graph.Failure()).endswith(lines.PRESS)
    assert CLINIC.front_desk in talk.event(graph.Failure())
    assert talk.ended == "no_match"


understandings = st.builds(
    Understanding,
    st.sampled_from(INTENTS),
    st.none() | st.sampled_from(["sarah mitchell", "o'brien", "jo"]) | st.text(max_size=9),
    st.none() | st.sampled_from(["tuesday", "sunday", "any", "next week", "february 30", "today"]),
    st.none() | st.sampled_from(["3:30", "9:10 am", "morning", "any", "11:00 pm", "25:99"]),
)
slots = st.sampled_from(
    [
        FREE,
        {"ok": False, "reason": "full"},
        {"ok": False, "reason": "taken", "offer": {"date": "2026-11-25", "time": "09:00"}},
    ]
)
found = st.sampled_from([FOUND, {"ok": False, "reason": "unknown"}])
changed = st.sampled_from([{"ok": True, "id": 7}])
events = st.one_of(
    understandings.map(graph.Understood),
    understandings.map(graph.Understood),
    st.builds(graph.Understood, understandings, st.booleans()),
    st.just(graph.Silence()),
    st.just(graph.Failure()),
)


@given(st.lists(events, max_size=30), st.data())
def test_no_conversation_breaks(history: list[graph.Event], data: st.DataObject) -> None:
    """Every turn says something, and nothing is changed that was not read back and agreed to."""
    talk = Talk()
    for event in history:
        talk.results = {
            "find_slot": data.draw(slots),
            "find_appointment": data.draw(found),
            "book_appointment": data.draw(changed),
            "move_appointment": data.draw(changed),
            "cancel_appointment": data.draw(changed),
        }
        before, used = talk.state, len(talk.used)
        assert talk.event(event)
        changes = [tool for tool in talk.used[used:] if isinstance(tool, tools.Change)]
        if changes:
            assert isinstance(event, graph.Understood)
            assert event.sure or before.doubted == event.said
            assert event.said.intent == "yes"
            assert before.asked == "confirm"
            assert before.read_back or before.goal == "cancel"
        for tool in changes:
            if not isinstance(tool, tools.CancelAppointment):
                assert before.offer == Slot(tool.date, tool.time)
        if talk.ended:
            break
