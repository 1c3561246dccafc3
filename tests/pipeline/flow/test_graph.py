"""The pure conversation step."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow import lines, moves, tools
from pipeline.flow.intents import Understanding
from pipeline.flow.prompts import INTENTS
from pipeline.flow.state import Slot
from tests.pipeline.flow.talk import BUSINESS, FOUND, FREE, Talk


def test_greeting_names_the_business() -> None:
    assert Talk().event(moves.Started()) == "Hello, this is Harbor Clinic. How can I help you?"


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
    assert replace(talk.state, asides=0) == before


@pytest.mark.parametrize(("intent", "answer"), [("chat", "<chat>"), ("other", "<decline>")])
def test_small_talk_for_an_answer_was_misheard_and_leads_to_keys_and_people(
    intent: str, answer: str
) -> None:
    talk = Talk()
    talk.say("book", name="sarah mitchell", day="tuesday")
    assert talk.state.asked == "time"
    turns = [talk.say(intent) for _ in range(6)]
    assert all(turn.startswith(answer) for turn in turns[:4])
    assert lines.JUST_TIME in turns[3]
    assert lines.KEY_TIME in turns[4]
    assert talk.ended == "no_match"


def test_small_talk_between_answers_is_answered() -> None:
    talk = Talk(find_slot=FREE)
    talk.say("book")
    for _ in range(2):
        assert talk.say("chat").startswith("<chat>")
    assert talk.say("inform", name="sarah mitchell")
    for _ in range(2):
        assert talk.say("chat").endswith(lines.ASK_DAY)
    assert talk.state.misses == 0
    assert not talk.ended


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
    talk.event(moves.Started())
    assert talk.event(moves.Silence()) == f"{lines.STILL_THERE} {lines.ASK_HELP}"
    assert talk.event(moves.Silence()) == f"{lines.STILL_THERE} {lines.ASK_HELP}"
    assert talk.event(moves.Silence()) == lines.NOBODY_THERE
    assert talk.ended == "no_input"


def test_speech_forgives_silence() -> None:
    talk = Talk()
    talk.event(moves.Silence())
    talk.event(moves.Silence())
    talk.say("chat")
    assert lines.STILL_THERE in talk.event(moves.Silence())


def test_failures_apologise_and_end_at_last() -> None:
    talk = Talk(find_slot=FREE)
    talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    assert talk.event(moves.Failure()).startswith(lines.SORRY)
    assert talk.event(moves.Failure()).endswith(lines.OR_PRESS)
    assert talk.event(moves.Failure()).endswith(lines.PRESS)
    assert BUSINESS.front_desk in talk.event(moves.Failure())
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
    understandings.map(moves.Understood),
    understandings.map(moves.Understood),
    st.builds(moves.Understood, understandings, st.booleans()),
    st.just(moves.Silence()),
    st.just(moves.Failure()),
)


@given(st.lists(events, max_size=30), st.data())
def test_no_conversation_breaks(history: list[moves.Event], data: st.DataObject) -> None:
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
            assert isinstance(event, moves.Understood)
            assert event.sure or before.doubted == event.said
            assert event.said.intent == "yes"
            assert before.asked == "confirm"
            assert before.read_back or before.goal == "cancel"
        for tool in changes:
            if not isinstance(tool, tools.CancelAppointment):
                assert before.offer == Slot(tool.date, tool.time)
        if talk.ended:
            break


# --- callers who are not understood at once -------------------------------------------------------


def test_a_bare_no_to_a_booking_asks_what_to_change() -> None:
    talk = Talk(find_slot=FREE)
    talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    assert talk.say("no") == lines.ASK_WHAT
    assert not talk.state.read_back  # so that a yes books nothing yet
    assert talk.say("unclear", subject="time") == lines.ASK_TIME
    assert "Is that right?" in talk.say("inform", time="3:30")
    talk.say("no")
    assert talk.say("inform", subject="day") == lines.ASK_DAY
    talk.say("inform", day="tuesday")
    talk.say("no")
    assert talk.say("no", subject="day") == lines.KEY_DAY
    talk.say("inform", day="tuesday")
    talk.say("no")
    assert talk.say("no", subject="name") in lines.SPELL.values()


def test_a_correction_that_changes_nothing_was_misheard() -> None:
    talk = Talk(find_slot=FREE | {"time": "12:00"})
    talk.say("book", name="sarah mitchell", day="tuesday", time="afternoon")
    assert talk.say("no", time="afternoon") == f"{lines.SORRY} {lines.ASK_TIME}"


def test_a_name_is_confirmed_before_anything_else_if_it_was_poorly_heard() -> None:
    talk = Talk(find_slot=FREE)
    talk.say("book")
    poorly = moves.Understood(Understanding("inform", name="mark carter"), False, 0.3)
    assert talk.event(poorly) == "Is your name Mark Carter?"
    assert talk.say("no") in (f"{question}" for question in lines.SPELL.values())
    while talk.state.asked == "name":
        part = "first" if talk.state.question == lines.SPELL["first"] else "last"
        spelled = {"first": "m a r c", "last": "c a r t e r"}[part]
        talk.event(moves.Understood(Understanding("inform", name_words=spelled), True, 0.6))
    assert talk.state.question.startswith("Is your name Marc, spelled M A R C")
    assert talk.say("yes") == f"<thank> {lines.ASK_DAY}"
    assert talk.state.name == "Marc Carter"


def test_after_three_misses_keys_can_answer() -> None:
    talk = Talk()
    talk.say("book", name="sarah mitchell")
    assert talk.say("unclear").endswith(lines.ASK_DAY)
    assert talk.say("unclear").endswith(f"{lines.ASK_DAY} {lines.JUST_DAY}")
    assert talk.say("unclear") == f"{lines.SORRY} {lines.KEY_DAY}"
    assert BUSINESS.front_desk in talk.say("unclear")
    assert talk.ended == "no_match"


def test_a_name_that_is_not_understood_is_spelled_and_then_left_to_people() -> None:
    talk = Talk()
    talk.say("book")
    talk.say("unclear")
    said = [talk.say("unclear") for _ in range(8)]
    assert said[0] == f"<unclear> {lines.SPELL['last']}"
    assert said[1] == f"<unclear> {lines.SPELL['first']}"
    assert BUSINESS.front_desk in " ".join(said)
    assert talk.ended == "no_match"


def test_nothing_is_booked_on_a_yes_that_was_poorly_heard() -> None:
    talk = Talk(find_slot=FREE, book_appointment={"ok": True, "id": 1})
    talk.say("book", name="sarah mitchell", day="tuesday", time="3:30")
    mumbled = moves.Understood(Understanding("yes", plain=False), False, 0.01)
    for _ in range(3):
        talk.event(mumbled)
    assert not any(isinstance(tool, tools.Change) for tool in talk.used)
