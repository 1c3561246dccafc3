"""How many callers get the appointment that they ask for.

``python -m benchmarks.bookings --count 50`` types the callers' words; ``--wer`` has one word in ten
misheard. ``--phone DIR`` writes a script for each caller there and places the calls; with
``--voice 'flite -voice slt -t {text} -o {file}'`` another program speaks them. ``--write DIR`` only
writes the scripts. The same seed makes the same callers.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.bookings import by_phone
from benchmarks.bookings.scenarios import Scenario, scenarios

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bookings", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wer", action="store_true", help="typed words are misheard, 1 in 10")
    parser.add_argument("--phone", type=Path, metavar="DIR", help="place calls; scripts go there")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the scripts, call nobody")
    parser.add_argument("--voice", help="command that speaks, with {text} and {file}")
    options = parser.parse_args(argv)
    callers = list(scenarios(options.seed, options.count))
    if options.write:
        for number, scenario in enumerate(callers):
            by_phone.write(scenario, options.write, number, options.voice)
        return 0
    results = _phoned(options, callers) if options.phone else _typed(options, callers)
    right = 0
    for done, (scenario, (good, said)) in enumerate(zip(callers, results, strict=True), 1):
        right += good
        if not good:
            print(f"--- {scenario.name}, {scenario.weekday} at {scenario.time}", *said, sep="\n")
        print(f"{right} of {done} booked as asked", flush=True)
    return 0


def _phoned(
    options: argparse.Namespace, callers: list[Scenario]
) -> Iterator[tuple[bool, list[str]]]:
    for number, scenario in enumerate(callers):
        yield by_phone.call(by_phone.write(scenario, options.phone, number, options.voice))


def _typed(
    options: argparse.Namespace, callers: list[Scenario]
) -> Iterator[tuple[bool, list[str]]]:
    from benchmarks.bookings.typed import book
    from pipeline.app import STARTER_MODELS
    from pipeline.engines.llama_cpp import LlamaCpp
    from pipeline.workers import Worker

    noise = random.Random(options.seed) if options.wer else None
    path = STARTER_MODELS / "llm" / "receptionist.gguf"
    with closing(LlamaCpp(path)) as model, closing(Worker("llm")) as worker:
        for scenario in callers:
            yield asyncio.run(book(scenario, model, worker, noise))
