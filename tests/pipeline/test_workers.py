"""Workers: order, streams, cancellation, overload, priority."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import TypeVar

import pytest

from audiocore.errors import EngineBusy, EngineError, EngineTimeout
from pipeline.workers import Errand, Priority, Worker, errand

T = TypeVar("T")


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker("test", queue_limit=4)
    yield worker
    worker.close()


async def test_calls_run_in_their_order_on_one_thread(worker: Worker) -> None:
    order: list[int] = []

    def note(number: int) -> int:
        order.append(number)
        return threading.get_ident()

    threads = await asyncio.gather(*(worker.run(note, number) for number in range(4)))
    assert order == [0, 1, 2, 3]
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_a_call_raises_where_it_is_awaited(worker: Worker) -> None:
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 / 0)
    assert await worker.run(lambda: None) is None


async def test_a_stream_arrives_as_it_is_made(worker: Worker) -> None:
    step = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        assert step.wait(10)
        yield 2

    seen = []
    async for item in worker.stream(items):
        seen.append(item)
        step.set()
    assert seen == [1, 2]


async def test_a_stream_that_fails_gives_what_it_made_and_then_raises(worker: Worker) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise EngineError("broken")

    seen = []

    async def drain() -> None:
        async for item in worker.stream(items):
            seen.append(item)

    with pytest.raises(EngineError, match="broken"):
        await drain()
    assert seen == [1]


async def test_cancelling_a_stream_closes_it_between_items(worker: Worker) -> None:
    closed = threading.Event()
    ready = asyncio.Event()

    def endless() -> Iterator[int]:
        try:
            while True:
                yield 0
        finally:
            closed.set()

    async def drain() -> None:
        async for _ in worker.stream(endless):
            ready.set()

    task = asyncio.create_task(drain())
    await ready.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(closed.wait, 10)
    assert await worker.run(lambda: "free") == "free"


async def test_a_cancelled_call_that_waits_never_runs(worker: Worker) -> None:
    ran = threading.Event()
    async with Gate(worker):
        waiting = asyncio.create_task(worker.run(ran.set))
        await asyncio.sleep(0)
        waiting.cancel()
        # A task learns of it in the loop's next round, and a thread might be quicker.
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await worker.run(lambda: None)
    assert not ran.is_set()


async def test_too_much_at_once_is_refused_and_may_be_tried_again(worker: Worker) -> None:
    gate, begun = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        gate.wait(10)

    running = asyncio.create_task(worker.run(hold))
    assert await asyncio.to_thread(begun.wait, 10)
    waiting = [asyncio.create_task(worker.run(lambda: None)) for _ in range(4)]
    await asyncio.sleep(0)
    assert worker.waiting == 4
    with pytest.raises(EngineBusy, match="4 calls waiting") as refused:
        await worker.run(lambda: None)
    assert refused.value.retryable
    gate.set()
    await asyncio.gather(running, *waiting)


class Gate:
    """Keeps the one thread of a worker busy until it is opened."""

    def __init__(self, worker: Worker) -> None:
        self._open, self._begun = threading.Event(), threading.Event()
        self._running = asyncio.create_task(worker.run(self._hold))

    def _hold(self) -> None:
        self._begun.set()
        self._open.wait(10)

    async def __aenter__(self) -> None:
        assert await asyncio.to_thread(self._begun.wait, 10)

    async def __aexit__(self, *_: object) -> None:
        self._open.set()
        await self._running


def ask(worker: Worker, priority: Priority, call: Callable[[], T]) -> asyncio.Task[T]:
    async def on_behalf() -> T:
        errand.set(Errand(priority=lambda: priority))
        return await worker.run(call)

    return asyncio.create_task(on_behalf())


async def test_the_most_important_goes_first_and_equals_in_order(worker: Worker) -> None:
    order: list[str] = []
    async with Gate(worker):
        wanted = [Priority.PARTIAL, Priority.SPECULATIVE, Priority.CONFIRMED, Priority.SPECULATIVE]
        asked = [
            ask(worker, priority, partial(order.append, f"{priority.name} {number}"))
            for number, priority in enumerate(wanted)
        ]
        await asyncio.sleep(0)
        assert order == []
    await asyncio.gather(*asked)
    assert order == ["CONFIRMED 2", "SPECULATIVE 1", "SPECULATIVE 3", "PARTIAL 0"]


async def test_what_is_confirmed_while_it_waits_moves_up(worker: Worker) -> None:
    order: list[str] = []
    confirmed = threading.Event()

    async def speculate() -> None:
        errand.set(
            Errand(lambda: Priority.CONFIRMED if confirmed.is_set() else Priority.SPECULATIVE)
        )
        await worker.run(order.append, "confirmed meanwhile")

    async with Gate(worker):
        first = ask(worker, Priority.SPECULATIVE, lambda: order.append("speculation"))
        second = asyncio.create_task(speculate())
        await asyncio.sleep(0)
        confirmed.set()
    await asyncio.gather(first, second)
    assert order == ["confirmed meanwhile", "speculation"]


async def test_a_full_queue_gives_up_its_latest_least_important_call(worker: Worker) -> None:
    async with Gate(worker):
        partials = [ask(worker, Priority.PARTIAL, lambda: "partial") for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(EngineBusy):
            await ask(worker, Priority.PARTIAL, lambda: "one more")
        speech = ask(worker, Priority.CONFIRMED, lambda: "speech")
        with pytest.raises(EngineBusy):
            await partials[3]
    assert await asyncio.gather(speech, *partials[:3]) == ["speech"] + ["partial"] * 3


async def test_a_cancelled_call_leaves_the_queue_at_once(worker: Worker) -> None:
    async with Gate(worker):
        waiting = ask(worker, Priority.CONFIRMED, lambda: None)
        await asyncio.sleep(0)
        assert (worker.waiting, worker.delay_ms > 0) == (1, True)
        waiting.cancel()
        await asyncio.wait([waiting])
        assert (worker.waiting, worker.delay_ms) == (0, 0)


async def test_a_call_that_waits_too_long_is_given_up() -> None:
    with closing(Worker("late")) as worker:
        async with Gate(worker):
            worker.deadline_ms = 20
            with pytest.raises(EngineTimeout, match="'late' gave no answer"):
                await worker.run(lambda: None)
            assert worker.waiting == 0
        worker.deadline_ms = None
        assert await worker.run(lambda: "in time") == "in time"


async def test_a_call_that_is_stuck_is_given_up_and_keeps_only_its_thread() -> None:
    stuck = threading.Event()
    with closing(Worker("stuck", threads=2, deadline_ms=20)) as worker:
        with pytest.raises(EngineTimeout, match="20 ms"):
            await worker.run(stuck.wait, 10)
        worker.deadline_ms = None
        assert worker.idle, "there is another thread"
        assert await worker.run(lambda: "free") == "free"
        stuck.set()


async def test_every_item_of_a_stream_has_its_time() -> None:
    stuck, closed = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            yield 1
            stuck.wait(10)
            yield 2
        finally:
            closed.set()

    seen: list[int] = []

    async def drain(worker: Worker) -> None:
        async for item in worker.stream(items):
            seen.append(item)

    with closing(Worker("slow", deadline_ms=20)) as worker:
        with pytest.raises(EngineTimeout):
            await drain(worker)
        stuck.set()
        assert await asyncio.to_thread(closed.wait, 10)
    assert seen == [1]


async def test_how_long_a_call_waited_is_told_when_it_begins(worker: Worker) -> None:
    told: list[tuple[str, float]] = []
    errand.set(Errand(began=lambda name, waited_ms: told.append((name, waited_ms))))
    await worker.run(lambda: None)
    [(name, waited_ms)] = told
    assert name == "test"
    assert waited_ms >= 0


async def test_several_threads_run_several_calls_at_once() -> None:
    together = threading.Barrier(3)
    with closing(Worker("pool", threads=3)) as worker:
        await asyncio.gather(*(worker.run(together.wait, 10) for _ in range(3)))


async def test_closing_drops_what_waits_and_is_idempotent() -> None:
    worker = Worker("closing")
    gate, begun = threading.Event(), threading.Event()

    def hold() -> str:
        begun.set()
        gate.wait(10)
        return "done"

    running = asyncio.create_task(worker.run(hold))
    waiting = asyncio.create_task(worker.run(lambda: None))
    assert await asyncio.to_thread(begun.wait, 10)
    closing = asyncio.create_task(asyncio.to_thread(worker.close))
    with pytest.raises(EngineError, match="closed"):
        await waiting
    gate.set()
    assert await running == "done"
    await closing
    worker.close()
    with pytest.raises(EngineError, match="closed"):
        await worker.run(lambda: None)


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux")
async def test_models_run_below_the_event_loop(worker: Worker) -> None:
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    theirs = await worker.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert theirs == min(19, mine + 10)


async def test_a_worker_is_idle_until_every_thread_has_something_to_do() -> None:
    done = threading.Event()
    with closing(Worker("test", threads=2)) as worker:
        assert worker.idle
        calls = [asyncio.create_task(worker.run(done.wait))]
        await asyncio.sleep(0)
        assert worker.idle
        calls.append(asyncio.create_task(worker.run(done.wait)))
        await asyncio.sleep(0)
        assert not worker.idle
        done.set()
        await asyncio.gather(*calls)
        # A thread is free a moment after its result is there.
        while not worker.idle:  # noqa: ASYNC110
            await asyncio.sleep(0)
