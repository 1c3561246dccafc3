"""The conversation as a pure step: (state, event) -> (state, actions). No I/O, no clock, no model.

::

    Started ─> greet
    Understood ─┬─ emergency                        said first, whatever was going on
                ├─ book, move, cancel, check ─────> a goal; slots said at once are kept
                ├─ hours, question, human, chat ──> a digression, then the question again;
                │                                   small talk for the third time was misheard
                ├─ inform, yes, no ───────────────> an answer to what was asked
                └─ unclear, or poorly heard ──────> ask again, twice at most; then keys, or people
    ToolDone ─> what the tool answered, then the next question

What a goal asks for, and in which order, is in :mod:`pipeline.flow.goal`. A step that ends with
``Use`` is continued by the tool's ``ToolDone``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pipeline.flow import lines, tools
from pipeline.flow.belief import about_name, believed, matters
from pipeline.flow.business import Business
from pipeline.flow.goal import advance, ask, read_back, tool_done, tool_late
from pipeline.flow.intents import Subject, Understanding
from pipeline.flow.moves import (
    Action,
    Event,
    Failure,
    HangUp,
    Improvise,
    Result,
    Silence,
    Speak,
    Started,
    ToolDone,
    ToolLate,
    Understood,
    Use,
)
from pipeline.flow.names import capitalised
from pipeline.flow.naming import (
    AskFor,
    GiveUp,
    Next,
    Propose,
    Take,
    hear,
    nothing_heard,
    reject,
)
from pipeline.flow.prompts import Asked, Situation
from pipeline.flow.slots import merge
from pipeline.flow.state import State

_MISSES_ALLOWED = 2
"""Times in a row that something is asked again; then keys, where they can answer, or people."""
_SILENCES_ALLOWED = 2


def step(state: State, event: Event, business: Business, now: datetime) -> Result:
    """One step of the conversation. ``now`` is the business's local time."""
    match event:
        case Started():
            return state, (Speak(lines.greeting(business)),)
        case Silence():
            return _silence(replace(state, silences=state.silences + 1))
        case Failure():
            return _miss(state, business, Speak(lines.SORRY))
        case Understood(said, sure, heard):
            state = replace(state, silences=0)
            if about_name(state, said, sure):
                return _name_heard(state, said, heard, business)
            if not sure:
                said = believed(state, said, business)
                if matters(state, said) and said != state.doubted:
                    return _miss(replace(state, doubted=said), business, Speak(lines.SORRY))
            return _understood(replace(state, doubted=None), said, business, now)
        case ToolDone(tool, result):
            return tool_done(state, tool, result, business)
        case ToolLate(tool):
            return tool_late(state, tool, business)


# --- turns that bring nothing -------------------------------------------------------------------


def _silence(state: State) -> Result:
    if state.silences > _SILENCES_ALLOWED:
        return state, (Speak(lines.NOBODY_THERE), HangUp("no_input"))
    return state, (Speak(lines.STILL_THERE), Speak(state.question))


def _miss(state: State, business: Business, apology: Action) -> Result:
    """Ask again, in other words, then for keys, and at last send the caller to people."""
    state = replace(state, misses=state.misses + 1, silences=0)
    if state.asked == "name" and state.misses > 1:
        naming, following = nothing_heard(state.naming)
        return _name_next(replace(state, naming=naming), following, business, apology)
    keys = _KEYS.get(state.asked)
    if state.misses > _MISSES_ALLOWED + (keys is not None):
        return state, (Speak(lines.front_desk(business)), Speak(lines.FAREWELL), HangUp("no_match"))
    if keys and state.misses > _MISSES_ALLOWED:
        return state, (Speak(lines.SORRY), Speak(keys))
    again: list[Action] = [apology, Speak(state.question)]
    if state.misses == _MISSES_ALLOWED and state.asked in _PLAINLY:
        again.append(Speak(_PLAINLY[state.asked]))
    return state, tuple(again)


