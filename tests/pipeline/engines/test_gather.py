"""Several threads, one call."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from audiocore.errors import EngineError
from pipeline.engines.gather import Gather


class Held:
    """Doubles numbers; its first call waits until it is let go, and all are remembered."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.begun, self.go_on = threading.Event(), threading.Event()

    def double(self, numbers: Sequence[int]) -> list[int]:
        self.calls.append(list(numbers))
        self.begun.set()
        assert self.go_on.wait(60)
        if 13 in numbers:
            raise RuntimeError("thirteen")
        return [2 * number for number in numbers]


def ask(held: Held, gather: Gather[int, int], numbers: list[int]) -> list[int | EngineError]:
    """The first number's call is under way when the others come."""

    def one(number: int) -> int | EngineError:
        try:
            return gather([number])[0]
        except EngineError as error:
            return error

    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(one, numbers[0])
        assert held.begun.wait(60)
        others = [pool.submit(one, number) for number in numbers[1:]]
        while gather.waiting < len(others):
            time.sleep(0.001)
        held.go_on.set()
        return [future.result() for future in [first, *others]]


def test_what_comes_meanwhile_is_done_together() -> None:
    held = Held()
    assert ask(held, Gather(held.double, most=8), [1, 2, 3, 4]) == [2, 4, 6, 8]
    assert [sorted(call) for call in held.calls] == [[1], [2, 3, 4]]


def test_what_one_caller_brings_is_done_together_and_kept_in_order() -> None:
    held = Held()
    held.go_on.set()
    gather = Gather(held.double, most=2, alike=lambda a, b: a % 2 == b % 2)
    assert gather([1, 2, 3, 5]) == [2, 4, 6, 10]
    assert held.calls == [[1, 3], [2], [5]]
    assert gather([]) == []


def test_no_more_than_so_many_at_once() -> None:
    held = Held()
    assert ask(held, Gather(held.double, most=2), [1, 2, 3, 4, 5, 6]) == [2, 4, 6, 8, 10, 12]
    assert [len(call) for call in held.calls] == [1, 2, 2, 1]


def test_only_what_is_alike_goes_together() -> None:
    held = Held()
    gather = Gather(held.double, most=8, alike=lambda a, b: a % 2 == b % 2)
    assert ask(held, gather, [1, 2, 3, 4, 5]) == [2, 4, 6, 8, 10]
    assert sorted(sorted(call) for call in held.calls[1:]) == [[2, 4], [3, 5]]


def test_a_failure_is_everybodys_who_was_in_it_and_nobody_elses() -> None:
    held = Held()
    gather = Gather(held.double, most=8, alike=lambda a, b: a % 2 == b % 2)
    doubled, two, failed = ask(held, gather, [1, 2, 13])
    assert (doubled, two) == (2, 4)
    assert isinstance(failed, EngineError)
    assert "thirteen" in str(failed)
    with pytest.raises(EngineError, match="thirteen"):
        gather([13])
    assert gather([5]) == [10]
