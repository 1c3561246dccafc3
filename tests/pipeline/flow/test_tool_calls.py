"""Lookups that a language model writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.shapes import llama
from pipeline.engines.llama_cpp import LlamaCpp
from pipeline.flow import lines, prompts, tool_calls
from pipeline.flow.business import Business
from pipeline.flow.options import FlowOptions
from pipeline.flow.tools import FindSlot
from pipeline.interfaces.engines import LanguageModel
from pipeline.stores.database import Database
from pipeline.workers import Worker
from tests.pipeline.flow.conversation import Caller, House, ScriptedModel

TODAY = date(2026, 11, 21)


def call(first: str, last: str, time: str = "any", name: str = "find_slot") -> str:
    return json.dumps({"name": name, "arguments": {"first": first, "last": last, "time": time}})


def test_a_call_that_makes_sense_counts() -> None:
    wanted = FindSlot(date(2026, 12, 3), date(2026, 12, 3), "15:30")
    assert (
        tool_calls.checked(call("2026-12-03", "2026-12-03", "15:30"), Business(), TODAY) == wanted
    )


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I would look that up.",
        "[]",
        '{"name":"none","arguments":{}}',
        call("2026-11-20", "2026-11-20"),
        call("2026-12-04", "2026-12-03"),
        call("2026-02-30", "2026-02-30"),
        call("2026-12-01", "2027-02-01"),
        call("2030-12-03", "2030-12-03"),
        call("2026-12-03", "2026-12-03", name="book_appointment"),
    ],
)
def test_others_do_not(answer: str) -> None:
    assert tool_calls.checked(answer, Business(), TODAY) is None


def written(model: LanguageModel, text: str, temperature: float) -> str:
    messages = tool_calls.prompt("day", prompts.caller_words(text), Business(), TODAY)
    return "".join(
        model.generate(
            messages,
            max_tokens=tool_calls.MAX_TOKENS,
            grammar=tool_calls.GRAMMAR,
            temperature=temperature,
        )
    )


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=60), st.sampled_from([0.0, 0.5, 2.0]))
def test_the_starter_model_writes_calls_only(
    starter_model: LanguageModel, text: str, temperature: float
) -> None:
    said = json.loads(written(starter_model, text, temperature))
    assert said["name"] in [tool["name"] for tool in tool_calls.OFFERED]
    tool_calls.checked(json.dumps(said), Business(), TODAY)


@pytest.fixture(scope="module", params=["chatml", "llama-3", "mistral", "gemma"])
def random_model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LanguageModel]:
    """Random weights behind the chat template of a family of instruct models."""
    path = tmp_path_factory.mktemp("model") / "random.gguf"
    control = {"<bos>": 8000, "<eos>": 8001}
    shape = llama.LlamaShape(
        "llama", 64, 2, 4, 2, 128, 8192, 2048, 1e4, 1e-5, request.param, control, "<bos>", "<eos>"
    )
    llama.write(shape, path, quantisation="Q8_0")
    model = LlamaCpp(path)
    yield model
    model.close()


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_so_does_a_model_with_random_weights(
    random_model: LanguageModel, temperature: float
) -> None:
    said = json.loads(written(random_model, "the thursday after next", temperature))
    assert said["name"] in [tool["name"] for tool in tool_calls.OFFERED]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(ScriptedModel(), Database(f"sqlite:///{tmp_path}/calls.db"))
    yield house
    house.close()


class CalendarModel(ScriptedModel):
    """Writes one lookup where a tool call is asked for."""

    def generate(self, messages, *, max_tokens, grammar=None, temperature=0.0):  # type: ignore[no-untyped-def]
        if "tool call" in messages[0].content:
            yield call("2026-12-03", "2026-12-03", "15:30")
        else:
            yield from super().generate(messages, max_tokens=max_tokens, grammar=grammar)


@pytest.mark.parametrize("who", ["rules", "model"])
async def test_the_flow_takes_the_lookup_and_reads_it_back(house: House, who: str) -> None:
    model = CalendarModel()
    model.answers = ['{"intent":"book"}', '{"intent":"inform"}', '{"intent":"inform"}']
    house.model = model
    house.options = FlowOptions(tool_calls=who)  # type: ignore[arg-type]
    caller = Caller(house.flow())
    await caller.say(kind="start")
    model.sure = 0.999
    assert lines.ASK_NAME in await caller.say("i need an appointment")
    assert lines.ASK_DAY in await caller.say("sarah mitchell")
    answer = await caller.say("the thursday after next")
    if who == "rules":
        assert lines.ASK_DAY in answer
        assert not caller.tool_calls
    else:
        assert "Thursday, December 3 at 3:30 PM. Is that right?" in answer
        assert [tool.name for tool in caller.tool_calls] == ["find_slot"]


async def test_a_worker_runs_it(house: House) -> None:
    worker = Worker("test-llm", niceness=0)
    try:
        found = await tool_calls.write(CalendarModel(), worker, "day", "then", Business(), TODAY)
    finally:
        worker.close()
    assert found == FindSlot(date(2026, 12, 3), date(2026, 12, 3), "15:30")
