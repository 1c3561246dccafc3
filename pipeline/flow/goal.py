"""The way to a goal: what it still lacks is asked for, looked up, read back and changed.

::

    name ─> (find appointment) ─> day ─> time ─> (find slot) ─> read back ─> yes ─> change
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from pipeline.flow import lines, tools
from pipeline.flow.business import Business
from pipeline.flow.dates import DayRange
from pipeline.flow.moves import Action, Improvise, Result, Speak, Use
from pipeline.flow.naming import Naming
from pipeline.flow.state import Booked, Slot, State
from pipeline.interfaces.stores import ToolResult


def advance(state: State, business: Business, problem: str | None, thanks: Action) -> Result:
    """Ask for, look up or read back the next thing that the goal lacks.

    What is wrong with what was just said, if anything is, is said before; else ``thanks``.
    """
    first = Speak(problem) if problem else thanks
    if state.name is None or " " not in state.name:
        question = lines.ASK_NAME if state.name is None else lines.ASK_LAST_NAME
        return ask(replace(state, asked="name"), question, first)
    if state.goal != "book" and state.found is None:
        return state, (Use(tools.FindAppointment(state.name)),)
    if state.goal in ("cancel", "check"):
        return _tell(state, business)
    if business.most_people and state.goal == "book" and state.people is None:
        return ask(replace(state, asked="people"), lines.ASK_PEOPLE, first)
    if state.day is None:
        return ask(replace(state, asked="day"), lines.ASK_DAY, first)
    if state.time is None and state.day.single:
        return ask(replace(state, asked="time"), lines.ASK_TIME, thanks)
    if state.offer is None:
        return state, (Use(tools.FindSlot(state.day.first, state.day.last, state.time or "any")),)
    return read_back(state, business)


def ask(state: State, question: str, *before: Action) -> Result:
    """Ask, and remember the question for when it must be asked again."""
    return replace(state, question=question), (*before, Speak(question))


def _tell(state: State, business: Business) -> Result:
    found = state.found
    assert found is not None
    if state.goal == "cancel":
        text = lines.confirm_cancel(found.name, found.slot, business.booking)
        return ask(replace(state, asked="confirm"), text)
    return _done(state, lines.found(found.name, found.slot, business.booking))


def read_back(state: State, business: Business) -> Result:
    """Ask whether all of it is right; only a yes to this changes anything."""
    assert state.offer is not None
    assert state.name is not None
    if state.goal == "move" and state.found:
        text = lines.confirm_move(state.found.slot, state.offer, business.booking)
    else:
        text = lines.confirm_booking(state.name, state.offer, business.booking, state.people)
    return ask(replace(state, asked="confirm", read_back=True), text)


def _done(state: State, text: str) -> Result:
    fresh = State(name=state.name, asked="more", question=lines.ASK_MORE)
    return fresh, (Speak(text), Speak(lines.ASK_MORE))


def tool_done(state: State, tool: tools.Tool, result: ToolResult, business: Business) -> Result:
    """Go on from what a tool answered."""
    match tool:
        case tools.FindSlot():
            return _slot_found(state, tool, result, business)
        case tools.FindAppointment():
            return _appointment_found(state, result, business)
        case tools.BookAppointment() | tools.MoveAppointment():
            slot = Slot(tool.date, tool.time)
            if not result["ok"]:
                return _lost(state, slot)
            if isinstance(tool, tools.MoveAppointment):
                return _done(state, lines.moved(slot, business.booking))
            return _done(state, lines.booked(tool.caller, slot))
        case tools.CancelAppointment():
            assert state.found is not None
            return _done(state, lines.cancelled(state.found.slot, business.booking))


def tool_late(state: State, tool: tools.Tool, business: Business) -> Result:
    """Own up to a tool that did not answer in time, and send the caller to people."""
    late = lines.NO_BOOK if isinstance(tool, tools.Lookup) else lines.NOT_SURE
    state = State(name=state.name, asked="more", question=lines.ASK_MORE)
    return state, (Speak(late), Speak(lines.front_desk(business)), Speak(lines.ASK_MORE))


def _slot_found(
    state: State, tool: tools.FindSlot, result: ToolResult, business: Business
) -> Result:
    where = result if result["ok"] else result.get("offer")
    if where is None:
        state = replace(state, day=None, time=None, asked="day")
        return ask(state, lines.ASK_DAY, Speak(lines.nothing_free()))
    slot = Slot(date.fromisoformat(where["date"]), time.fromisoformat(where["time"]))
    state = replace(state, offer=slot, day=DayRange(slot.day, slot.day))
    if result["ok"]:
        return read_back(state, business)
    question = lines.offer(result["reason"], slot)
    return ask(replace(state, asked="confirm"), question)


def _appointment_found(state: State, result: ToolResult, business: Business) -> Result:
    assert state.name is not None
    if not result["ok"]:
        missing = Speak(lines.not_found(state.name, business.booking))
        state = replace(state, name=None, naming=Naming(), asked="name", unknown=state.unknown + 1)
        if state.unknown > 2:
            fresh = State(asked="more", question=lines.ASK_MORE)
            return fresh, (missing, Speak(lines.front_desk(business)), Speak(lines.ASK_MORE))
        return ask(state, lines.ASK_NAME_AGAIN, missing)
    slot = Slot(date.fromisoformat(result["date"]), time.fromisoformat(result["time"]))
    found = Booked(result["id"], result["name"], slot)
    state = replace(state, found=found, name=found.name)
    booking = lines.found(found.name, slot, business.booking)
    before = Speak(booking) if state.goal == "move" else Improvise("thank")
    return advance(state, business, None, before)


def _lost(state: State, slot: Slot) -> Result:
    """Somebody else took the slot since it was looked up: look again."""
    return replace(state, offer=None, read_back=False), (
        Use(tools.FindSlot(slot.day, slot.day, f"{slot.time.hour}:{slot.time.minute:02d}")),
    )
