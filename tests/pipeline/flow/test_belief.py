"""What words are taken for that may have been misheard."""

from __future__ import annotations

import pytest

from pipeline.flow.belief import about_name, believed, matters
from pipeline.flow.business import Business
from pipeline.flow.intents import Understanding
from pipeline.flow.naming import Naming
from pipeline.flow.state import State

NAME = State(goal="book", asked="name")
READ_BACK = State(goal="book", asked="confirm", name="Mark Carter", read_back=True)
PROPOSED = State(goal="book", asked="confirm", naming=Naming(proposed="mark carter"))


@pytest.mark.parametrize(
    ("state", "intent", "words", "sure", "expected"),
    [
        (NAME, "inform", "seth rays", True, True),
        (NAME, "unclear", "steve fraz", True, True),
        (NAME, "question", "where you", True, False),
        (NAME, "question", "where you", False, False),
        (NAME, "question", "steve fraz", False, True),
        (NAME, "goodbye", "see e c i", True, True),
        (NAME, "inform", "", True, False),
        (State(asked="name"), "inform", "seth rays", True, False),
        (READ_BACK, "no", "javier murray", True, True),
        (READ_BACK, "no", "newman", True, False),
        (READ_BACK, "no", "that's wrong study", True, False),
        (READ_BACK, "no", "that's not right", True, False),
        (READ_BACK, "yes", "javier murray", True, False),
        (PROPOSED, "no", "murray", True, True),
        (PROPOSED, "inform", "the thick", True, False),
        (PROPOSED, "yes", "", True, False),
    ],
)
def test_what_is_about_the_name(
    state: State, intent: str, words: str, sure: bool, expected: bool
) -> None:
    assert about_name(state, Understanding(intent, name_words=words), sure) is expected


def test_a_day_in_a_read_back_corrects_the_day() -> None:
    said = Understanding("no", day="tuesday", name_words="tuesday please harry")
    assert not about_name(READ_BACK, said, True)
    assert about_name(PROPOSED, said, True)


def test_of_poorly_heard_words_only_the_answer_is_left() -> None:
    said = Understanding("inform", name="the eleventh", day="the 11th", time="11:00")
    assert believed(State(asked="time"), said, Business()) == Understanding("inform", time="11:00")
    assert believed(State(asked="day"), said, Business()) == Understanding("inform", day="the 11th")
    assert believed(READ_BACK, said, Business()) == Understanding(
        "inform", day="the 11th", time="11:00"
    )


def test_nobody_wants_a_day_on_which_the_business_is_closed() -> None:
    said = Understanding("inform", day="sunday")
    assert believed(State(asked="day"), said, Business()).day is None


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        (Understanding("question"), "unclear"),
        (Understanding("yes", plain=False), "unclear"),
        (Understanding("yes"), "yes"),
        (Understanding("no", plain=False), "no"),
        (Understanding("emergency"), "emergency"),
    ],
)
def test_poorly_heard_intents(said: Understanding, intent: str) -> None:
    assert believed(READ_BACK, said, Business()).intent == intent


def test_what_cannot_be_taken_back_matters() -> None:
    assert matters(READ_BACK, Understanding("yes"))
    assert not matters(READ_BACK, Understanding("no"))
    assert matters(State(asked="more"), Understanding("no"))
    assert not matters(NAME, Understanding("yes"))
    assert not matters(READ_BACK, Understanding("no", time="9:00"))
    assert matters(State(), Understanding("cancel"))
    assert not matters(State(), Understanding("book"))
