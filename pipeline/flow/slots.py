"""What is known for a booking: taken over from the caller's words, and checked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from pipeline.flow import lines
from pipeline.flow.business import Business
from pipeline.flow.dates import DayRange, resolve_day
from pipeline.flow.intents import Understanding
from pipeline.flow.names import capitalised
from pipeline.flow.state import State


def merge(
    state: State, said: Understanding, business: Business, now: datetime
) -> tuple[State, str | None]:
    """Take over what was said; and what is wrong with the day, if anything is."""
    problem = None
    if said.name:
        name = _full_name(state, said.name)
        if name != state.name:
            state = replace(state, name=name, found=None, read_back=False)
    if said.people:
        state = replace(state, people=said.people, read_back=False)
        if said.people > business.most_people:
            state, problem = replace(state, people=None), lines.too_many(business)
    if said.day:
        day = resolve_day(said.day, now.date())
        wrong = _day_problem(day, business, now.date())
        problem = problem or wrong
        state = replace(state, day=None if wrong else day, offer=None, read_back=False)
    if said.time:
        state = replace(state, time=said.time, offer=None, read_back=False)
    if said.lookup:
        days = DayRange(said.lookup.first, said.lookup.last)
        wrong = _day_problem(days, business, now.date())
        moment = state.time if said.lookup.time == "any" else said.lookup.time
        state = replace(state, day=None if wrong else days, time=moment, offer=None)
        problem, state = problem or wrong, replace(state, read_back=False)
    return state, problem


def _full_name(state: State, heard: str) -> str:
    name = capitalised(heard)
    if state.asked == "name" and state.name and " " not in state.name and " " not in name:
        return f"{state.name} {name}"  # first name, then the last name
    return name


def _day_problem(day: DayRange | None, business: Business, today: date) -> str | None:
    if day is None:
        return lines.NO_SUCH_DAY
    if day.last < today:
        return lines.PAST_DAY
    if day.first > today + timedelta(days=business.days_ahead):
        return lines.TOO_FAR
    if day.single and business.opening(day.first) is None:
        return lines.closed(day.first)
    return None
