"""Partials: recognising in moments of silence, with a real worker and a real ear."""

import asyncio
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from audiocore.agreement import Caption
from audiocore.endpointing import EndpointingOptions
from audiocore.errors import EngineError
from pipeline.interfaces.engines import Transcript
from pipeline.listener import Listener
from pipeline.partials import DIP_MS, Partials
from pipeline.workers import Priority, Worker
from tests.pipeline.conftest import SILENT, VOICE, Ears, LoudnessVad


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("ears")
    yield worker
    worker.close()


class Ear:
    """A listener, its partials, and what they are fed."""

    def __init__(self, worker: Worker, every_ms: int = 0) -> None:
        self.recognizer = Ears(lambda number: " ".join(["one", "two", "three", "four"][:number]))
        self.captions: list[Caption] = []
        self.speaking = False
        self.listener = Listener(LoudnessVad(), EndpointingOptions(), pre_roll_ms=100)
        self.worker = worker
        self.partials = Partials(self.recognizer, worker, every_ms, self.captions.append)

    async def hear(self, ms: int, frame: bytes) -> None:
        for _ in range(ms // 20):
            list(self.listener.receive(frame, None, 0.0))
            self.partials.listen(self.listener, 0.0, speaking=self.speaking)
            await asyncio.sleep(0)

    async def until_idle(self) -> None:
        while not self.worker.idle:  # noqa: ASYNC110 (a worker tells nobody)
            await asyncio.sleep(0)

    async def until_told(self) -> None:
        await self.until_idle()
        for _ in range(4):  # from the thread to the task that waits for it
            await asyncio.sleep(0)

    @property
    def asked(self) -> int:
        return len(self.recognizer.utterances)


async def test_a_moment_of_silence_is_enough_to_know_the_words(worker: Worker) -> None:
    ear = Ear(worker)
    await ear.hear(400, VOICE)
    await ear.hear(100, SILENT)
    partial = ear.partials.take(ear.listener.last_sound_samples)
    assert partial is not None
    assert (await partial.transcript()).text == "one"
    (pcm_16k,) = ear.recognizer.utterances
    assert len(pcm_16k) == (400 + DIP_MS) * 32


async def test_silence_is_recognised_once(worker: Worker) -> None:
    ear = Ear(worker)
    await ear.hear(400, VOICE)
    await ear.hear(160, SILENT)
    partial = ear.partials.take(ear.listener.last_sound_samples)
    assert partial is not None
    await ear.hear(200, SILENT)
    await partial.transcript()
    assert worker.waiting == 0
    assert ear.asked == 1


async def test_words_that_went_on_are_recognised_again(worker: Worker) -> None:
    ear = Ear(worker)
    for _ in range(2):
        await ear.hear(200, VOICE)
        await ear.hear(DIP_MS, SILENT)
        await ear.until_idle()
    partial = ear.partials.take(ear.listener.last_sound_samples)
    assert partial is not None
    assert (await partial.transcript()).text == "one two"


async def test_a_partial_that_lacks_the_last_words_is_none(worker: Worker) -> None:
    ear = Ear(worker)
    await ear.hear(400, VOICE)
    await ear.hear(DIP_MS, SILENT)
    await ear.hear(40, VOICE)
    assert ear.partials.take(ear.listener.last_sound_samples) is None


async def test_nobody_speaks_and_nothing_is_recognised(worker: Worker) -> None:
    ear = Ear(worker)
    await ear.hear(1_000, SILENT)
    await ear.hear(40, VOICE)
    await ear.hear(1_000, SILENT)
    assert ear.asked == 0


async def test_a_busy_recogniser_is_not_asked(worker: Worker) -> None:
    ear, done = Ear(worker), threading.Event()
    busy = asyncio.create_task(worker.run(done.wait))
    await asyncio.sleep(0)
    await ear.hear(400, VOICE)
    await ear.hear(100, SILENT)
    assert ear.partials.take(ear.listener.last_sound_samples) is None
    done.set()
    await busy


async def test_it_gives_way_until_somebody_needs_it(worker: Worker) -> None:
    ear = Ear(worker)
    await ear.hear(400, VOICE)
    await ear.hear(100, SILENT)
    partial = ear.partials.take(ear.listener.last_sound_samples)
    assert partial is not None
    assert partial.priority() is Priority.PARTIAL
    await partial.transcript()


async def test_cancelling_whoever_waits_cancels_the_work(worker: Worker) -> None:
    ear = Ear(worker)
    await ear.hear(400, VOICE)
    await ear.hear(100, SILENT)
    partial = ear.partials.take(ear.listener.last_sound_samples)
    assert partial is not None
    waiting = asyncio.create_task(partial.transcript())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert partial.done


async def test_a_failure_is_for_whoever_takes_it_and_for_nobody_else(worker: Worker) -> None:
    ear = Ear(worker)

    def fail(pcm_16k: bytes) -> Transcript:
        raise EngineError("out of memory")

    ear.recognizer.transcribe = fail  # type: ignore[method-assign]
    await ear.hear(400, VOICE)
    await ear.hear(100, SILENT)
    partial = ear.partials.take(ear.listener.last_sound_samples)
    assert partial is not None
    with pytest.raises(EngineError, match="out of memory"):
        await partial.transcript()
    ear.partials.cancel()


@pytest.mark.parametrize("wanted", [True, False])
async def test_words_are_recognised_while_the_caller_speaks_if_somebody_wants_them(
    worker: Worker, wanted: bool
) -> None:
    ear = Ear(worker, every_ms=200)
    ear.speaking = wanted
    for _ in range(40):
        await ear.hear(20, VOICE)
        await ear.until_told()
    lengths = [len(pcm_16k) // 32 for pcm_16k in ear.recognizer.utterances]
    assert [later - sooner for sooner, later in pairwise(lengths)] == [200, 200] * wanted
    assert (
        ear.captions
        == [
            Caption("", "one"),
            Caption("one", "two"),
            Caption("one two", "three"),
        ]
        * wanted
    )


async def test_what_was_forgotten_is_in_no_caption(worker: Worker) -> None:
    ear, done = Ear(worker, every_ms=200), threading.Event()
    ear.speaking = True
    transcribe = ear.recognizer.transcribe

    def slowly(pcm_16k: bytes) -> Transcript:
        done.wait(10)
        return transcribe(pcm_16k)

    ear.recognizer.transcribe = slowly  # type: ignore[method-assign]
    await ear.hear(400, VOICE)
    taken = ear.partials.take(-2)
    assert taken is not None
    ear.partials.forget()
    done.set()
    assert (await taken.transcript()).text == "one"
    assert ear.captions == []
