"""Workers: order, streams, cancellation, overload, priority."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from audiocore.errors import EngineError
from pipeline.workers import Worker


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
    gate, ran = threading.Event(), threading.Event()
    first = asyncio.create_task(worker.run(gate.wait, 10))
    second = asyncio.create_task(worker.run(ran.set))
    await asyncio.sleep(0)
    second.cancel()
    gate.set()
    await first
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
    with pytest.raises(EngineError, match="too much at once") as refused:
        await worker.run(lambda: None)
    assert refused.value.retryable
    gate.set()
    await asyncio.gather(running, *waiting)


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
