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
from pipeline.flow.options import FlowOptions
from pipeline.interfaces.conversation import CallInfo, ListeningPolicy, TurnOutcome
from pipeline.interfaces.stores import Appointment
from pipeline.stores.database import Database
from tests.pipeline.flow.conversation import INFO, Caller, HeldClock, House, ScriptedModel


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
    return json.dumps({"intent": intent, **slots}, separators=(",", ":"))


ALL = understood("book", name="sarah mitchell")
WORDS = "book sarah mitchell in for tuesday at three thirty p m"
YES = understood("yes")


def booked(house: House) -> list[Appointment]:
    return [a for a in house.store.appointments() if a.status == "booked"]


async def test_a_booking(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, YES, understood("no")]
    caller = Caller(house.flow())
    assert (await caller.say(kind="start")).startswith("Hello, this is Harbor Clinic.")
    assert (await caller.say(WORDS)).endswith("Is that right?")
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
    await caller.say(WORDS)
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
    await caller.say(WORDS)
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
    await caller.say(WORDS)
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
    await caller.say(WORDS)
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
    spoken = await caller.answer(caller.turn("speech", WORDS, attempt=2))
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
    assert (await caller.say(WORDS)).startswith(lines.SORRY)


async def test_keys_answer_yes_and_no(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL]
    caller = Caller(house.flow())
    await caller.say(WORDS)
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
    assert house.business.facts["Parking"] in model.prompts[-1][0].content
    assert model.prompts[-1][1].content.endswith("Caller: is there parking")


# --- how sure -------------------------------------------------------------------------------------


async def test_a_poorly_heard_yes_books_nothing(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, YES, understood("unclear"), YES]
    caller = Caller(house.flow())
    await caller.say(WORDS)
    caller.heard = 0.3
    assert (await caller.say("yes")).startswith(lines.SORRY)
    assert (await caller.say("yes no")).endswith(lines.OR_PRESS)
    assert await caller.say("yes") == f"{lines.SORRY} {lines.PRESS}"
    assert booked(house) == []
    await caller.say(kind="dtmf", digits="1")
    assert len(booked(house)) == 1


async def test_what_is_heard_twice_is_believed(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("goodbye")] * 2
    caller = Caller(house.flow(), heard=0.3)
    assert await caller.say("goodbye") == f"{lines.SORRY} {lines.ASK_HELP}"
    assert await caller.say("goodbye") == lines.FAREWELL


async def test_a_poorly_heard_name_is_asked_about(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book"), understood("inform"), understood("yes")]
    caller = Caller(house.flow(), heard=0.3)
    await caller.say("book")
    assert await caller.say("sarah mitchell") == "Is your name Sarah Mitchell?"
    assert (await caller.say("yes")).startswith(lines.SORRY)
    caller.heard = 0.9
    model.answers = [understood("yes")]
    assert (await caller.say("yes")).endswith(lines.ASK_DAY)


async def test_an_unlikely_intent_is_not_understood(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("goodbye")] * 3
    model.sure = 0.2
    caller = Caller(house.flow())
    for _ in range(2):
        assert (await caller.say("buy now")).endswith(lines.ASK_HELP)
    assert house.business.front_desk in await caller.say("buy now")
    assert caller.ended == "no_match"


# --- how to listen --------------------------------------------------------------------------------


async def test_listening_follows_the_question(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book"), understood("emergency")]
    house.options = FlowOptions(min_words={"name": 2})
    flow = house.flow()
    assert flow.policy(INFO) == ListeningPolicy("balanced")
    caller = Caller(flow)
    await caller.say("book")
    assert flow.policy(INFO) == ListeningPolicy("patient", min_words=2)
    emergency = await caller.answer(caller.turn("speech", "he can't breathe"))
    assert not flow.policy(INFO).interruptible
    await caller.commit(emergency)
    assert flow.policy(INFO).interruptible


async def test_finished_by_what_was_asked(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, understood("chat"), understood("unclear")]
    flow = house.flow()
    await Caller(flow).say(WORDS)
    assert await flow.finished(INFO, "yes please") > 0.9
    assert await flow.finished(INFO, "my cat sleeps") > 0.9
    model.finished = 0.01
    assert await flow.finished(INFO, "yes but") < 0.1
    assert await flow.finished(INFO, "my cat sleeps") < 0.1
    house.options = FlowOptions(ask_finished=False)
    flow = house.flow()
    assert await flow.finished(INFO, "my cat sleeps") > await flow.finished(INFO, "cat sleeps far")


# --- slow tools -----------------------------------------------------------------------------------


class SteppedClock(HeldClock):
    """Each wait is over at once, as if the time had come, until ``waits`` are used up."""

    def __init__(self, waits: int) -> None:
        self.waits = waits

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        if self.waits:
            self.waits -= 1
        else:
            await event.wait()


async def test_a_slow_tool_is_covered(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, ALL]
    clock = SteppedClock(1)
    house.clock = clock
    caller = Caller(house.flow())
    said = []
    for _ in range(2):
        clock.waits, free = 1, threading.Event()
        blocker = asyncio.ensure_future(house.store_worker.run(free.wait))
        caller.confirmed.set()
        turn = caller.turn("speech", WORDS)
        actions = caller.flow.handle(turn)
        texts = []
        async for action in actions:
            texts.append(action.text)  # type: ignore[union-attr]
            if texts[-1].strip() in lines.FILLERS:
                free.set()
        await blocker
        said += [text.strip() for text in texts if text.strip() in lines.FILLERS]
        assert texts[-1].endswith("Is that right?")
        await caller.commit("".join(texts))
    assert len(said) == 2
    assert said[0] != said[1]


async def test_a_tool_past_its_deadline_is_owned_up_to(house: House, model: ScriptedModel) -> None:
    model.answers = [ALL, YES]
    clock = SteppedClock(0)
    house.clock = clock
    caller = Caller(house.flow())
    await caller.say(WORDS)
    clock.waits, free = 2, threading.Event()
    blocker = asyncio.ensure_future(house.store_worker.run(free.wait))
    said = await caller.say("yes")
    assert lines.NOT_SURE in said
    assert said.endswith(lines.ASK_MORE)
    assert caller.tool_calls[-1].result == {"ok": False, "reason": "late"}
    free.set()
    await blocker
    await house.store_worker.run(lambda: None)
    assert (await caller.say(kind="silence")).endswith(lines.ASK_MORE)


# --- keys ----------------------------------------------------------------------------------------


async def test_keys_tell_the_day_and_the_time(house: House, model: ScriptedModel) -> None:
    model.answers = [understood("book"), understood("inform")]
    caller = Caller(house.flow())
    await caller.say("book")
    await caller.say("sarah mitchell")
    assert (await caller.say(kind="dtmf", digits="8")).startswith(lines.SORRY)
    assert (await caller.say(kind="dtmf", digits="2")).endswith(lines.ASK_TIME)
    assert (await caller.say(kind="dtmf", digits="1575")).startswith(lines.SORRY)
    said = await caller.say(kind="dtmf", digits="1530#")
    assert "Sarah Mitchell on Tuesday, November 24 at 3:30 PM" in said
