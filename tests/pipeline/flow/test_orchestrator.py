"""Turns, attempts and commits, over a real database; the model says what the test says."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from audiocore.errors import EngineError
from pipeline.flow import lines
from pipeline.interfaces import Appointment, CallInfo, TurnOutcome
from pipeline.stores.database import Database
from tests.pipeline.flow.conversation import INFO, Caller, House, ScriptedModel


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(ScriptedModel(), Database(f"sqlite:///{tmp_path}/calls.db"))
    yield house
    house.close()


@pytest.fixture
def model(house: House) -> ScriptedModel:
    assert isinstance(house.model, ScriptedModel)
    return house.model


def understood(intent: str, **slots: str) -> str:
    return json.dumps({"intent": intent, **slots})


ALL = understood("book", name="sarah mitchell", day="tuesday", time="3:30 pm")
YES = understood("yes")


def booked(house: House) -> list[Appointment]:
    return [a for a in house.store.appointments() if a.status == "booked"]


async def test_a_booking(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, YES, understood("no")]
    caller = Caller(house.flow())
    assert (await caller.say(kind="start")).startswith("Hello, this is Harbor Clinic.")
    assert (await caller.say("book it all")).endswith("Is that right?")
    assert booked(house) == []
    assert (await caller.say("yes")).startswith("You are booked")
    assert await caller.say("no") == lines.FAREWELL
    assert caller.ended == "completed"
    (appointment,) = booked(house)
    assert (appointment.name, appointment.date) == ("Sarah Mitchell", "2026-11-24")
    assert (appointment.time, appointment.call_sid) == ("15:30", "CA1")
    assert [tool.name for tool in caller.tool_calls] == ["find_slot", "book_appointment"]
    assert caller.tool_calls[1].result == {"ok": True, "id": 1}
    assert set(caller.stages) == {"llm_first_token"}


async def test_texts_of_one_reply_join_into_sentences(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book")]
    caller = Caller(house.flow())
    assert await caller.say("book") == f"Right. {lines.ASK_NAME}"


async def test_nothing_is_written_before_the_turn_is_confirmed(
    house: House, model: ScriptedModel
) -> None:
    model.answers = [ALL, YES]
    caller = Caller(house.flow())
    await caller.say("book it all")
    caller.confirmed.clear()
    pending = asyncio.ensure_future(caller.answer(caller.turn("speech", "yes")))
    await asyncio.sleep(0.2)
    assert booked(house) == []
    caller.confirmed.set()
    await pending
    assert len(booked(house)) == 1


async def test_a_cancelled_attempt_has_never_been(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, YES, understood("no", day="wednesday"), YES]
    caller = Caller(house.flow())
    await caller.say("book it all")
    caller.confirmed.clear()
    first = asyncio.ensure_future(caller.answer(caller.turn("speech", "yes", attempt=1)))
    await asyncio.sleep(0.2)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    caller.confirmed.set()
    said = await caller.answer(caller.turn("speech", "yes no make it wednesday", attempt=2))
    assert "Wednesday, November 25" in said
    await caller.commit(said, attempt=2)
    assert booked(house) == []
    await caller.say("yes")
    assert [a.date for a in booked(house)] == ["2026-11-25"]


async def test_an_attempt_that_acted_is_not_repeated(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, YES, YES]
    caller = Caller(house.flow())
    await caller.say("book it all")
    first = await caller.answer(caller.turn("speech", "yes", attempt=1))
    second = await caller.answer(caller.turn("speech", "yes yes", attempt=2))
    assert first == second
    await caller.commit(second, attempt=2)
    assert len(booked(house)) == 1
    assert caller.tool_calls[-1].result == {"ok": True, "id": 1}


async def test_a_tool_interrupted_while_it_runs_still_counts(
    house: House, model: ScriptedModel
) -> None:
    model.answers = [ALL, YES]
    flow = house.flow()
    caller = Caller(flow)
    await caller.say("book it all")
    busy = threading.Event()
    blocker = asyncio.ensure_future(house.store_worker.run(busy.wait))
    running = asyncio.ensure_future(caller.answer(caller.turn("speech", "yes")))
    await asyncio.sleep(0.2)
    running.cancel()
    await asyncio.sleep(0)
    busy.set()
    tools = await flow.commit(TurnOutcome(INFO, caller.index, 1, "", True))
    assert [tool.name for tool in tools] == ["book_appointment"]
    assert len(booked(house)) == 1
    assert await blocker
    caller.index += 1
    assert (await caller.say(kind="silence")).endswith(lines.ASK_MORE)


async def test_commit_is_idempotent_and_needs_its_attempt(
    house: House, model: ScriptedModel
) -> None:
    model.answers = [ALL, ALL]
    flow = house.flow()
    caller = Caller(flow)
    spoken = await caller.answer(caller.turn("speech", "book", attempt=2))
    wrong = TurnOutcome(INFO, 0, 1, spoken, False)
    right = TurnOutcome(INFO, 0, 2, spoken, False)
    assert await flow.commit(wrong) == ()
    first = await flow.commit(right)
    assert [tool.name for tool in first] == ["find_slot"]
    assert await flow.commit(right) == first


async def test_an_uncommitted_turn_changes_nothing(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book"), understood("inform", name="sarah mitchell")]
    caller = Caller(house.flow())
    await caller.answer(caller.turn("speech", "book"))
    assert await caller.say("sarah mitchell") == f"Right. {lines.ASK_HELP}"


async def test_calls_do_not_see_each_other(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book"), understood("inform", name="tom green")]
    flow = house.flow()
    await Caller(flow).say("book")
    other = Caller(flow, CallInfo("CA2", "a", "b"))
    assert await other.say("tom green") == f"Right. {lines.ASK_HELP}"


async def test_a_closed_call_is_forgotten(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book")]
    flow = house.flow()
    caller = Caller(flow)
    await caller.say("book")
    await flow.close(INFO)
    await flow.close(INFO)
    assert await flow.commit(TurnOutcome(INFO, 0, 1, "", False)) == ()
    assert (await caller.say(kind="silence")).endswith(lines.ASK_HELP)


async def test_a_model_that_fails_is_apologised_for(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book"), EngineError("out of order")]
    caller = Caller(house.flow())
    await caller.say("book")
    assert await caller.say("sarah mitchell") == f"{lines.SORRY} {lines.ASK_NAME}"


async def test_a_database_that_fails_is_apologised_for(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL]
    caller = Caller(house.flow())
    house.store_worker.close()
    assert (await caller.say("book it all")).startswith(lines.SORRY)


async def test_keys_answer_yes_and_no(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL]
    caller = Caller(house.flow())
    await caller.say("book it all")
    assert (await caller.say(kind="dtmf", digits="7")).startswith(lines.SORRY)
    assert (await caller.say(kind="dtmf", digits="1")).startswith("You are booked")
    assert await caller.say(kind="dtmf", digits="2") == lines.FAREWELL


async def test_no_words_ask_no_model(house: House, model: ScriptedModel) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    assert (await caller.say(" ... ")).endswith(lines.ASK_HELP)
    assert all("JSON" not in prompt[0].content for prompt in model.prompts)


async def test_free_words_are_asked_with_the_facts(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("question")]
    caller = Caller(house.flow())
    await caller.say("Is there parking?")
    assert house.clinic.facts["Parking"] in model.prompts[-1][0].content
    assert model.prompts[-1][1].content.endswith("Caller: is there parking")
