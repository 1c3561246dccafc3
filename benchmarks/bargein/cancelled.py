"""How long work goes on that was cancelled: on real threads, by the clock on the wall.

A model's call that has begun cannot be stopped within itself, a stream only between two items.
What is measured is the time from a cancellation, at a random moment of such a call, until its
thread is free again.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from typing import Any

from audiocore.units import RECOGNISER_HZ
from pipeline.caller.measure import percentiles
from pipeline.interfaces.engines import LanguageModel, Message, Recognizer, Synthesizer
from pipeline.workers import Worker

SECOND = 2 * RECOGNISER_HZ
"""Bytes of the audio that a recogniser takes."""
LATE_MS = 100
TIMES = 20
CLAUSES = {
    "voice, a short clause": "Which day would you like?",
    "voice, the longest clause": (
        "The clinic is open from Monday to Friday, from eight in the morning until five in the "
        "afternoon, and closed on public holidays and on the last Friday of every month, when we "
        "train and take stock"
    ),
}


def measure(
    recognizer: Recognizer, synthesizer: Synthesizer, model: LanguageModel, speech_16k: bytes
) -> dict[str, dict[str, Any]]:
    """Milliseconds for every kind of work, and how many of them were over 100."""
    works: dict[str, Callable[[Worker], Coroutine[Any, Any, object]]] = {
        "recogniser, 2 s": lambda worker: worker.run(
            recognizer.transcribe, (speech_16k * 8)[: 2 * SECOND]
        ),
        "recogniser, 8 s": lambda worker: worker.run(
            recognizer.transcribe, (speech_16k * 8)[: 8 * SECOND]
        ),
        "language model": lambda worker: _generate(worker, model),
    }
    for name, clause in CLAUSES.items():
        works[name] = _speaking(synthesizer, clause)
    return asyncio.run(_measure(works))


def _speaking(
    synthesizer: Synthesizer, clause: str
) -> Callable[[Worker], Coroutine[Any, Any, object]]:
    return lambda worker: _drain(worker.stream(synthesizer.stream, clause))


async def _generate(worker: Worker, model: LanguageModel) -> None:
    messages = [Message("user", "Tell me about your opening hours, please.")]
    await _drain(worker.stream(lambda: model.generate(messages, max_tokens=60)))


async def _drain(stream: AsyncGenerator[object, None]) -> None:
    async with contextlib.aclosing(stream) as items:
        async for _ in items:
            pass


async def _measure(
    works: Mapping[str, Callable[[Worker], Coroutine[Any, Any, object]]],
) -> dict[str, dict[str, Any]]:
    rng = random.Random(1)
    found = {}
    for name, work in works.items():
        with contextlib.closing(Worker("cancelled")) as worker:
            await work(worker)
            began = time.perf_counter()
            await work(worker)
            whole_s = time.perf_counter() - began
            tails = [await _tail_ms(worker, work, rng.uniform(0, whole_s)) for _ in range(TIMES)]
        found[name] = {
            "whole_ms": round(whole_s * 1000, 1),
            "after_cancel_ms": percentiles(tails),
            "late": sum(tail > LATE_MS for tail in tails),
        }
    return found


async def _tail_ms(
    worker: Worker, work: Callable[[Worker], Coroutine[Any, Any, object]], after_s: float
) -> float:
    task = asyncio.create_task(work(worker))
    await asyncio.wait([task], timeout=after_s)
    task.cancel()
    cancelled = time.perf_counter()
    await asyncio.wait([task])
    await worker.run(lambda: None)
    return (time.perf_counter() - cancelled) * 1000


def markdown(found: Mapping[str, Mapping[str, Any]]) -> str:
    """One row for every kind of work."""
    lines = [
        "| cancelled work | whole, ms | runs on for, ms, P50 / P95 / max | over 100 ms |",
        "|---|---|---|---|",
    ]
    for name, row in found.items():
        tail = row["after_cancel_ms"]
        lines.append(
            f"| {name} | {row['whole_ms']} | {tail['p50']} / {tail['p95']} / {tail['max']} "
            f"| {row['late']} of {tail['n']} |"
        )
    return "\n".join(lines) + "\n"
