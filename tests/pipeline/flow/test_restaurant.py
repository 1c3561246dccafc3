"""The second business: the example's settings, its prompts, and a number of people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import models
from pipeline import config
from pipeline.caller import script
from pipeline.flow import lines
from pipeline.interfaces.engines import LanguageModel
from pipeline.stores.database import Database
from tests.pipeline.flow.conversation import Caller, House

EXAMPLE = Path(__file__).parents[3] / "pipeline/examples/restaurant"
STARTER = Path(models.__file__).parent / "starter"


@pytest.fixture
def house(starter_model: LanguageModel, tmp_path: Path) -> Iterator[House]:
    restaurant = config.load(EXAMPLE / "audiocore.toml", {}, starter=STARTER).business
    house = House(starter_model, Database(f"sqlite:///{tmp_path}/calls.db"), business=restaurant)
    yield house
    house.close()


async def test_the_scripted_caller_gets_the_table(house: House) -> None:
    said = [turn["text"] for turn in tomllib.loads((EXAMPLE / "caller.toml").read_text())["turn"]]
    caller = Caller(house.flow())
    answers = [await caller.say(kind="start")]
    answers += [await caller.say(text) for text in said]
    (booked,) = house.store.appointments()
    assert (booked.name, booked.date, booked.time) == ("Mark Carter", "2026-11-27", "19:30")
    assert booked.people == 4
    assert "A reservation for Mark Carter, 4 people, on Friday" in answers[5]
    assert "appointment" not in " ".join(answers).lower()
    assert caller.ended == "completed" or caller.ended == "goodbye"


def test_the_script_can_be_spoken() -> None:
    assert script.load(EXAMPLE / "caller.toml", lambda text: bytes(320)).expect["time"] == "19:30"


async def test_the_number_of_people_is_asked_for_and_bounded(house: House) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    await caller.say("i'd like to book a table on friday at seven p m")
    assert lines.ASK_PEOPLE in await caller.say("laura bennett")
    answer = await caller.say("thirty people")
    assert lines.too_many(house.business) in answer
    assert lines.ASK_PEOPLE in answer
    assert "Laura Bennett, 2 people, on Friday" in await caller.say("my wife and i")
    await caller.say("yes please")
    assert [a.people for a in house.store.appointments()] == [2]


async def test_a_changed_number_is_read_back(house: House) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    await caller.say("a table for four people on friday at seven p m please")
    assert ", 4 people," in await caller.say("laura bennett")
    assert ", 6 people," in await caller.say("actually make it six people")
    await caller.say("yes")
    assert [a.people for a in house.store.appointments()] == [6]


async def test_keys_reach_every_day_on_which_it_is_open(house: House) -> None:
    caller = Caller(house.flow())
    await caller.say(kind="start")
    await caller.say("i'd like to book a table for two people")
    assert (await caller.say("laura bennett")).endswith(lines.ASK_DAY)
    assert lines.KEY_DAY.endswith("up to 7 for Sunday.")
    assert (await caller.say(kind="dtmf", digits="7")).endswith(lines.ASK_TIME)
    assert "on Sunday, November" in await caller.say("at noon")
