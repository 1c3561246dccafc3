"""The conversation as a pure step: (state, event) -> (state, actions). No I/O, no clock, no model.

::

    Started ─> greet
    Understood ─┬─ emergency                        said first, whatever was going on
                ├─ book, move, cancel, check ─────> a goal; slots said at once are kept
                ├─ hours, question, human, chat ──> a digression, then the question again
                ├─ inform, yes, no ───────────────> an answer to what was asked
                └─ unclear, or poorly heard ──────> ask again, twice at most; then keys, or people
    goal: name ─> (find appointment) ─> day ─> time ─> (find slot) ─> read back ─> yes ─> change
    ToolDone ─> what the tool answered, then the next question

A step that ends with ``Use`` is continued by the tool's ``ToolDone``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from pipeline.flow import lines, tools
from pipeline.flow.clinic import Clinic
from pipeline.flow.dates import DayRange, resolve_day
from pipeline.flow.intents import Understanding
from pipeline.flow.prompts import Situation
from pipeline.flow.state import Booked, Slot, State
from pipeline.interfaces import ToolResult

# --- what happens ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The call is up."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The caller said something."""

    said: Understanding
    sure: bool = True
    """Whether the words were heard well enough to act on."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody spoke for a while."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The caller's words could not be had, or a tool or model failed."""


@dataclass(frozen=True, slots=True)
class ToolDone:
    """A tool answered."""

    tool: tools.Tool
    result: ToolResult


@dataclass(frozen=True, slots=True)
class ToolLate:
    """A tool took too long to be waited for; whether a change was made is not known."""

    tool: tools.Tool


Event = Started | Understood | Silence | Failure | ToolDone | ToolLate

# --- what to do about it ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speak:
    """Say exactly this."""

    text: str
    protected: bool = False
    """Whether the caller's words may not cut it off."""


@dataclass(frozen=True, slots=True)
class Improvise:
    """Let the language model say something fitting."""

    situation: Situation


@dataclass(frozen=True, slots=True)
class Use:
    """Run this tool; its answer is the next event."""

    tool: tools.Tool


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call after what was said."""

    reason: str


Action = Speak | Improvise | Use | HangUp
Result = tuple[State, tuple[Action, ...]]

_MISSES_ALLOWED = 2
"""Times in a row that something is asked again; then keys, where they can answer, or people."""
_SILENCES_ALLOWED = 2


def step(state: State, event: Event, clinic: Clinic, now: datetime) -> Result:
    """One step of the conversation. ``now`` is the clinic's local time."""
    match event:
        case Started():
            return state, (Speak(lines.greeting(clinic)),)
        case Silence():
            return _silence(replace(state, silences=state.silences + 1))
        case Failure():
            return _miss(state, clinic, Speak(lines.SORRY))
        case Understood(said, sure):
            state = replace(state, silences=0)
            if not sure and _matters(state, said) and said != state.doubted:
                return _doubt(state, said, clinic, now)
            return _understood(replace(state, doubted=None), said, clinic, now)
        case ToolDone(tool, result):
            return _tool_done(state, tool, result, clinic)
        case ToolLate(tool):
            return _tool_late(state, tool, clinic)


# --- turns that bring nothing -------------------------------------------------------------------


def _silence(state: State) -> Result:
    if state.silences > _SILENCES_ALLOWED:
        return state, (Speak(lines.NOBODY_THERE), HangUp("no_input"))
    return state, (Speak(lines.STILL_THERE), Speak(state.question))


def _miss(state: State, clinic: Clinic, apology: Action) -> Result:
    state = replace(state, misses=state.misses + 1, silences=0)
    keys = state.asked in ("confirm", "more")
    if state.misses > _MISSES_ALLOWED + keys:
        return state, (Speak(lines.front_desk(clinic)), Speak(lines.FAREWELL), HangUp("no_match"))
    if state.misses > _MISSES_ALLOWED:
        return state, (Speak(lines.SORRY), Speak(lines.PRESS))
    again: list[Action] = [apology, Speak(state.question)]
    if state.misses == _MISSES_ALLOWED and keys:
        again.append(Speak(lines.OR_PRESS))
    return state, tuple(again)


