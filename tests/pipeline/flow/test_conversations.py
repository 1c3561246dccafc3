"""Whole conversations, typed, through the starter model and a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.flow import lines
from pipeline.interfaces.engines import LanguageModel
from pipeline.interfaces.stores import ToolKey
from pipeline.stores.database import Database
from tests.pipeline.flow.conversation import Caller, House


@pytest.fixture
def house(starter_model: LanguageModel, tmp_path: Path) -> Iterator[House]:
    house = House(starter_model, Database(f"sqlite:///{tmp_path}/calls.db"))
    yield house
    house.close()


BOOKINGS = {
    "slot by slot": (
        [
            "hi i'd like to book an appointment",
            "sarah mitchell",
            "tuesday",
            "three thirty p m",
            "yes",
        ],
        ("Sarah Mitchell", "2026-11-24", "15:30"),
    ),
    "as stock Whisper writes it": (
        [
            "Hi, I'd like to book an appointment, please.",
            "My name is Sarah Mitchell.",
            "Next Wednesday.",
            "At 3:30 p.m.",
            "Yes, please.",
        ],
        ("Sarah Mitchell", "2026-11-25", "15:30"),
    ),
    "all at once": (
        [
            "this is laura bennett i'd like to book an appointment on monday at ten thirty",
            "yes please",
        ],
        ("Laura Bennett", "2026-11-23", "10:30"),
    ),
    "two slots at once": (
        ["i need an appointment tomorrow", "peter clark", "monday at two p m", "that's right"],
        ("Peter Clark", "2026-11-23", "14:00"),
    ),
    "a correction": (
        [
            "i want to make an appointment on tuesday at ten o'clock",
            "my name is emma watson",
            "no wednesday",
            "yes that's correct",
        ],
        ("Emma Watson", "2026-11-25", "10:00"),
    ),
    "a digression": (
        [
            "can i book an appointment",
            "what are your opening hours",
            "david miller",
            "is there parking",
            "thursday",
            "half past nine",
            "yeah",
        ],
        ("David Miller", "2026-11-26", "09:30"),
    ),
    "a spelled name": (
        [
            "i'd like to book an appointment",
            "john smyth s m y t h",
            "friday",
            "noon",
            "yes",
        ],
        ("John Smyth", "2026-11-27", "12:00"),
    ),
}


@pytest.mark.parametrize("script", BOOKINGS)
async def test_booking(house: House, script: str) -> None:
    said, wanted = BOOKINGS[script]
    caller = Caller(house.flow())
    await caller.say(kind="start")
    for text in said:
        await caller.say(text)
    (booked,) = house.store.appointments()
    assert (booked.name, booked.date, booked.time) == wanted
    assert (await caller.say("no thank you")) == lines.FAREWELL
    assert caller.ended == "completed"


async def test_cancelling_and_moving(house: House) -> None:
    for turn, (name, time) in enumerate([("Sarah Mitchell", "09:00"), ("Tom Green", "10:00")]):
        house.store.book(ToolKey("CA0", turn, 0), name, "2026-11-24", time, "2026-11-01")
    caller = Caller(house.flow())
    await caller.say(kind="start")
    for text in ("i need to cancel my appointment", "my name is sarah mitchell", "yes"):
        await caller.say(text)
    for text in ("yes please", "i'd like to move my appointment", "it's tom green"):
        await caller.say(text)
    for text in ("wednesday at three p m", "yes"):
        await caller.say(text)
    tom, sarah = house.store.appointments()
    assert (sarah.status, tom.status) == ("cancelled", "booked")
    assert (tom.date, tom.time) == ("2026-11-25", "15:00")


async def test_questions_are_answered_from_the_facts(house: House) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    for question, fact in (("where are you", "Address"), ("do you have parking", "Parking")):
        said = await caller.say(question)
        assert house.business.facts[fact] in said
        assert said.endswith(lines.ASK_HELP)


async def test_small_talk_and_nonsense_lead_back(house: House) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    for text in ("how are you today", "can you order me a pizza", "um"):
        said = await caller.say(text)
        assert said.endswith(lines.ASK_HELP)
        assert len(said) > len(lines.ASK_HELP) + 5


async def test_goodbye(house: House) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    await caller.say("thank you goodbye")
    assert caller.ended == "goodbye"


async def test_warming_leaves_no_trace(house: House) -> None:
    flow = house.flow()
    await flow.warm()
    assert (await Caller(flow).say(kind="silence")).endswith(lines.ASK_HELP)
