"""The only owner of threads: models run here, so that the event loop never waits for one.

A worker is a few threads behind one bounded queue. Its threads run below the event loop's priority
where the system allows it (Linux, per thread), because twenty milliseconds of audio always win over
a model.

Who waits is served by :class:`Priority`, and under overload the least important gives way first:
partials, then speculation, and only then does confirmed work have to wait or be refused. On whose
behalf a call is made is said once, for everything that a task does::

    errand.set(Errand(priority=lambda: Priority.SPECULATIVE))
    text = await worker.run(recognizer.transcribe, pcm)
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, ParamSpec, TypeVar

from audiocore.errors import EngineBusy, EngineError, EngineTimeout

CLOSING_S = 10.0
"""How long a call that runs may hold up the end of its worker; one that is stuck never ends."""

P = ParamSpec("P")
T = TypeVar("T")


class Priority(IntEnum):
    """Who goes first where there is a queue."""

    CONFIRMED = 0
    """Somebody waits in silence for this."""
    SPECULATIVE = 1
    """Done ahead of time; it may turn out to be for nothing."""
    PARTIAL = 2
    """The next one of its kind does as well."""


@dataclass(frozen=True, slots=True)
class Errand:
    """On whose behalf work is done."""

    priority: Callable[[], Priority] = lambda: Priority.CONFIRMED
    """Asked again whenever a thread is free, so that work may be confirmed while it waits."""
    began: Callable[[str, float], None] = lambda worker, waited_ms: None
    """Called in the event loop when a call begins: the worker's name, and how long it waited."""


