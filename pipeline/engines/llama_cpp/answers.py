"""Answers that are the same whenever the same is asked.

The flow asks twice what a caller's words mean: to know whether that was all, and to answer. Both
want to know at the same moment, so the second waits for the first one's answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class Answers(Generic[T]):
    """The last few answers, and those that somebody is working out. Thread-safe."""

    def __init__(self, size: int) -> None:
        """``size``: how many are kept."""
        self._size = size
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, Future[T]] = OrderedDict()

    def get(self, question: Hashable, work_out: Callable[[], T]) -> T:
        """The answer; a failure is told to all who wait for it, and then forgotten."""
        with self._lock:
            answer = self._known.get(question)
            first = answer is None
            if answer is None:
                answer = self._known[question] = Future[T]()
                if len(self._known) > self._size:
                    self._known.popitem(last=False)
        if first:
            try:
                answer.set_result(work_out())
            except BaseException as error:
                answer.set_exception(error)
                with self._lock:
                    if self._known.get(question) is answer:
                        del self._known[question]
        return answer.result()