def _matters(state: State, said: Understanding) -> bool:
    """Whether something would come of these words that could not be taken back by talking on."""
    if said.slots or said.intent == "goodbye":
        return True
    return said.intent in ("yes", "no") and state.asked in ("confirm", "more")


def _doubt(state: State, said: Understanding, clinic: Clinic, now: datetime) -> Result:
    """Ask again. What is heard twice is believed; slots are in the end, as they are read back."""
    if state.misses >= _MISSES_ALLOWED and said.slots and state.asked not in ("confirm", "more"):
        return _understood(replace(state, doubted=None), said, clinic, now)
    return _miss(replace(state, doubted=said), clinic, Speak(lines.SORRY))


# --- turns that bring something -----------------------------------------------------------------


def _understood(state: State, said: Understanding, clinic: Clinic, now: datetime) -> Result:
    if said.intent == "unclear" and not said.slots:
        return _miss(state, clinic, Improvise("unclear"))
    state = replace(state, misses=0)
    match said.intent:
        case "emergency":
            return _digress(state, Speak(lines.emergency(clinic), protected=True))
        case "book" | "move" | "cancel" | "check":
            return _new_goal(state, said, clinic, now)
        case "human":
            return _digress(state, Speak(lines.front_desk(clinic)))
        case "hours":
            return _digress(state, Speak(lines.hours(clinic)))
        case "question":
            return _digress(state, Improvise("answer"))
        case "chat":
            return _digress(state, Improvise("chat"))
        case "other":
            return _digress(state, Improvise("decline"))
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
    if said.slots and not (state.asked == "more" and said.intent == "no"):
        return _inform(state, said, clinic, now)
    if said.intent == "yes":
        return _yes(state, clinic)
    if said.intent == "no":
        return _no(state)
    return _miss(state, clinic, Improvise("unclear"))


def _digress(state: State, answer: Action) -> Result:
    return state, (answer, Speak(state.question))


def _new_goal(state: State, said: Understanding, clinic: Clinic, now: datetime) -> Result:
    """Begin, keeping what is known if the goal is said again."""
    if said.intent != state.goal:
        state = State(name=state.name, question=state.question)
        if said.intent == "cancel" or said.intent == "check":
            said = replace(said, day=None, time=None)  # they tell which, not when
        match said.intent:
            case "book" | "move" | "cancel" | "check":
                state = replace(state, goal=said.intent)
    state, problem = _merge(state, said, clinic, now)
    return _advance(state, clinic, problem, Improvise("accept"))


def _inform(state: State, said: Understanding, clinic: Clinic, now: datetime) -> Result:
    """Slots: an answer, a correction, or the beginning of a booking."""
    if state.goal is None:
        if not (said.day or said.time or said.people or said.lookup):
            state, _ = _merge(state, said, clinic, now)
            return state, (Improvise("thank"), Speak(state.question))
        state = replace(state, goal="book")
    state, problem = _merge(state, said, clinic, now)
    return _advance(state, clinic, problem, Improvise("thank"))


def _yes(state: State, clinic: Clinic) -> Result:
    if state.asked == "more":
        return _ask(replace(state, asked="help"), lines.ASK_HELP)
    if state.asked != "confirm" or not (state.offer or state.found):
        return _miss(state, clinic, Speak(lines.SORRY))
    slot, found = state.offer, state.found
    if slot and not state.read_back:
        return _read_back(state, clinic)
    if state.goal == "cancel" and found:
        return state, (Use(tools.CancelAppointment(found.id)),)
    if slot and state.goal == "move" and found:
        return state, (Use(tools.MoveAppointment(found.id, slot.day, slot.time)),)
    if slot and state.goal == "book" and state.name:
        return state, (Use(tools.BookAppointment(state.name, slot.day, slot.time, state.people)),)
    return _advance(state, clinic, None, Improvise("thank"))


