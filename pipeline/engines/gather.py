"""Calls that arrive while one runs are made together, next.

There is no thread here: of the threads that call, the first one makes the calls of all that wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, TypeVar

from audiocore.errors import EngineError

A = TypeVar("A")
R = TypeVar("R")


class Gather(Generic[A, R]):
    """Makes one call of a function of several items out of those that come together.

    Thread-safe.
    """

    def __init__(
        self,
        together: Callable[[Sequence[A]], Sequence[R]],
        *,
        most: int,
        alike: Callable[[A, A], bool] = lambda first, other: True,
    ) -> None:
        """Prepare.

        Args:
            together: gives a result for each item.
            most: items of one call.
            alike: whether an item may go with the one that has waited longest.
        """
        self._together = together
        self._most = most
        self._alike = alike
        self._turn = threading.Condition()
        self._waiting: list[_Call[A, R]] = []
        self._running = False

    @property
    def waiting(self) -> int:
        """Items whose call has not begun."""
        return len(self._waiting)

    def __call__(self, items: Iterable[A]) -> list[R]:
        """The results for the ``items`` of one caller.

        Raises:
            EngineError: a call that one of them was part of failed.
        """
        calls: list[_Call[A, R]] = [_Call(item) for item in items]
        with self._turn:
            self._waiting += calls
        for call in calls:
            while (made := self._next(call)) is not None:
                self._make(made)
        for call in calls:
            if call.error is not None:
                raise EngineError(str(call.error), retryable=True) from call.error
        return [result for call in calls for result in call.results]

    def _next(self, call: _Call[A, R]) -> list[_Call[A, R]] | None:
        """The calls to make now; None once ``call`` has been made."""
        with self._turn:
            self._turn.wait_for(lambda: call.done or not self._running)
            if call.done:
                return None
            self._running = True
            first = self._waiting[0]
            chosen = [other for other in self._waiting if self._alike(first.item, other.item)]
            chosen = chosen[: self._most]
            self._waiting = [other for other in self._waiting if other not in chosen]
            return chosen

    def _make(self, calls: Sequence[_Call[A, R]]) -> None:
        error: BaseException | None = None
        try:
            for call, result in zip(
                calls, self._together([call.item for call in calls]), strict=True
            ):
                call.results.append(result)
        except Exception as failure:
            error = failure
        finally:
            with self._turn:
                for call in calls:
                    call.error = error
                    call.done = True
                self._running = False
                self._turn.notify_all()


class _Call(Generic[A, R]):
    """One item and what became of it."""

    def __init__(self, item: A) -> None:
        self.item = item
        self.results: list[R] = []
        self.error: BaseException | None = None
        self.done = False
