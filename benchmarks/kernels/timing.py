"""Times contestants in turn, so that whatever else the machine does hits all alike."""

import gc
import statistics
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

from benchmarks.kernels.quality import Quality, Stream, measure

FRAMES = 300
# Long enough for the clock, short enough that being preempted is rare and the median knows nothing
# of it.
BATCH_NS = 200_000
# A case with slow peers ends after this long, if it has had the fewest rounds that a median needs.
CASE_SECONDS = 5
FEWEST_ROUNDS = 11


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to do what a case asks."""

    name: str
    make: Callable[[], Callable[[bytes], object]]
    """A fresh function to be timed, called with one frame after another."""
    empty: Callable[[], Callable[[bytes], object]] | None = None
    """The same call doing nothing, whose time is taken off (C libraries through ctypes)."""
    stream: Callable[[], Stream] | None = None
    """A fresh streaming resampler, if `make` does not return its output as bytes."""
    judged: bool = True
    """Whether its quality can be measured."""


@dataclass(frozen=True, slots=True)
class Case:
    """A task, its input and who does it. The first contestant is ours."""

    title: str
    frames: Sequence[bytes]
    contestants: Sequence[Contestant]
    samples: int
    """How many samples one frame has."""
    rates: tuple[int, int] | None = None
    """In and out, for resamplers."""


@dataclass(slots=True)
class Result:
    case: Case
    median_ns: dict[str, float] = field(default_factory=dict)
    """Per frame."""
    quality: dict[str, Quality] = field(default_factory=dict)


def time_frames(function: Callable[[bytes], object], frames: Sequence[bytes]) -> float:
    """Nanoseconds per call, without the cost of a Python loop."""
    consume = deque[object](maxlen=0)
    begin = time.perf_counter_ns()
    consume.extend(map(function, frames))
    return (time.perf_counter_ns() - begin) / len(frames)


class Runner:
    """One contestant at the start: its function, and how many frames at a time it is given."""

    def __init__(self, contestant: Contestant, frames: Sequence[bytes]) -> None:
        self.function = contestant.make()
        self.empty = contestant.empty() if contestant.empty else None
        self.times_ns: list[float] = []
        time_frames(self.function, frames[:10])  # warms caches and predictors
        taken = time_frames(self.function, frames[:10])
        self.batch = min(len(frames), max(1, round(BATCH_NS / taken)))

    def run(self, frames: Sequence[bytes], at: int) -> None:
        """Time one batch, the `at`-th of those that make up the frames."""
        start = at * self.batch % (len(frames) - self.batch + 1)
        batch = frames[start : start + self.batch]
        self.function(batch[0])  # as in a steady stream: code and memory have been used just before
        taken = time_frames(self.function, batch)
        if self.empty is not None:
            taken -= time_frames(self.empty, batch)
        self.times_ns.append(taken)


def race(case: Case, rounds: int, *, quality: bool) -> Result:
    """Median time of each contestant over `rounds`, and for resamplers the quality."""
    runners = {c.name: Runner(c, case.frames) for c in case.contestants}
    collecting = gc.isenabled()
    gc.disable()
    try:
        deadline = time.perf_counter() + CASE_SECONDS
        for at in range(rounds):
            if at >= FEWEST_ROUNDS and time.perf_counter() > deadline:
                break
            for runner in runners.values():
                runner.run(case.frames, at)
    finally:
        if collecting:
            gc.enable()
    medians = {name: statistics.median(runner.times_ns) for name, runner in runners.items()}
    result = Result(case, medians)
    if quality and case.rates:
        for contestant in case.contestants:
            if contestant.judged:
                stream = contestant.stream or contestant.make
                result.quality[contestant.name] = measure(
                    cast(Callable[[], Stream], stream), *case.rates
                )
    return result
