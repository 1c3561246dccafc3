"""Callers without a telephone: the flow alone, or with what a recogniser makes of their words."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from itertools import count
from pathlib import Path

from benchmarks.bookings.caller import Caller
from benchmarks.bookings.scenarios import Scenario
from pipeline.app import SystemClock
from pipeline.chat import answer
from pipeline.flow.business import WEEKDAYS, Business
from pipeline.flow.orchestrator import FlowOrchestrator
from pipeline.interfaces.conversation import CallInfo
from pipeline.interfaces.engines import Classifier, LanguageModel, Transcript
from pipeline.interfaces.stores import Appointment
from pipeline.stores.database import Database
from pipeline.workers import Worker

Hear = Callable[[str], Transcript]
"""What the recogniser makes of a caller's words."""


async def book(
    scenario: Scenario,
    model: LanguageModel,
    classifier: Classifier | None,
    worker: Worker,
    hear: Hear,
) -> tuple[bool, list[str]]:
    """Whether the caller got the appointment asked for, and what was said."""
    with tempfile.TemporaryDirectory() as folder:
        store, store_worker = Database(f"sqlite:///{Path(folder)}/calls.db"), Worker("store")
        clock = SystemClock()
        flow = FlowOrchestrator(
            Business(),
            model=model,
            model_worker=worker,
            store=store,
            store_worker=store_worker,
            clock=clock,
            classifier=classifier,
        )
        try:
            said = await _talk(flow, Caller(scenario), hear)
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


async def _talk(flow: FlowOrchestrator, caller: Caller, hear: Hear) -> list[str]:
    call = CallInfo("typed", "keyboard", "")
    reply = await answer(flow, call, 0, "start", Transcript("", 1.0))
    said = [f"agent   {reply.text}"]
    for index in count(1):
        does = None if reply.ended else caller.answer(reply.text)
        if does is None:
            break
        if does.keys:
            said.append(f"caller  presses {does.keys}")
            nothing = Transcript("", 0.0)
            reply = await answer(flow, call, index, "dtmf", nothing, does.keys)
        else:
            heard = hear(does.words)
            said.append(f"caller  {does.words}")
            if heard.text != does.words:
                said.append(f"heard   {heard.text} ({heard.confidence:.2f})")
            reply = await answer(flow, call, index, "speech" if heard.text else "silence", heard)
        said.append(f"agent   {reply.text}")
    return said
