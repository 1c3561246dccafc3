"""Several callers, one decode loop."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from audiocore.errors import EngineBusy, EngineError
from pipeline.engines.llama_cpp import LlamaCpp, LlamaCppOptions
from pipeline.engines.llama_cpp.batch import Batch, Steps
from pipeline.engines.llama_cpp.model import Model
from pipeline.flow import prompts
from pipeline.interfaces.engines import Message

MODEL = Path(__file__).parents[4] / "models/starter/llm/receptionist.gguf"
GRAMMAR = r'root ::= "{\"intent\":\"" [a-z]+ "\"" [^{}]* "}"'
SAID = (
    "i'd like to book an appointment on tuesday",
    "cancel my appointment please",
    "what are your hours",
    "my name is john smith",
    "tomorrow at three p m",
    "no thanks goodbye",
    "can i move it to friday",
    "is doctor lee in today",
)


def ask(model: LlamaCpp, said: str) -> str:
    prompt = prompts.understand("help", said)
    grammar = GRAMMAR if len(said) % 2 else None
    return "".join(model.generate(prompt, max_tokens=48, grammar=grammar))


@pytest.fixture(scope="module")
def alone() -> list[str]:
    model = LlamaCpp(MODEL)
    answers = [ask(model, said) for said in SAID]
    model.close()
    return answers


@pytest.mark.parametrize("callers", [2, 4, 8])
def test_together_they_say_what_each_says_alone(alone: list[str], callers: int) -> None:
    model = LlamaCpp(MODEL)
    with ThreadPoolExecutor(callers) as pool:
        assert list(pool.map(lambda said: ask(model, said), SAID)) == alone
    model.close()


def test_so_they_do_when_memory_is_short_and_prompts_come_in_small_parts(alone: list[str]) -> None:
    """Old prompts are evicted and requests wait for room, and nobody's answer changes."""
    model = LlamaCpp(
        MODEL,
        LlamaCppOptions(context_tokens=224, memory_tokens=256, sequences=3, step_tokens=16),
    )
    order = [n % len(SAID) for n in range(16)]
    random.Random(1).shuffle(order)
    with ThreadPoolExecutor(5) as pool:
        said = list(pool.map(lambda n: ask(model, SAID[n]), order))
    model.close()
    assert said == [alone[n] for n in order]


def test_weighing_and_generating_mix(alone: list[str]) -> None:
    model = LlamaCpp(MODEL)
    prompt = prompts.understand("help", SAID[0])
    options = ["yes", "yes please", "no"]
    weights = model.choose(prompt, options)
    with ThreadPoolExecutor(8) as pool:
        weighed = [pool.submit(model.choose, prompt, options) for _ in range(4)]
        answers = list(pool.map(lambda said: ask(model, said), SAID))
        for future in weighed:
            assert future.result() == pytest.approx(weights, abs=0.02)
    model.close()
    assert answers == alone


def test_one_caller_who_stops_reading_holds_up_nobody() -> None:
    model = LlamaCpp(MODEL)
    idle = model.generate([Message("user", "hello")], max_tokens=40, grammar="root ::= [a-z]{30}")
    next(idle)
    assert ask(model, SAID[0])
    assert len("".join(idle)) > 10
    model.close()


def test_those_who_leave_in_the_middle_change_nothing_for_others(alone: list[str]) -> None:
    model = LlamaCpp(MODEL)

    def leave(n: int) -> None:
        answer = model.generate(prompts.understand("more", SAID[n]), max_tokens=48)
        for _ in range(n % 3):
            next(answer, None)
        answer.close()  # type: ignore[attr-defined]

    with ThreadPoolExecutor(6) as pool:
        leaving = [pool.submit(leave, n) for n in range(len(SAID))]
        assert list(pool.map(lambda said: ask(model, said), SAID)) == alone
        for future in leaving:
            future.result()
    model.close()


# --- by hand -----------------------------------------------------------------------------------


@pytest.fixture
def batch() -> Iterator[Batch]:
    model = Model(MODEL, context_tokens=256, sequences=1, batch_tokens=16, threads=1)
    batch = Batch(model, sequences=1, memory_tokens=256, step_tokens=16, queue_limit=1)
    yield batch
    batch.close()
    model.close()


def count(numbers: int, at: Callable[[int], None] = lambda n: None) -> Callable[..., Steps]:
    def work(emit: Callable[[int], None]) -> Steps:
        for n in range(numbers):
            logits = yield [5, 6, 7]
            assert logits.ndim == 1
            at(n)
            emit(n)

    return work


def test_results_come_in_order(batch: Batch) -> None:
    assert list(batch.run(count(5), 8)) == [0, 1, 2, 3, 4]


def test_too_many_are_refused_and_the_others_served(batch: Batch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def hold(_: int) -> None:
        begun.set()
        assert go_on.wait(60)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(list, batch.run(count(1, hold), 8))
        assert begun.wait(60)
        second = pool.submit(list, batch.run(count(2), 8))
        while not batch.waiting:
            time.sleep(0.001)
        with pytest.raises(EngineBusy, match="1 requests wait"):
            next(batch.run(count(1), 8))
        go_on.set()
        assert first.result() == [0]
        assert second.result() == [0, 1]


def test_a_failure_is_its_own_callers_alone(batch: Batch) -> None:
    def fail(n: int) -> None:
        if n == 1:
            raise EngineError("on purpose")

    failing = batch.run(count(3, fail), 8)
    assert next(failing) == 0
    with pytest.raises(EngineError, match="on purpose"):
        next(failing)
    assert list(batch.run(count(2), 8)) == [0, 1]


def test_who_leaves_makes_room_at_once(batch: Batch) -> None:
    running = batch.run(count(100), 8)
    assert next(running) == 0
    running.close()
    assert list(batch.run(count(2), 8)) == [0, 1]


def test_closing_ends_who_runs(batch: Batch) -> None:
    running = batch.run(count(100), 8)
    next(running)
    batch.close()
    with pytest.raises(EngineError, match="closed"):
        list(running)
    with pytest.raises(EngineError, match="closed"):
        next(batch.run(count(1), 8))
