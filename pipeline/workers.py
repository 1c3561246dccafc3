"""The only owner of threads: models run here, so that the event loop never waits for one.

A worker is one thread with one bounded queue. Its thread runs below the event loop's priority where
the system allows it (Linux, per thread), because twenty milliseconds of audio always win over a
model.
"""

from __future__ import annotations

import asyncio
import os
import queue
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from typing import Any, Generic, ParamSpec, TypeVar

from audiocore.errors import EngineError

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """One thread that runs blocking calls in the order they were asked for.

    Cancelling the awaiting task removes a call that has not begun. One that runs cannot be stopped,
    unless it is a stream: that is closed between two items.
    """

    def __init__(self, name: str, *, niceness: int = 10, queue_limit: int = 64) -> None:
        """``niceness`` is added to the thread's; ``queue_limit`` calls may wait."""
        self._name = name
        self._niceness = niceness
        self._jobs: queue.Queue[_Job[Any] | None] = queue.Queue(queue_limit)
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._closed = False
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Calls that have not begun."""
        return self._jobs.qsize()

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one blocking call.

        Raises:
            EngineError: the queue is full (retryable), or the worker is closed.
            Exception: whatever the call raised.
        """

        job = self._submit(lambda: iter((call(*args, **kwargs),)))
        try:
            result = await job.next()
        finally:
            job.cancelled.set()
        assert result is not None, "a call yields exactly one result"
        return result[0]

    async def stream(
        self, call: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Drain the iterator that ``call`` returns, in the thread; items arrive as they are made.

        Raises:
            EngineError: the queue is full (retryable), or the worker is closed.
            Exception: whatever the iterator raised.
        """
        job = self._submit(lambda: call(*args, **kwargs))
        try:
            while (item := await job.next()) is not None:
                yield item[0]
        finally:
            job.cancelled.set()

    def _submit(self, call: Callable[[], Iterator[T]]) -> _Job[T]:
        job = _Job(call, asyncio.get_running_loop())
        if self._closed:
            raise EngineError(f"worker {self._name!r} is closed")
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise EngineError(
                f"worker {self._name!r} has {self._jobs.maxsize} calls waiting: too much at once",
                retryable=True,
            ) from None
        return job

    def close(self) -> None:
        """Finish what runs, drop what waits, end the thread. Idempotent."""
        if self._closed:
            return
        self._closed = True
        while True:
            try:
                dropped = self._jobs.get_nowait()
            except queue.Empty:
                break
            if dropped is not None:
                dropped.fail(EngineError(f"worker {self._name!r} is closed"))
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        if sys.platform == "linux" and self._niceness:
            # Linux gives every thread its own nice value, reached through its thread id.
            thread = threading.get_native_id()
            niceness = os.getpriority(os.PRIO_PROCESS, thread) + self._niceness
            os.setpriority(os.PRIO_PROCESS, thread, min(19, niceness))
        while (job := self._jobs.get()) is not None:
            job.run()


class _Job(Generic[T]):
    """One call on its way to the thread, and its results on their way back."""

    def __init__(self, call: Callable[[], Iterator[T]], loop: asyncio.AbstractEventLoop) -> None:
        self._call = call
        self._loop = loop
        self._results: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()
        self.cancelled = threading.Event()

    async def next(self) -> tuple[T] | None:
        """The next item, wrapped because it may itself be None; None after the last."""
        result = await self._results.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def run(self) -> None:
        """In the thread: make all items, or as many as are still wanted."""
        if self.cancelled.is_set():
            return
        try:
            items = self._call()
            try:
                for item in items:
                    self._deliver((item,))
                    if self.cancelled.is_set():
                        break
            finally:
                if isinstance(items, Generator):
                    items.close()
            self._deliver(None)
        except BaseException as error:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Whoever awaits this gets ``error``."""
        self._deliver(error)

    def _deliver(self, result: tuple[T] | BaseException | None) -> None:
        try:
            self._loop.call_soon_threadsafe(self._results.put_nowait, result)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self.cancelled.set()
