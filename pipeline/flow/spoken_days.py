"""Days as callers say them: ``next tuesday``, ``march third``, ``the day after tomorrow``."""

from __future__ import annotations

from difflib import SequenceMatcher

from pipeline.flow.business import WEEKDAYS
from pipeline.flow.dates import MONTHS
from pipeline.flow.spoken_numbers import cardinal_at, listed, ordinal_at

_ALIKE = 0.8
"""How similar a misheard word must be to the name of a weekday."""

ANY = (
    "whenever",
    "as soon as possible",
    "earliest you have",
    "earliest possible",
    "soonest possible",
    "soonest you have",
    "first available",
    "next available",
    "whatever you've got",
    "whatever you have",
    "no preference",
)
"""Phrases that leave the choice to us, be it of a day or of a time."""
_PHRASES = dict.fromkeys(ANY, "any") | {
    "the day after tomorrow": "day after tomorrow",
    "day after tomorrow": "day after tomorrow",
    "tomorrow": "tomorrow",
    "tomorrows": "tomorrow",
    "to morrow": "tomorrow",
    "today": "today",
    "tonight": "today",
    "next week": "next week",
    "a week from today": "in 7 days",
    "in a week": "in 7 days",
    "any day": "any",
    "whatever day": "any",
    "which day": "any",
    "what day": "any",
    "asap": "any",
}
_HOLIDAYS = {
    "new year's day": "january 1",
    "valentine's day": "february 14",
    "valentine's": "february 14",
    "saint patrick's day": "march 17",
    "st patrick's day": "march 17",
    "halloween": "october 31",
    "christmas eve": "december 24",
    "christmas day": "december 25",
    "christmas": "december 25",
    "boxing day": "december 26",
    "new year's eve": "december 31",
}
"""Days that are the same each year; alone they are one only where a day was asked for."""
_PARTS = ("afternoon", "evening", "lunchtime")
"""Of a day, that callers name when they want it; this morning is when they called before."""
_LONGEST = max(len(phrase.split()) for phrase in _PHRASES)
_VAGUE = ("whenever", "whatever you've got", "whatever you have", "no preference")
"""Phrases that mean a day where one was asked for, and else may mean a time."""


def day_at(said: list[str], at: int, asked: bool) -> tuple[str, int] | None:
    """The label of the day that begins at a word, and where it ends.

    ``asked``: the agent asked for the day, so a bare ordinal or ``whenever`` is one.
    """
    return (
        _date(said, at, asked)
        or _weekday(said, at)
        or _holiday(said, at, asked)
        or _phrase(said, at, asked)
    )


def _holiday(said: list[str], at: int, asked: bool) -> tuple[str, int] | None:
    if not (asked or said[at - 1 : at] in (["on"], ["for"])):
        return None
    for length in (3, 2, 1):
        if day := _HOLIDAYS.get(" ".join(said[at : at + length])):
            return day, min(at + length, len(said))
    return None


def _phrase(said: list[str], at: int, asked: bool) -> tuple[str, int] | None:
    for length in range(min(_LONGEST, len(said) - at), 0, -1):
        phrase = " ".join(said[at : at + length])
        if phrase in ("which day", "what day") and "mind" not in said[:at]:
            continue
        if phrase in _PHRASES and (asked or phrase not in _VAGUE):
            return _PHRASES[phrase], at + length
    if said[at] == "this" and said[at + 1 : at + 2] and said[at + 1] in _PARTS:
        return "today", at + 1
    if said[at] == "in" and (number := cardinal_at(said, at + 1)):
        count, end = number
        unit = said[end] if end < len(said) else ""
        days = count * {"days": 1, "day": 1, "weeks": 7, "week": 7}.get(unit, 0)
        if 0 < days < 100:
            return f"in {days} days", end + 1
    return None


def _weekday(said: list[str], at: int) -> tuple[str, int] | None:
    """``tuesday``, ``next tuesday``, ``this coming tuesday``, ``tuesday next week``."""
    begin, after_this = at, False
    if said[at] in ("next", "this"):
        after_this = said[at] == "next"
        begin += 1
    if begin < len(said) and said[begin] == "coming":
        begin += 1
    named = _weekday_name(said, begin)
    if named is None:
        return None
    day, end = named
    if said[end : end + 2] == ["next", "week"]:
        return f"next {day}", end + 2
    return (f"next {day}" if after_this else day), end


def _weekday_name(said: list[str], at: int) -> tuple[str, int] | None:
    """A weekday, also as misheard: ``tuesdays``, ``wensday``, ``satur day``."""
    if at >= len(said):
        return None
    if said[at] in WEEKDAYS:
        return said[at], at + 1
    if len(said[at]) < 3:
        return None
    following = said[at + 1] if at + 1 < len(said) else ""
    if following == "day" and said[at] != "for" and (day := _like_weekday(f"{said[at]}day")):
        return day, at + 2
    if len(said[at]) >= 6 and (day := _like_weekday(said[at])):
        return day, at + 1
    return None


def _like_weekday(word: str) -> str | None:
    word = word.removesuffix("s").replace("'", "")
    if not word.endswith("day"):
        return None
    likeness = [SequenceMatcher(None, word, day).ratio() for day in WEEKDAYS]
    best = max(range(7), key=likeness.__getitem__)
    return WEEKDAYS[best] if likeness[best] >= _ALIKE else None


def _date(said: list[str], at: int, asked: bool) -> tuple[str, int] | None:
    """``march third``, ``march the 3rd``, ``the third of march``, ``the third``."""
    if said[at] in MONTHS:
        begin = at + 2 if said[at + 1 : at + 2] == ["the"] else at + 1
        number = ordinal_at(said, begin) or cardinal_at(said, begin)
        if number and 1 <= number[0] <= 31:
            return f"{said[at]} {number[0]}", number[1]
        return None
    begin = at + 1 if said[at] == "the" else at
    number = ordinal_at(said, begin)
    if number is None or not 1 <= number[0] <= 31:
        return None
    value, end = number
    if said[end : end + 1] == ["of"] and said[end + 1 : end + 2][-1:] and said[end + 1] in MONTHS:
        return f"{said[end + 1]} {value}", end + 2
    if end < len(said) and said[end] in _NOT_DATES:
        return None
    sure = begin > at or asked or said[begin][0].isdigit() or said[at - 1 : at] == ["on"]
    if not sure or (value == 2 and said[at] == "second"):
        return None
    return f"the {value}{_suffix(value)}", end


_NOT_DATES = listed(
    "available slot opening appointment name name's time thing one free visit day floor week"
    " choice question last part"
)


def _suffix(n: int) -> str:
    return "th" if n in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