_KEYS: Mapping[Asked, str] = {
    "confirm": lines.PRESS,
    "more": lines.PRESS,
    "day": lines.KEY_DAY,
    "time": lines.KEY_TIME,
}
_PLAINLY: Mapping[Asked, str] = {
    "confirm": lines.OR_PRESS,
    "more": lines.OR_PRESS,
    "day": lines.JUST_DAY,
    "time": lines.JUST_TIME,
}


# --- turns that bring something -----------------------------------------------------------------

_ASIDES: Mapping[str, Situation] = {"chat": "chat", "other": "decline"}
_ASIDES_ALLOWED = 2
"""In a row, where something was asked."""


def _understood(state: State, said: Understanding, business: Business, now: datetime) -> Result:
    if said.intent == "unclear" and not said.slots and not said.subject:
        return _miss(state, business, Improvise("unclear"))
    aside = said.intent in _ASIDES and state.asked not in ("help", "more")
    if aside and state.asides >= _ASIDES_ALLOWED:  # it was rather an answer, and misheard
        return _miss(state, business, Improvise(_ASIDES[said.intent]))
    state = replace(state, misses=0, asides=state.asides + 1 if aside else 0)
    match said.intent:
        case "emergency":
            return _digress(state, Speak(lines.emergency(business), protected=True))
        case "book" | "move" | "cancel" | "check":
            return _new_goal(state, said, business, now)
        case "human":
            return _digress(state, Speak(lines.front_desk(business)))
        case "hours":
            return _digress(state, Speak(lines.hours(business)))
        case "question":
            return _digress(state, Improvise("answer"))
        case "chat" | "other":
            return _digress(state, Improvise(_ASIDES[said.intent]))
        case "repeat":
            return state, (Speak(state.question),)
        case "wait":
            return state, (Improvise("wait"),)
        case "goodbye":
            if state.asked == "confirm" and not state.leaving:
                return replace(state, leaving=True), (
                    Speak(lines.BEFORE_YOU_GO),
                    Speak(state.question),
                )
            return state, (Speak(lines.FAREWELL), HangUp("goodbye"))
    if state.asked == "confirm" and said.subject and not said.slots:
        return _change(state, said.subject, business)
    if said.slots and not (state.asked == "more" and said.intent == "no"):
        return _inform(state, said, business, now)
    if said.intent == "yes":
        return _yes(state, business)
    if said.intent == "no":
        return _no(state, business)
    return _miss(state, business, Improvise("unclear"))


def _digress(state: State, answer: Action) -> Result:
    return state, (answer, Speak(state.question))


def _new_goal(state: State, said: Understanding, business: Business, now: datetime) -> Result:
    """Begin, keeping what is known if the goal is said again."""
    if said.intent != state.goal:
        state = State(name=state.name, question=state.question)
        if said.intent == "cancel" or said.intent == "check":
            said = replace(said, day=None, time=None)  # they tell which, not when
        match said.intent:
            case "book" | "move" | "cancel" | "check":
                state = replace(state, goal=said.intent)
    state, problem = merge(state, said, business, now)
    return advance(state, business, problem, Improvise("accept"))


def _inform(state: State, said: Understanding, business: Business, now: datetime) -> Result:
    """Slots: an answer, a correction, or the beginning of a booking."""
    if state.goal is None:
        if not (said.day or said.time or said.people or said.lookup):
            state, _ = merge(state, said, business, now)
            return state, (Improvise("thank"), Speak(state.question))
        state = replace(state, goal="book")
    before = state
    state, problem = merge(state, said, business, now)
    if said.intent == "no" and _same_slots(before, state):
        return _change(state, "time" if said.time else "day", business, Speak(lines.SORRY))
    return advance(state, business, problem, Improvise("thank"))


def _same_slots(one: State, other: State) -> bool:
    """Whether a correction changed nothing, so that it must have been misheard."""
    return all(
        getattr(one, slot) == getattr(other, slot) for slot in ("name", "day", "time", "people")
    )