def _no(state: State) -> Result:
    if state.asked == "more":
        return state, (Speak(lines.FAREWELL), HangUp("completed"))
    if state.asked != "confirm":
        return _ask(state, state.question)
    if state.goal == "cancel":
        return _ask(State(name=state.name, asked="more"), lines.ASK_MORE)
    state = replace(state, day=None, time=None, offer=None, read_back=False, asked="day")
    return replace(state, question=lines.ASK_DAY), (Speak(lines.ASK_CHANGE),)


# --- slots --------------------------------------------------------------------------------------


def _merge(
    state: State, said: Understanding, clinic: Clinic, now: datetime
) -> tuple[State, str | None]:
    """Take over what was said; and what is wrong with the day, if anything is."""
    problem = None
    if said.name:
        name = _full_name(state, said.name)
        if name != state.name:
            state = replace(state, name=name, found=None, read_back=False)
    if said.people:
        state = replace(state, people=said.people, read_back=False)
        if said.people > clinic.most_people:
            state, problem = replace(state, people=None), lines.too_many(clinic)
    if said.day:
        day = resolve_day(said.day, now.date())
        wrong = _day_problem(day, clinic, now.date())
        problem = problem or wrong
        state = replace(state, day=None if wrong else day, offer=None, read_back=False)
    if said.time:
        state = replace(state, time=said.time, offer=None, read_back=False)
    if said.lookup:
        days = DayRange(said.lookup.first, said.lookup.last)
        wrong = _day_problem(days, clinic, now.date())
        moment = state.time if said.lookup.time == "any" else said.lookup.time
        state = replace(state, day=None if wrong else days, time=moment, offer=None)
        problem, state = problem or wrong, replace(state, read_back=False)
    return state, problem


def _full_name(state: State, heard: str) -> str:
    name = " ".join(_title(word) for word in heard.split())
    if state.asked == "name" and state.name and " " not in state.name and " " not in name:
        return f"{state.name} {name}"  # first name, then the last name
    return name


def _title(word: str) -> str:
    return "'".join(part[:1].upper() + part[1:] if len(part) > 1 else part for part in _split(word))


def _split(word: str) -> list[str]:
    head, apostrophe, tail = word.partition("'")
    return [head.upper() if len(head) == 1 else head, tail] if apostrophe else [word]


def _day_problem(day: DayRange | None, clinic: Clinic, today: date) -> str | None:
    if day is None:
        return lines.NO_SUCH_DAY
    if day.last < today:
        return lines.PAST_DAY
    if day.first > today + timedelta(days=clinic.days_ahead):
        return lines.TOO_FAR
    if day.single and clinic.opening(day.first) is None:
        return lines.closed(day.first)
    return None


def _advance(state: State, clinic: Clinic, problem: str | None, thanks: Action) -> Result:
    """The next thing that the goal lacks."""
    if state.name is None or " " not in state.name:
        question = lines.ASK_NAME if state.name is None else lines.ASK_LAST_NAME
        return _ask(replace(state, asked="name"), question, Speak(problem) if problem else thanks)
    if state.goal != "book" and state.found is None:
        return state, (Use(tools.FindAppointment(state.name)),)
    if state.goal in ("cancel", "check"):
        return _tell(state, clinic)
    if clinic.most_people and state.goal == "book" and state.people is None:
        first = Speak(problem) if problem else thanks
        return _ask(replace(state, asked="people"), lines.ASK_PEOPLE, first)
    if state.day is None:
        first = Speak(problem) if problem else thanks
        return _ask(replace(state, asked="day"), lines.ASK_DAY, first)
    if state.time is None and state.day.single:
        return _ask(replace(state, asked="time"), lines.ASK_TIME, thanks)
    if state.offer is None:
        return state, (Use(tools.FindSlot(state.day.first, state.day.last, state.time or "any")),)
    return _read_back(state, clinic)


def _ask(state: State, question: str, *before: Action) -> Result:
    return replace(state, question=question), (*before, Speak(question))


