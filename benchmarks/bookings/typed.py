"""Callers who type: every stage but the voices and the line."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from benchmarks.bookings.scenarios import Scenario
from models.train.llm.noise import misheard
from pipeline.app import SystemClock
from pipeline.chat import answer
from pipeline.flow import lines
from pipeline.flow.clinic import WEEKDAYS, Clinic
from pipeline.flow.orchestrator import FlowOrchestrator
from pipeline.interfaces import Appointment, CallInfo, LanguageModel
from pipeline.stores.database import Database
from pipeline.workers import Worker

_TURNS = 14
"""A caller gives up after so many."""


class Caller:
    """Answers what the agent asks, and objects to what is read back wrong."""

    def __init__(self, scenario: Scenario, hear: Callable[[str], str]) -> None:
        """``hear``: what the recogniser makes of the caller's words."""
        self._scenario = scenario
        self._hear = hear
        self._aside = scenario.aside

    def answer(self, agent: str) -> str:
        """What the agent hears in answer to its words."""
        said = self._scenario.answers
        if agent.endswith(lines.ASK_HELP):
            return self._hear(self._scenario.opening)
        if agent.endswith(lines.ASK_NAME) and self._aside:
            self._aside, aside = "", self._aside
            return self._hear(aside)
        if agent.endswith((lines.ASK_NAME, lines.ASK_NAME_AGAIN)):
            return self._hear(said["name"])
        if agent.endswith(lines.ASK_LAST_NAME):
            return self._hear(self._scenario.name.split()[-1])
        if agent.endswith((lines.ASK_DAY, lines.ASK_CHANGE)):
            return self._hear(said["day"])
        if agent.endswith(lines.ASK_TIME):
            return self._hear(said["time"])
        if agent.endswith(lines.ASK_MORE):
            return self._hear(said["more"])
        return self._hear(self._objection(agent) or said["confirm"])

    def _objection(self, agent: str) -> str:
        """What is wrong with what was read back; nothing if it is right."""
        hour, minute = map(int, self._scenario.time.split(":"))
        clock = f"{(hour - 1) % 12 + 1}:{minute:02d}" if minute else f"{(hour - 1) % 12 + 1} "
        if "appointment for" in agent and self._scenario.name.title() not in agent:
            return f"no my name is {self._scenario.name}"
        if self._scenario.weekday.title() not in agent:
            return f"no {self._scenario.weekday}"
        if clock not in agent and not (hour == 12 and "noon" in agent):
            return f"no {self._scenario.answers['time']}"
        return ""


async def book(
    scenario: Scenario, model: LanguageModel, worker: Worker, noise: random.Random | None
) -> tuple[bool, list[str]]:
    """Whether the caller got the appointment asked for, and what was said."""

    def hear(words: str) -> str:
        return misheard(noise, words)[0] if noise else words

    with tempfile.TemporaryDirectory() as folder:
        store, store_worker = Database(f"sqlite:///{Path(folder)}/calls.db"), Worker("store")
        clock = SystemClock()
        flow = FlowOrchestrator(
            Clinic(),
            model=model,
            model_worker=worker,
            store=store,
            store_worker=store_worker,
            clock=clock,
        )
        try:
            said = await _talk(flow, Caller(scenario, hear))
            booked = [a for a in store.appointments() if a.status == "booked"]
        finally:
            store_worker.close()
            store.close()
    return len(booked) == 1 and matches(booked[0], scenario), said


def matches(appointment: Appointment, scenario: Scenario) -> bool:
    """Whether this is the appointment that was asked for."""
    weekday = WEEKDAYS[date.fromisoformat(appointment.date).weekday()]
    wanted = scenario.name, scenario.weekday, scenario.time
    return (appointment.name.lower(), weekday, appointment.time) == wanted


async def _talk(flow: FlowOrchestrator, caller: Caller) -> list[str]:
    call = CallInfo("typed", "keyboard", "")
    said: list[str] = []
    words = ""
    for index in range(_TURNS):
        reply = await answer(flow, call, index, "speech" if index else "start", words)
        said.append(f"agent   {reply.text}")
        if reply.ended:
            break
        words = caller.answer(reply.text)
        said.append(f"caller  {words}")
    return said