@dataclass(frozen=True, slots=True)
class DeadlineOptions:
    """How long a call for a model may take, its wait for a thread included. Milliseconds.

    What takes longer is given up and counts as failed: the caller hears an apology.
    """

    stt_ms: float = 4_000.0
    """To recognise an utterance."""
    llm_ms: float = 4_000.0
    """To weigh an answer, or for each next token of one."""
    tts_ms: float = 4_000.0
    """To speak a clause, or each part of a long one."""

    def __post_init__(self) -> None:
        for name in ("stt_ms", "llm_ms", "tts_ms"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive")


errand: ContextVar[Errand] = ContextVar("errand", default=Errand())  # noqa: B039 (it is frozen)
"""Of the current task; tasks that it starts inherit it."""


class Worker:
    """Threads that run blocking calls, most important first and otherwise in the order asked for.

    Cancelling the awaiting task removes a call that has not begun. One that runs cannot be stopped,
    unless it is a stream: that is closed between two items. So a call past its deadline is no
    longer waited for, but keeps its thread for as long as it runs.
    """

    def __init__(
        self,
        name: str,
        *,
        threads: int = 1,
        niceness: int = 10,
        queue_limit: int = 64,
        deadline_ms: float | None = None,
    ) -> None:
        """Start the threads.

        Args:
            name: for messages, and to find the threads by.
            threads: calls that run at once.
            niceness: added to the threads'.
            queue_limit: calls that may wait.
            deadline_ms: how long a call may take, or a stream for each item; None is for ever.
        """
        self._name = name
        self._niceness = niceness
        self._queue_limit = queue_limit
        self.deadline_ms = deadline_ms
        """Of calls whose result is awaited from now on."""
        self._waiting: list[_Job[Any]] = []
        self._running = 0
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{n}", daemon=True)
            for n in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def waiting(self) -> int:
        """Calls that have not begun."""
        return len(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether a call made now would begin at once."""
        return len(self._waiting) + self._running < len(self._threads)

    @property
    def delay_ms(self) -> float:
        """How long the call that waits longest has waited; 0 when none waits."""
        with self._changed:
            return max((job.waited_ms for job in self._waiting), default=0.0)

    async def run(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run one blocking call.

        Raises:
            EngineBusy: too many calls wait that are no less important.
            EngineTimeout: it took longer than the worker's deadline.
            EngineError: the worker is closed.
            Exception: whatever the call raised.
        """

        job = self._submit(lambda: iter((call(*args, **kwargs),)))
        try:
            result = await job.next(self.deadline_ms)
        finally:
            self._cancel(job)
        assert result is not None, "a call yields exactly one result"
        return result[0]

    async def stream(
        self, call: Callable[P, Iterator[T]], *args: P.args, **kwargs: P.kwargs
    ) -> AsyncGenerator[T, None]:
        """Drain the iterator that ``call`` returns, in a thread; items arrive as they are made.

        Raises:
            EngineBusy: too many calls wait that are no less important.
            EngineTimeout: an item took longer than the worker's deadline.
            EngineError: the worker is closed.
            Exception: whatever the iterator raised.
        """
        job = self._submit(lambda: call(*args, **kwargs))
        try:
            while (item := await job.next(self.deadline_ms)) is not None:
                yield item[0]
        finally:
            self._cancel(job)

    def _submit(self, call: Callable[[], Iterator[T]]) -> _Job[T]:
        job = _Job(call, self._name, asyncio.get_running_loop(), errand.get())
        with self._changed:
            if self._closed:
                raise EngineError(f"worker {self._name!r} is closed")
            if len(self._waiting) >= self._queue_limit:
                busy = EngineBusy(f"worker {self._name!r} has {self._queue_limit} calls waiting")
                least = max(reversed(self._waiting), key=lambda waiting: waiting.priority)
                if least.priority <= job.priority:
                    raise busy
                self._waiting.remove(least)
                least.fail(busy)
            self._waiting.append(job)
            self._changed.notify()
        return job

    def _cancel(self, job: _Job[Any]) -> None:
        job.cancelled.set()
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)

    def close(self) -> None:
        """Drop what waits, let what runs finish, if it does so soon, and end the threads.
        Idempotent."""
        with self._changed:
            self._closed = True
            dropped, self._waiting = self._waiting, []
            self._changed.notify_all()
        for job in dropped:
            job.fail(EngineError(f"worker {self._name!r} is closed"))
        for thread in self._threads:
            thread.join(CLOSING_S)

    def _work(self) -> None:
        if sys.platform == "linux" and self._niceness:
            # Linux gives every thread its own nice value, reached through its thread id.
            thread = threading.get_native_id()
            niceness = os.getpriority(os.PRIO_PROCESS, thread) + self._niceness
            os.setpriority(os.PRIO_PROCESS, thread, min(19, niceness))
        while (job := self._next()) is not None:
            job.run()
            with self._changed:
                self._running -= 1

    def _next(self) -> _Job[Any] | None:
        """The most important call that waits, once there is one; None when the worker is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            if self._closed:
                return None
            job = min(self._waiting, key=lambda waiting: waiting.priority)
            self._waiting.remove(job)
            self._running += 1
            return job


class _Job(Generic[T]):
    """One call on its way to a thread, and its results on their way back."""

    def __init__(
        self,
        call: Callable[[], Iterator[T]],
        worker: str,
        loop: asyncio.AbstractEventLoop,
        errand: Errand,
    ) -> None:
        self._call = call
        self._worker = worker
        self._errand = errand
        self._asked = time.monotonic()
        self._results: asyncio.Queue[tuple[T] | BaseException | None] = asyncio.Queue()
        self.loop = loop
        self.cancelled = threading.Event()

    @property
    def priority(self) -> Priority:
        """As it is now."""
        return self._errand.priority()

    @property
    def waited_ms(self) -> float:
        """Since it was asked for."""
        return (time.monotonic() - self._asked) * 1000

    async def next(self, deadline_ms: float | None) -> tuple[T] | None:
        """The next item, wrapped because it may itself be None; None after the last."""
        try:
            async with asyncio.timeout(None if deadline_ms is None else deadline_ms / 1000):
                result = await self._results.get()
        except TimeoutError:
            raise EngineTimeout(
                f"worker {self._worker!r} gave no answer for {deadline_ms:.0f} ms"
            ) from None
        if isinstance(result, BaseException):
            raise result
        return result

    def run(self) -> None:
        """In a thread: make all items, or as many as are still wanted."""
        self._in_loop(self._errand.began, self._worker, self.waited_ms)
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
        self._in_loop(self._results.put_nowait, result)

    def _in_loop(self, call: Callable[..., None], *args: Any) -> None:
        try:
            self.loop.call_soon_threadsafe(call, *args)
        except RuntimeError:  # the loop is closed: nobody waits any more
            self.cancelled.set()