def _tell(state: State, clinic: Clinic) -> Result:
    found = state.found
    assert found is not None
    if state.goal == "cancel":
        text = lines.confirm_cancel(found.name, found.slot, clinic.booking)
        return _ask(replace(state, asked="confirm"), text)
    return _done(state, lines.found(found.name, found.slot, clinic.booking))


def _read_back(state: State, clinic: Clinic) -> Result:
    assert state.offer is not None
    assert state.name is not None
    if state.goal == "move" and state.found:
        text = lines.confirm_move(state.found.slot, state.offer, clinic.booking)
    else:
        text = lines.confirm_booking(state.name, state.offer, clinic.booking, state.people)
    return _ask(replace(state, asked="confirm", read_back=True), text)


def _done(state: State, text: str) -> Result:
    fresh = State(name=state.name, asked="more", question=lines.ASK_MORE)
    return fresh, (Speak(text), Speak(lines.ASK_MORE))


# --- tools --------------------------------------------------------------------------------------


def _tool_done(state: State, tool: tools.Tool, result: ToolResult, clinic: Clinic) -> Result:
    match tool:
        case tools.FindSlot():
            return _slot_found(state, tool, result, clinic)
        case tools.FindAppointment():
            return _appointment_found(state, result, clinic)
        case tools.BookAppointment() | tools.MoveAppointment():
            slot = Slot(tool.date, tool.time)
            if not result["ok"]:
                return _lost(state, slot)
            if isinstance(tool, tools.MoveAppointment):
                return _done(state, lines.moved(slot, clinic.booking))
            return _done(state, lines.booked(tool.caller, slot))
        case tools.CancelAppointment():
            assert state.found is not None
            return _done(state, lines.cancelled(state.found.slot, clinic.booking))


def _tool_late(state: State, tool: tools.Tool, clinic: Clinic) -> Result:
    late = lines.NO_BOOK if isinstance(tool, tools.Lookup) else lines.NOT_SURE
    state = State(name=state.name, asked="more", question=lines.ASK_MORE)
    return state, (Speak(late), Speak(lines.front_desk(clinic)), Speak(lines.ASK_MORE))


def _slot_found(state: State, tool: tools.FindSlot, result: ToolResult, clinic: Clinic) -> Result:
    where = result if result["ok"] else result.get("offer")
    if where is None:
        state = replace(state, day=None, time=None, asked="day")
        return _ask(state, lines.ASK_DAY, Speak(lines.nothing_free()))
    slot = Slot(date.fromisoformat(where["date"]), time.fromisoformat(where["time"]))
    state = replace(state, offer=slot, day=DayRange(slot.day, slot.day))
    if result["ok"]:
        return _read_back(state, clinic)
    question = lines.offer(result["reason"], slot)
    return _ask(replace(state, asked="confirm"), question)


def _appointment_found(state: State, result: ToolResult, clinic: Clinic) -> Result:
    assert state.name is not None
    if not result["ok"]:
        missing = Speak(lines.not_found(state.name, clinic.booking))
        state = replace(state, name=None, asked="name", unknown=state.unknown + 1)
        if state.unknown > 2:
            fresh = State(asked="more", question=lines.ASK_MORE)
            return fresh, (missing, Speak(lines.front_desk(clinic)), Speak(lines.ASK_MORE))
        return _ask(state, lines.ASK_NAME_AGAIN, missing)
    slot = Slot(date.fromisoformat(result["date"]), time.fromisoformat(result["time"]))
    found = Booked(result["id"], result["name"], slot)
    state = replace(state, found=found, name=found.name)
    booking = lines.found(found.name, slot, clinic.booking)
    before = Speak(booking) if state.goal == "move" else Improvise("thank")
    return _advance(state, clinic, None, before)


def _lost(state: State, slot: Slot) -> Result:
    """Somebody else took the slot since it was looked up: look again."""
    return replace(state, offer=None, read_back=False), (
        Use(tools.FindSlot(slot.day, slot.day, f"{slot.time.hour}:{slot.time.minute:02d}")),
    )
