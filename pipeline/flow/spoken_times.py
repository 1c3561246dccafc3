"""Clock times as callers say them: ``half past three``, ``three thirty p m``, ``after lunch``."""

from __future__ import annotations

import re

from pipeline.flow.spoken_days import ANY
from pipeline.flow.spoken_numbers import cardinal_at, listed

_PHRASES = dict.fromkeys(ANY, "any") | {
    "first thing": "morning",
    "early morning": "morning",
    "before lunch": "morning",
    "before noon": "morning",
    "after lunch": "afternoon",
    "after noon": "afternoon",
    "after work": "evening",
    "late in the day": "evening",
    "end of the day": "evening",
    "morning": "morning",
    "mornings": "morning",
    "afternoon": "afternoon",
    "afternoons": "afternoon",
    "evening": "evening",
    "evenings": "evening",
    "tonight": "evening",
    "twelve noon": "12:00 pm",
    "12 noon": "12:00 pm",
    "noon": "12:00 pm",
    "midday": "12:00 pm",
    "lunchtime": "12:00 pm",
    "any time": "any",
    "anytime": "any",
    "whatever time": "any",
    "what time": "any",
    "which time": "any",
    "first slot": "any",
    "first one": "any",
}
_VAGUE = {phrase for phrase, label in _PHRASES.items() if label == "any"} - {"any time", "anytime"}
"""Phrases that mean a time where one was asked for."""
_LONGEST = max(len(phrase.split()) for phrase in _PHRASES)
_PREPOSITIONS = listed(
    "at around about between for by before after near till until to past exactly say make it's"
)
_UNITS = listed(
    "day days week weeks month months minute minutes second seconds sec moment hour hours more of"
    " person people kids thing things other question appointment appointments visit dollars year"
    " years last tick slot"
)


def time_at(said: list[str], at: int, *, bare: bool, vague: bool) -> tuple[str, int] | None:
    """The label of the time that begins at a word, and where it ends.

    ``bare``: a number by itself is a time; ``vague``: ``the earliest`` speaks of the time.
    """
    clock = _relative(said, at) or _clock(said, at, bare)
    if clock is None:
        return _phrase(said, at, vague)
    hour, minute, end = clock
    half, end = _half_day(said, end)
    return f"{hour}:{minute:02d}{half}", end


def _phrase(said: list[str], at: int, vague: bool) -> tuple[str, int] | None:
    for length in range(min(_LONGEST, len(said) - at), 0, -1):
        phrase = " ".join(said[at : at + length])
        if phrase not in _PHRASES or said[at - 1 : at] == ["good"]:
            continue
        if vague or phrase not in _VAGUE:
            return _PHRASES[phrase], at + length
    return None


def _relative(said: list[str], at: int) -> tuple[int, int, int] | None:
    """``half past three``, ``half three``, ``quarter to nine``, ``ten minutes past two``."""
    minutes, end = 0, at
    if said[at] == "half":
        minutes, end = 30, at + 1
        if said[end : end + 1] and said[end] not in ("past", "after"):
            hour = cardinal_at(said, end)
            return (hour[0], 30, hour[1]) if hour and 1 <= hour[0] <= 12 else None
    elif said[at : at + 2] == ["have", "past"]:  # as misheard
        minutes, end = 30, at + 1
    elif said[at] in ("quarter", "quarters", "corner"):
        minutes, end = 15, at + 1
    elif number := cardinal_at(said, at):
        minutes, end = number
        counted = said[end : end + 1] in (["minutes"], ["minute"])
        end += counted
        if not (counted or minutes in (5, 10, 15, 20, 25)) or not 1 <= minutes <= 59:
            return None
        if said[at - 1 : at] in (["from"], ["between"]):
            return None
    if end == at or end >= len(said):
        return None
    hour = cardinal_at(said, end + 1)
    if hour is None or not 1 <= hour[0] <= 12:
        return None
    if said[end] in ("past", "after"):
        return hour[0], minutes, hour[1]
    if said[end] in ("to", "of", "till", "before", "until"):
        return (hour[0] - 2) % 12 + 1, 60 - minutes, hour[1]
    return None


def _clock(said: list[str], at: int, bare: bool) -> tuple[int, int, int] | None:
    """``three thirty``, ``three o'clock``, ``nine oh five``, ``15:30``, ``330``, ``three``."""
    if match := re.fullmatch(r"(\d{1,2}):?(\d{2})", said[at]):
        hour, minute = int(match[1]), int(match[2])
        sure = ":" in said[at] or bare or said[at - 1 : at] == ["at"]
        return (hour, minute, at + 1) if sure and hour <= 23 and minute <= 59 else None
    number = cardinal_at(said, at)
    if number is None or not 1 <= number[0] <= 23:
        return None
    hour, end = number
    following = said[end] if end < len(said) else ""
    if following in ("o'clock", "oclock", "hundred"):
        return hour, 0, end + 1
    if following in ("oh", "o", "zero") and (unit := cardinal_at(said, end + 1)) and unit[0] < 10:
        return hour, unit[0], unit[1]
    tens = cardinal_at(said, end)
    if tens and 10 <= tens[0] <= 59 and not said[at].isdigit():
        return hour, *tens
    if _half_day(said, end)[0]:
        return hour, 0, end
    if following in _UNITS or said[at - 1 : at] in (["this"], ["that"], ["the"], ["which"]):
        return None
    prepared = at > 0 and said[at - 1] in _PREPOSITIONS
    return (hour, 0, end) if bare or prepared else None


_HALVES = (
    ("a m", " am"),
    ("am", " am"),
    ("p m", " pm"),
    ("pm", " pm"),
    ("in the morning", " am"),
    ("in the afternoon", " pm"),
    ("in the after noon", " pm"),
    ("in the evening", " pm"),
    ("at night", " pm"),
    ("this morning", " am"),
    ("this afternoon", " pm"),
    ("this evening", " pm"),
    ("tonight", " pm"),
)


def _half_day(said: list[str], at: int) -> tuple[str, int]:
    """``am``, ``pm`` or nothing, and where it ends."""
    rest = f"{' '.join(said[at : at + 4])} "
    for phrase, half in _HALVES:
        if rest.startswith(f"{phrase} "):
            return half, at + len(phrase.split())
    return "", at
