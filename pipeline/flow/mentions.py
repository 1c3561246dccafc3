"""Days, times and spelled letters in a caller's words, read by rule.

There are only so many ways to say a day or a time, so no model guesses at them. ``words`` are those
of :func:`pipeline.flow.prompts.caller_words`: ``half past three``, ``three thirty p m``,
``3:30 p m``, ``march 3rd``. A mention becomes a label of :mod:`pipeline.flow.dates`; of several the
one that the caller wants is chosen, which is neither negated nor corrected nor that of an
appointment they already have, and not one to count from: *the thursday after next*.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.flow import spoken_days, spoken_times
from pipeline.flow.prompts import Asked


@dataclass(frozen=True, slots=True)
class Mention:
    """A day or time among the words."""

    label: str
    start: int
    end: int
    """Word indices, the end not included."""


Kind = Literal["day", "time"]

_FILLERS = ("um", "uh", "er", "hmm")

Reader = Callable[[int], tuple[str, int] | None]
"""From a word index to the label of what begins there, and where it ends."""

_DROPPED_BEFORE = re.compile(
    r"\b(?:not|from|instead of|in place of|rather than|than|except"
    r"|(?:can't|cannot|couldn't|won't|can not)(?: be able to)?(?: make| do| come| attend| be)"
    r"(?: it| there| in| my \w+)?"
    r"|(?:not|never) (?:coming|available|free|going to make it)"
    r"|(?:i|we)(?:'ve| have| had| got)+ (?:an|a|my|the) (?:appointment|visit|booking|slot|checkup)"
    r"|(?:i|we) (?:booked|am booked|am down)|i'm (?:booked|down|busy)"
    r"|(?:weeks?|days?) (?:from|after|before)"
    r"|my|scratch|forget)(?: on| for| at| in)?(?: this| next| the)?$"
)
_KEPT_BEFORE = re.compile(r"\b(?:no|not|any) (?:earlier|later|sooner) than$")
_DROPPED_AFTER = re.compile(
    r"^(?:doesn't|does not|won't|isn't|is not|is (?:out|bad|full|no good|taken)|no longer"
    r"|(?:appointment|visit|booking|slot|checkup)\b"
    r"|after next|week\b|in (?:a|one|two|three|four) weeks?)"
)
_ALTERNATIVES = re.compile(r"^(?:or|and|to|through|until|till)(?: on| at| maybe)?$")


def mentions(words: str, asked: Asked) -> dict[Kind, list[Mention]]:
    """All days and times in ``words``; a number alone counts where one was asked for."""
    said = words.split()
    days = _found(said, lambda i: spoken_days.day_at(said, i, asked == "day"))
    named = [day for day in days if day.label != "any"]
    taken = {i for day in named or days for i in range(day.start, day.end)}

    def time_at(i: int) -> tuple[str, int] | None:
        bare = asked in ("time", "confirm")
        found = spoken_times.time_at(said, i, bare=bare, vague=bool(named) or asked == "time")
        return None if found is None or taken & set(range(i, found[1])) else found

    return {"day": _dates_first(named or days), "time": _found(said, time_at)}


def wanted(found: list[Mention], words: str) -> str | None:
    """The label of the mention that the caller wants; None when there is none."""
    said = words.split()
    kept = [m for m in found if not _dropped(m, said)]
    if not kept:
        return None
    *_, last = kept
    for first, second in pairwise(kept):
        if second is last and _ALTERNATIVES.match(" ".join(said[first.end : second.start])):
            return first.label
    return last.label


def remaining(words: str, found: Mapping[Kind, list[Mention]]) -> list[str]:
    """The words that are no part of a day or time."""
    taken = {i for some in found.values() for m in some for i in range(m.start, m.end)}
    return [word for i, word in enumerate(words.split()) if i not in taken]


def spelled(said: Sequence[str]) -> tuple[list[str], list[str]]:
    """Runs of letters, each as one word, and the other words.

    ``s m i t h``, ``double t``, ``m as in mary``; of :func:`remaining` words, as "p m" is none.
    """
    text = " ".join(word for word in said if word not in _FILLERS)
    text = re.sub(r"\b([a-z]) (?:as in|like|for) ([a-z]{2,})\b", _letter_of, text)
    text = re.sub(r"\bdouble ([a-z])\b", r"\1 \1", text)
    runs: list[str] = []

    def take(match: re.Match[str]) -> str:
        if match[0] == "i m" or not set(match[0]) - set("ai "):
            return match[0]
        runs.append(match[0].replace(" ", ""))
        return ""

    rest = re.sub(r"(?<!\S)[a-z](?: [a-z](?!\S))+", take, text)
    return runs, rest.split()


def _letter_of(match: re.Match[str]) -> str:
    return match[1] if match[1] == match[2][0] else match[0]


def _found(said: list[str], read: Reader) -> list[Mention]:
    found = []
    position = 0
    while position < len(said):
        if hit := read(position):
            label, end = hit
            found.append(Mention(label, position, end))
            position = end
        else:
            position += 1
    return found


def _dates_first(days: list[Mention]) -> list[Mention]:
    """``tuesday the 24th`` is the 24th."""
    return [
        day
        for i, day in enumerate(days)
        if not any(
            following.start == day.end and re.search(r"\d", following.label)
            for following in days[i + 1 : i + 2]
        )
    ]


def _dropped(mention: Mention, said: list[str]) -> bool:
    before = " ".join(said[max(0, mention.start - 7) : mention.start])
    after = " ".join(said[mention.end : mention.end + 3])
    dropped = _DROPPED_BEFORE.search(before) and not _KEPT_BEFORE.search(before)
    return bool(dropped or _DROPPED_AFTER.match(after))
