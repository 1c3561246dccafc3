"""How long callers wait for an answer, and for what: calls over the wire to servers of our own.

``audiocore bench turns`` or ``python -m benchmarks.turns`` starts one server per variant, places
the same scripted calls with all of them in turn, then 2 to 16 at once with the first, and writes
``turns.json``, ``turns.md`` and ``turns.svg`` to ``--output DIR`` (default ``out``). Response,
barge-in, greeting and lateness are measured by the caller, on the wire; queues, work and what was
hidden behind the wait are what the servers say of the same calls.

Models: ``starter``; ``configured``; or random weights in the shapes of real models, which need no
download and show speed, not quality: ``shapes:tiny.en+qwen2.5-0.5b-q4_0+piper-x_low``. The latter
understand nothing, so their server's replies have a fixed length and do not depend on what it
hears; everything else is as it always is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from audiocore.errors import ConfigError, ModelError
from benchmarks.shapes.cached import SHAPES_DIR
from benchmarks.turns import picture, report
from benchmarks.turns.calls import FIXED_REPLY, Callers, measure, servers
from benchmarks.turns.models import ModelSet, model_set
from benchmarks.turns.variants import VARIANTS, with_threads
from pipeline import app
from pipeline.caller import script
from pipeline.caller.command import DEMO_SCRIPT
from pipeline.caller.phone import CallFailed
from pipeline.caller.script import Script, Turn
from pipeline.caller.spawn import SERVE
from pipeline.caller.voices import installed_voice
from pipeline.config import Config

__all__ = ["main"]

FAILED, MISUSED = 1, 2
PATIENCE_MS = 60_000
"""How long callers and servers wait for a slow answer, which is to be measured, not given up."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark; returns the exit status."""
    options = _parser().parse_args(argv)
    if options.quick:
        options.calls, options.at_once = 1, (1,)
    try:
        settings = app.configuration(options.config)
        callers = Callers(
            _script(options.script, settings),
            app.SystemClock(),
            levels=options.at_once,
            calls=options.calls,
            auth_token=settings.twilio.auth_token,
            api_token=settings.server.api_token,
        )
        content = _report(options, callers)
    except (ConfigError, ModelError) as error:
        print(f"audiocore bench turns: {error}", file=sys.stderr)
        return MISUSED
    except CallFailed as error:
        print(f"audiocore bench turns: {error}", file=sys.stderr)
        return FAILED
    written = _write(content, options.output)
    print((options.output / "turns.md").read_text("utf-8"))
    print(f"written: {', '.join(map(str, written))}")
    cells = [cell for run in content["runs"] for cell in run["cells"]]
    return 0 if all(cell["wire"]["calls"] for cell in cells) else FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audiocore bench turns", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument(
        "--models",
        action="append",
        metavar="SET",
        help="starter (default), configured, or shapes:STT+LLM+TTS such as "
        "shapes:base.en+qwen2.5-1.5b-q4_0+piper-medium (random weights: speed, not quality); "
        "may be given several times",
    )
    parser.add_argument(
        "--variants",
        type=_variants,
        default=tuple(VARIANTS),
        metavar="A,B",
        help=f"of {', '.join(VARIANTS)}; the first is what the others are compared with",
    )
    parser.add_argument(
        "--at-once",
        type=_numbers,
        default=(1, 2, 4, 8, 16),
        metavar="N,N",
        help="calls; variants are compared at the first level, the others are for the first one",
    )
    parser.add_argument(
        "--threads", type=_numbers, default=(0,), metavar="N,N", help="per model; default as set"
    )
    parser.add_argument(
        "--calls", type=_number, default=2, metavar="N", help="per variant and level, at least"
    )
    parser.add_argument("--quick", action="store_true", help="one call per variant")
    parser.add_argument("--script", type=Path, metavar="FILE", help="what the callers do (TOML)")
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings of the servers")
    parser.add_argument("--output", type=Path, default=Path("out"), metavar="DIR")
    parser.add_argument(
        "--shapes-dir",
        type=Path,
        default=SHAPES_DIR,
        metavar="DIR",
        help="where models with random weights are kept",
    )
    return parser


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 up, not {text!r}")
    return int(text)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_number(part) for part in text.split(","))


def _variants(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    for name in names:
        if name not in VARIANTS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(VARIANTS)}")
    return names


def _script(file: Path | None, settings: Config) -> Script:
    """The given script, or the demo's caller in a hurry, who hangs up before anything is booked: so
    every call finds the calendar as the first one did, and goes the same way."""
    voice = installed_voice() or app.telephone_voice(settings)
    if file is not None:
        return script.load(file, voice)
    demo = script.load(DEMO_SCRIPT.with_name("interrupting.toml"), voice)
    turns = (*demo.turns[:-2], Turn(hang_up="stop"))
    return replace(demo, turns=turns, expect={}, patience_ms=PATIENCE_MS)


def _report(options: argparse.Namespace, callers: Callers) -> dict[str, Any]:
    sets = []
    for name in options.models or ["starter"]:
        _progress(f"models {name}")
        sets.append(model_set(name, options.shapes_dir))
    content = {
        "machine": _machine(),
        "calls": options.calls,
        "variants": {name: VARIANTS[name].does for name in options.variants},
        "runs": [],
    }
    for models in sets:
        for threads in options.threads:
            content["runs"].append(asyncio.run(_run(options, models, threads, callers)))
    return content


async def _run(
    options: argparse.Namespace, models: ModelSet, threads: int, callers: Callers
) -> dict[str, Any]:
    """One set of models with so many threads: all its variants, interleaved."""
    _progress(f"{models.name}, threads {threads or 'as set'}: starting servers")
    limits = ("call.reply_ms", "deadlines.stt_ms", "deadlines.llm_ms", "deadlines.tts_ms")
    patient = dict.fromkeys(limits, str(PATIENCE_MS))
    settings = {
        name: {**patient, **models.settings, **with_threads(VARIANTS[name], threads)}
        for name in options.variants
    }
    arguments = ["--config", str(options.config)] if options.config else []
    module = FIXED_REPLY if models.random else SERVE
    with tempfile.TemporaryDirectory() as folder:
        async with servers(settings, module, arguments, Path(folder), _progress) as running:
            cells = await measure(running, callers, _progress)
    return {
        "models": models.name,
        "random": models.random,
        "threads": threads,
        "cells": [report.cell_json(cell) for cell in cells],
    }


def _machine() -> Mapping[str, Any]:
    cpu = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                cpu = line.partition(":")[2].strip()
                break
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }


def _write(content: Mapping[str, Any], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "turns.json": json.dumps(content, indent=1) + "\n",
        "turns.md": report.markdown(content),
        "turns.svg": picture.draw(content),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in texts]


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
