"""One answer for all who ask the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.engines.llama_cpp.answers import Answers


def test_who_asks_meanwhile_waits_for_the_same_answer() -> None:
    answers = Answers[int](4)
    begun, go_on = threading.Event(), threading.Event()
    worked_out: list[int] = []

    def work_out() -> int:
        begun.set()
        assert go_on.wait(10)
        worked_out.append(1)
        return len(worked_out)

    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(answers.get, "question", work_out)
        assert begun.wait(10)
        second = threads.submit(answers.get, "question", lambda: -1)
        go_on.set()
        assert (first.result(10), second.result(10)) == (1, 1)


def test_the_last_few_are_kept() -> None:
    answers = Answers[int](2)
    assert [answers.get(question, lambda: 1) for question in "abc"] == [1, 1, 1]
    assert [answers.get(question, lambda: 2) for question in "cba"] == [1, 1, 2]


def test_a_failure_is_forgotten() -> None:
    answers = Answers[int](2)

    def fail() -> int:
        raise RuntimeError("busy")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="busy"):
            answers.get("question", fail)
    assert answers.get("question", lambda: 1) == 1
