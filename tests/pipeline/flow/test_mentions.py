"""Days, times and spelled letters in a caller's words."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.flow.mentions import mentions, remaining, spelled, wanted
from pipeline.flow.prompts import Asked, caller_words
from pipeline.flow.spoken_numbers import listed


def read(text: str, asked: Asked = "help") -> tuple[str | None, str | None]:
    words = caller_words(text)
    found = mentions(words, asked)
    return wanted(found["day"], words), wanted(found["time"], words)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("half past three", "3:30"),
        ("half three", "3:30"),
        ("a quarter to nine", "8:45"),
        ("quarter of one", "12:45"),
        ("quarter after two p m", "2:15 pm"),
        ("three in the afternoon", "3:00 pm"),
        ("around four thirty", "4:30"),
        ("noon", "12:00 pm"),
        ("twenty five past ten", "10:25"),
        ("ten to six in the evening", "5:50 pm"),
        ("seventeen minutes past five", "5:17"),
        ("nine oh five a m", "9:05 am"),
        ("ten o'clock", "10:00"),
        ("fifteen hundred", "15:00"),
        ("3:30 p.m.", "3:30 pm"),
        ("at 3 PM", "3:00 pm"),
        ("at 330", "3:30"),
        ("twenty thirty", "20:30"),
        ("sometime in the morning", "morning"),
        ("after lunch", "afternoon"),
        ("any time", "any"),
        ("at won o'clock", "1:00"),
        ("at fiften past twelwe", "12:15"),
        ("no later than four thirty", "4:30"),
        ("not at three at half past four", "4:30"),
        ("three no wait four thirty", "4:30"),
        ("between three and four", "3:00"),
        ("one more thing", None),
        ("good morning", None),
        ("for two people", None),
        ("this one", None),
    ],
)
def test_times(text: str, time: str | None) -> None:
    assert read(text)[1] == time


@pytest.mark.parametrize("text", ["three", "at three", "maybe three", "3", "3.00"])
def test_a_bare_number_answers_what_time(text: str) -> None:
    assert read(text, "time")[1] == "3:00"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tuesday", "tuesday"),
        ("on Tuesdays", "tuesday"),
        ("next wednesday", "next wednesday"),
        ("wednesday next week", "next wednesday"),
        ("this coming friday", "friday"),
        ("the day after tomorrow", "day after tomorrow"),
        ("in three days", "in 3 days"),
        ("in two weeks", "in 14 days"),
        ("march third", "march 3"),
        ("the twenty first of may", "may 21"),
        ("March the 3rd", "march 3"),
        ("december twenty", "december 20"),
        ("the twenty third", "the 23rd"),
        ("tuesday the 24th", "the 24th"),
        ("tuesday no wednesday", "wednesday"),
        ("not monday but thursday", "thursday"),
        ("thursday not monday", "thursday"),
        ("i can't make it on monday can we do friday", "friday"),
        ("could you move my tuesday appointment to friday", "friday"),
        ("i have an appointment on tuesday", None),
        ("friday instead of tuesday", "friday"),
        ("from tuesday to friday", "friday"),
        ("friday in place of tuesday", "friday"),
        ("not any sooner than friday", "friday"),
        ("later than friday", None),
        ("march tentieth", "march 20"),
        ("any day next week", "next week"),
        ("as soon as possible", "any"),
        ("satur day", "saturday"),
        ("wensday", "wednesday"),
        ("may i ask something", None),
        ("just a second", None),
        ("not tuesday", None),
        ("the thursday after next", None),
        ("a week from monday", None),
        ("two days before christmas friday", "friday"),
        ("tuesday next week", "next tuesday"),
        ("a table for this evening", "today"),
        ("friday i tried you this morning", "friday"),
        ("on new year's eve please", "december 31"),
        ("something for christmas day", "december 25"),
        ("sometime before christmas", None),
        ("happy new year's eve", None),
    ],
)
def test_days(text: str, day: str | None) -> None:
    assert read(text)[0] == day


@pytest.mark.parametrize(
    ("text", "day"),
    [("christmas eve", "december 24"), ("st patrick's day", "march 17"), ("the wedding", None)],
)
def test_a_holiday_answers_what_day(text: str, day: str | None) -> None:
    assert read(text, "day")[0] == day


def test_both() -> None:
    assert read("this evening at seven") == ("today", "7:00")
    assert read("this afternoon") == ("today", "afternoon")
    assert read("Tuesday at half past three") == ("tuesday", "3:30")
    assert read("tomorrow morning") == ("tomorrow", "morning")
    assert read("at ten on monday") == ("monday", "10:00")


@pytest.mark.parametrize(
    ("text", "letters", "rest"),
    [
        ("sarah s m i t h", ["smith"], "sarah"),
        ("J-O-N-E-S", ["jones"], ""),
        ("m i um t double t", ["mittt"], ""),
        ("m as in mary i t", ["mit"], ""),
        ("three thirty p m", [], ""),
        ("i i want a a slot", [], "i i want a a slot"),
    ],
)
def test_spelling(text: str, letters: list[str], rest: str) -> None:
    words = caller_words(text)
    assert spelled(remaining(words, mentions(words, "help"))) == (letters, rest.split())


@given(
    st.lists(
        st.sampled_from(
            listed(
                "the on at to half quarter past next in tuesday may march twenty third three p m"
                " thirty o'clock a double as not no from 3rd 3:30 99 day week any"
            )
        ),
        max_size=12,
    ).map(" ".join),
    st.sampled_from(["help", "day", "time", "name"]),
)
@example("any day", "help")
@example("half past noon", "time")
def test_no_words_break_it(words: str, asked: Asked) -> None:
    found = mentions(words, asked)
    for some in found.values():
        assert all(0 <= m.start < m.end <= len(words.split()) for m in some)
        wanted(some, words)
    spelled(remaining(words, found))
