"""How many callers get the appointment that they ask for.

Callers want one thing, say it in many ways, answer what is asked, and object to what is read back
wrong. ``python -m benchmarks.bookings --count 50`` types their words; ``--wer`` has one word in ten
misheard; ``--heard DIR`` speaks them and has them recognised through a telephone line, which tells
what recogniser and flow are worth without waiting for calls; ``--phone DIR`` calls a server. They
speak with our own voice, or ``--voice 'flite -voice slt -t {text} -o {file}'``. Models are those of
the configuration. The same seed makes the same callers.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from benchmarks.bookings import by_phone
from benchmarks.bookings.heard import hear as spoken
from benchmarks.bookings.heard import voice
from benchmarks.bookings.scenarios import Scenario, scenarios
from benchmarks.bookings.typed import Hear, book
from models.train.llm.noise import misheard
from pipeline import app
from pipeline.caller.script import Speak
from pipeline.caller.voices import CALLER
from pipeline.config import Config
from pipeline.interfaces.engines import Transcript
from pipeline.workers import Worker

__all__ = ["main"]


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.bookings", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wer", action="store_true", help="typed words are misheard, 1 in 10")
    parser.add_argument(
        "--heard", type=Path, metavar="DIR", help="speak and recognise, without a call"
    )
    parser.add_argument(
        "--phone", type=Path, metavar="DIR", help="place calls; recordings go there"
    )
    parser.add_argument("--at-once", type=int, default=1, metavar="N", help="calls, each alone")
    parser.add_argument("--voice", help="command that speaks, with {text} and {file}")
    options = parser.parse_args(argv)
    callers = list(scenarios(options.seed, options.count))
    results = _phoned(options, callers) if options.phone else _typed(options, callers)
    right = turns = 0
    for done, (scenario, (good, said)) in enumerate(zip(callers, results, strict=True), 1):
        right += good
        turns += sum("caller  " in line for line in said)
        if not good:
            print(f"--- {scenario.name}, {scenario.weekday} at {scenario.time}", *said, sep="\n")
        print(f"{right} of {done} booked as asked, in {turns / done:.1f} turns", flush=True)
    return 0


def _phoned(
    options: argparse.Namespace, callers: list[Scenario]
) -> Iterator[tuple[bool, list[str]]]:
    speak = _voice(options, app.configuration())
    for at in range(0, len(callers), options.at_once):
        some = callers[at : at + options.at_once]
        yield from asyncio.run(by_phone.calls(some, speak, options.phone))


def _typed(
    options: argparse.Namespace, callers: list[Scenario]
) -> Iterator[tuple[bool, list[str]]]:
    settings = app.configuration()
    hear = _ear(options, settings)
    with closing(Worker("llm")) as worker:
        model, classifier = app.load_language_model(settings, print), app.load_classifier(settings)
        for scenario in callers:
            yield asyncio.run(book(scenario, model, classifier, worker, hear))


def _ear(options: argparse.Namespace, settings: Config) -> Hear:
    if options.heard:
        recognizer = app.load_recognizer(settings, print)
        speak = _voice(options, settings)
        return lambda words: spoken(recognizer, speak, words)
    if options.wer:
        noise = random.Random(options.seed)
        return lambda words: Transcript(misheard(noise, words)[0], 1.0)
    return lambda words: Transcript(words, 1.0)


def _voice(options: argparse.Namespace, settings: Config) -> Speak:
    if options.voice:
        return voice(options.voice, options.heard or options.phone)
    return app.telephone_voice(app.starter_voice(settings, CALLER))