def _yes(state: State, business: Business) -> Result:
    if state.asked == "more":
        return ask(replace(state, asked="help"), lines.ASK_HELP)
    if state.naming.proposed:
        return _name_next(state, Take(state.naming.proposed), business)
    if state.asked != "confirm" or not (state.offer or state.found):
        return _miss(state, business, Speak(lines.SORRY))
    slot, found = state.offer, state.found
    if slot and not state.read_back:
        return read_back(state, business)
    if state.goal == "cancel" and found:
        return state, (Use(tools.CancelAppointment(found.id)),)
    if slot and state.goal == "move" and found:
        return state, (Use(tools.MoveAppointment(found.id, slot.day, slot.time)),)
    if slot and state.goal == "book" and state.name:
        return state, (Use(tools.BookAppointment(state.name, slot.day, slot.time, state.people)),)
    return advance(state, business, None, Improvise("thank"))


def _no(state: State, business: Business) -> Result:
    if state.asked == "more":
        return state, (Speak(lines.FAREWELL), HangUp("completed"))
    if state.asked != "confirm":
        return ask(state, state.question)
    if state.naming.proposed:
        naming, following = reject(state.naming, state.naming.proposed, "", None, 1.0)
        return _name_next(replace(state, naming=naming), following, business)
    if state.goal == "cancel":
        return ask(State(name=state.name, asked="more"), lines.ASK_MORE)
    if state.goal == "book" and state.read_back:
        return ask(replace(state, read_back=False), lines.ASK_WHAT)
    state = replace(state, day=None, time=None, offer=None, read_back=False, asked="day")
    return replace(state, question=lines.ASK_DAY), (Speak(lines.ASK_CHANGE),)


def _change(state: State, subject: Subject, business: Business, *before: Action) -> Result:
    """The caller says what is wrong, and not what is right; the second time keys are asked for."""
    again = subject in state.changed
    state = replace(state, offer=None, read_back=False, changed=(*state.changed, subject))
    if subject == "name" and state.name:
        naming, following = reject(state.naming, state.name, "", None, 1.0)
        return _name_next(replace(state, naming=naming), following, business)
    if subject == "day":
        state = replace(state, day=None, asked="day", question=lines.ASK_DAY)
        return state, (*before, Speak(lines.KEY_DAY if again else lines.ASK_DAY))
    state = replace(state, time=None, asked="time", question=lines.ASK_TIME)
    return state, (*before, Speak(lines.KEY_TIME if again else lines.ASK_TIME))


# --- the name -----------------------------------------------------------------------------------


def _name_heard(state: State, said: Understanding, heard: float, business: Business) -> Result:
    """Words that may be a name: an answer, or instead of one that is wrong."""
    words = said.name_words or said.name or ""
    wrong = state.naming.proposed or (state.name if state.asked == "confirm" else None)
    if wrong:
        naming, following = reject(state.naming, wrong, words, said.name, heard)
    else:
        naming, following = hear(state.naming, words, said.name, heard)
    state = replace(state, naming=naming, misses=0, asides=0, doubted=None)
    if not wrong and (said.day or said.time) and heard >= 0.5:
        state = replace(state, time=said.time or state.time)
    return _name_next(state, following, business, *(() if wrong else (Improvise("thank"),)))


def _name_next(state: State, following: Next, business: Business, *before: Action) -> Result:
    match following:
        case Take(name):
            naming = replace(state.naming, proposed=None)
            state = replace(
                state, name=capitalised(name), naming=naming, found=None, read_back=False
            )
            return advance(state, business, None, Improvise("thank"))
        case Propose(name, spelled):
            state = replace(state, asked="confirm", read_back=False)
            return ask(state, lines.is_name(capitalised(name), spelled))
        case AskFor(part, spelled):
            state = replace(state, name=None, asked="name")
            return ask(state, lines.SPELL[part] if spelled else lines.ASK_LAST_NAME, *before)
        case GiveUp():
            front_desk = Speak(lines.front_desk(business))
            bye = Speak(lines.FAREWELL), HangUp("no_match")
            return state, (Speak(lines.SORRY), front_desk, *bye)
