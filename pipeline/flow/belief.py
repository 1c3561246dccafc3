"""What a caller's words are taken for when they may have been misheard."""

from __future__ import annotations

import re
from dataclasses import replace

from pipeline.flow.business import WEEKDAYS, Business
from pipeline.flow.intents import Understanding
from pipeline.flow.names import NO_NAME
from pipeline.flow.naming import name_like
from pipeline.flow.state import State

_GOALS = ("book", "move", "cancel", "check")
_ASIDES = ("hours", "question", "human", "repeat", "wait", "chat", "other")


def about_name(state: State, said: Understanding, sure: bool) -> bool:
    """Whether these words are to be taken for a name, or for an objection to one.

    Where a name was asked for, anything may be one but what was heard well and means something
    else; where one was read back, what follows a no.
    """
    words = said.name_words or said.name or ""
    if state.goal is None or not words:
        return False
    if state.asked == "name":
        if sure and said.intent == "emergency":
            return False
        elsewhere = said.intent in (*_GOALS, *_ASIDES, "goodbye")
        sure = sure or (said.confidence > 0.8 and bool(NO_NAME.intersection(words.split())))
        spelled = re.search(r"\b[a-z] [a-z]$", words) is not None
        return not (sure and elsewhere) or spelled or " " in (said.name or "")
    names = name_like(words)
    if state.asked != "confirm" or said.intent != "no" or said.subject or said.people or not names:
        return False
    if state.naming.proposed:
        return True
    return len(names) > 1 and not (said.day or said.time)  # one may be a day or time, misheard


def believed(state: State, said: Understanding, business: Business) -> Understanding:
    """What is left of words that were poorly heard.

    That is what was asked for, as it is read back before anything is done, but no day on which
    the business is closed; a no, and a yes if it is nothing else; no question, and nothing said in
    passing.
    """
    if said.day in WEEKDAYS and said.day not in business.hours:
        said = replace(said, day=None)
    slots = bool(said.day or said.time or said.people or said.lookup)
    if said.intent in _ASIDES or (said.intent == "yes" and not said.plain and not slots):
        return replace(said, intent="unclear", name=None)
    if state.asked == "confirm":
        return replace(said, name=None)
    return replace(
        said,
        name=None,
        day=said.day if state.asked == "day" else None,
        time=said.time if state.asked == "time" else None,
        people=said.people if state.asked == "people" else None,
    )


def matters(state: State, said: Understanding) -> bool:
    """Whether something would come of these words that is not asked about before it happens."""
    if said.intent in ("move", "cancel", "check", "goodbye"):
        return True
    if said.intent == "no":
        return state.asked == "more"
    return said.intent == "yes" and state.asked in ("confirm", "more") and not said.slots
