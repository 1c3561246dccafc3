"""A model that never answers: the caller hears an apology, and the call goes on."""

import asyncio
import threading
from collections.abc import Callable, Iterator

import pytest

from audiocore.errors import EngineTimeout
from audiocore.overload import Effort
from pipeline.interfaces.conversation import Say
from pipeline.interfaces.engines import SynthesizedClause
from pipeline.speech import Speaker
from pipeline.workers import Worker
from tests.pipeline.conftest import VOICE, Rig


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """With a thread beside the one that is stuck."""
    workers = [Worker(name, threads=2) for name in ("stt", "tts", "store")]
    yield workers
    for worker in workers:
        worker.close()


@pytest.fixture
def released() -> Iterator[threading.Event]:
    """Ends whatever is stuck, after the test."""
    event = threading.Event()
    yield event
    event.set()


async def until(rig: Rig, true: Callable[[], bool]) -> None:
    """The line is silent until then. The rig cannot tell when a worker of two threads is done."""
    async with asyncio.timeout(20):
        while not true():
            await rig.caller(20)


async def greeted(rig: Rig) -> tuple[Worker, Worker]:
    """Listen to the greeting; the recogniser's worker and the voice's."""
    stt, tts, store = rig.workers
    rig.workers = [store]
    await until(rig, lambda: len(rig.records.turns) == 1)
    return stt, tts


async def apologised(rig: Rig, stuck: Worker | None = None) -> None:
    """The next turn is an apology, and the one after it is answered."""
    await until(rig, lambda: rig.flow.turns[-1].kind == "failure")
    if stuck is not None:
        stuck.deadline_ms = None
    await until(rig, lambda: len(rig.records.turns) == 2)
    assert rig.records.turns[1].heard == rig.records.turns[1].agent != ""
    await rig.caller(600, VOICE)
    await until(rig, lambda: len(rig.records.turns) == 3)
    assert rig.flow.turns[-1].kind == "speech"
    assert rig.records.turns[2].heard == rig.records.turns[2].agent != ""
    assert not rig.running.done()


@pytest.mark.parametrize("effort", [Effort.PARTIALS, Effort.NEW_CALLS])
async def test_a_recogniser_that_is_stuck(
    rig: Rig, released: threading.Event, effort: Effort
) -> None:
    worker, _ = await greeted(rig)
    worker.deadline_ms = 200.0  # enough to recognise on a busy machine
    rig.effort = effort

    def hears(number: int) -> str:
        if number == 1:
            released.wait(20)
        return "utterance"

    rig.ears.hears = hears
    await rig.caller(600, VOICE)
    await apologised(rig, worker)


async def test_a_voice_that_is_stuck(rig: Rig, released: threading.Event) -> None:
    _, worker = await greeted(rig)
    worker.deadline_ms = 200.0  # enough for an apology on a busy machine
    speak = rig.voice.synthesize

    def synthesize(clause: str) -> SynthesizedClause:
        if rig.flow.turns[-1].kind == "speech" and len(rig.flow.turns) == 2:
            released.wait(20)
        return speak(clause)

    rig.voice.synthesize = synthesize  # type: ignore[method-assign]
    rig.flow.replies["failure"] = [Say("I am sorry.")]
    await rig.caller(600, VOICE)
    await apologised(rig, worker)


async def test_a_language_model_that_is_stuck(rig: Rig, released: threading.Event) -> None:
    await greeted(rig)
    model = Worker("llm", deadline_ms=20.0)
    try:
        with pytest.raises(EngineTimeout) as stuck:
            await model.run(released.wait, 20)
        rig.flow.raises["speech"] = stuck.value  # as the flow lets it through
        await rig.caller(600, VOICE)
        await until(rig, lambda: rig.flow.turns[-1].kind == "failure")
        rig.flow.raises.clear()
        await apologised(rig)
    finally:
        released.set()
        model.close()


async def test_a_phrase_that_is_ready_does_not_wait_for_the_voice(
    rig: Rig, released: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, worker = await greeted(rig)
    phrases = Speaker(rig.voice, ["I am sorry."])
    monkeypatch.setattr(rig.stages.speaker, "ready", phrases.ready)
    blocked = [asyncio.create_task(worker.run(released.wait, 20)) for _ in range(2)]
    rig.flow.replies["speech"] = [Say("I am sorry.")]
    await rig.caller(600, VOICE)
    await until(rig, lambda: len(rig.records.turns) == 2)
    assert rig.records.turns[1].heard == "I am sorry."
    assert not any(task.done() for task in blocked)
    released.set()
    await asyncio.gather(*blocked)
