"""Barge-in on recordings of people and of noise: who stops the agent, how soon, and who does not.

``python -m benchmarks.bargein`` or ``audiocore bench bargein`` plays every clip over the agent's
speech through the real call (detector, echo guard, recogniser, turn table, playout) at 8 kHz
mu-law, once on a clean line, and once with the agent's own voice coming back 20 dB down and 150 ms
late; then lines with nothing but echo on them. It prints how long speech takes to a ``clear``, what
was committed, missed, or paused for nothing, and how near the record of what was heard comes to
what had left the caller's telephone. ``--output DIR`` (default ``out``) gets ``bargein.json`` and
``bargein.md``.

Time is media time: exact, repeatable, and without what models cost on this machine. For that,
``audiocore call --script pipeline/caller/demo/interrupting.toml`` measures a running server. Only
how long cancelled work goes on is measured here by the clock on the wall.

``--recordings DIR`` names a folder with a ``manifest.jsonl`` (``path``, ``kind``); without one the
demo's caller and made-up noises take its place, which shows that it works and proves little.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import uvloop

from audiocore.resample import Upsampler2
from benchmarks.bargein import cancelled, report
from benchmarks.bargein.clips import Clip, recordings, stand_ins
from benchmarks.bargein.line import EchoPath, Outcome, Studio
from pipeline import app
from pipeline.engines.silero import GatedVad, SileroModel
from pipeline.engines.webrtc_vad import WebrtcVad

__all__ = ["main"]

TEXT = (
    "Of course. The clinic is open from Monday to Friday, from eight in the morning until five in "
    "the afternoon, and closed on public holidays. You will find us at twelve Harbor Street, next "
    "to the library, and parking is free behind the building. We take most plans and Medicare, and "
    "a visit costs eighty dollars in cash or by card. Please bring your insurance card and an ID, "
    "and come ten minutes early if this is your first visit."
)
ECHO = EchoPath(gain_db=-20, delay_ms=150)
ECHOES = [EchoPath(gain, delay) for gain in (-12, -20, -30) for delay in (100, 150, 290, 440)]
EARLIEST_MS, LATEST_MS = 600, 2_000
"""When, in the agent's speech, a clip begins."""


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="audiocore bench bargein", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--recordings", type=Path, metavar="DIR", help="default: stand-ins")
    parser.add_argument("--only", metavar="TEXT", default="", help="clips whose name has TEXT")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="every Nth speech clip")
    parser.add_argument("--no-echo", action="store_true", help="the clean line only")
    parser.add_argument("--no-cancelled", action="store_true", help="no timing of cancelled work")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("out"), metavar="DIR")
    options = parser.parse_args(argv)

    found = list(recordings(options.recordings) if options.recordings else stand_ins())
    speech = [clip for clip in found if clip.speech][:: options.every]
    clips = [c for c in [*speech, *(c for c in found if not c.speech)] if options.only in c.name]
    if not clips:
        parser.error(f"no clip has {options.only!r} in its name")
    settings = app.configuration()
    recognizer = app.load_recognizer(settings, print)
    synthesizer = app.load_synthesizer(settings, print)
    silero = SileroModel()
    studio = Studio(
        recognizer, synthesizer, lambda: GatedVad(WebrtcVad(), silero), TEXT, settings.call
    )
    scenarios = {"clean line": _calls(studio, clips, None, options.seed)}
    if not options.no_echo:
        scenarios["echo -20 dB, 150 ms"] = _calls(studio, clips, ECHO, options.seed)
        scenarios["nothing but echo"] = _echo_alone(studio)
    table, content = report.markdown(scenarios), report.as_json(scenarios)
    if not options.no_cancelled:
        speech_16k = Upsampler2().process(next(stand_ins()).pcm.tobytes())
        model = app.load_language_model(settings, print)
        content["cancelled"] = cancelled.measure(recognizer, synthesizer, model, speech_16k)
        table += "\n" + cancelled.markdown(content["cancelled"])
    print(table, end="")
    options.output.mkdir(parents=True, exist_ok=True)
    (options.output / "bargein.json").write_text(json.dumps(content, indent=1))
    (options.output / "bargein.md").write_text(table)
    print(f"written: {options.output / 'bargein.json'}, {options.output / 'bargein.md'}")
    return 0


def _calls(
    studio: Studio, clips: Sequence[Clip], echo: EchoPath | None, seed: int
) -> list[tuple[Clip, Outcome]]:
    """One call for every clip, each at a moment of its own; the same in every scenario."""
    rng = random.Random(seed)
    calls = []
    for clip in clips:
        after_ms = rng.randrange(EARLIEST_MS, LATEST_MS, 20)
        calling = studio.barge_in(clip.pcm, after_ms=after_ms, onset_ms=clip.onset_ms, echo=echo)
        calls.append((clip, uvloop.run(calling)))
    return calls


def _echo_alone(studio: Studio) -> list[tuple[Clip, Outcome]]:
    """Callers who say nothing, on lines of several lengths."""
    calls = []
    for echo in ECHOES:
        silence = Clip(
            f"echo {echo.gain_db} dB, {echo.delay_ms} ms", False, np.zeros(64_000, np.int16), 0, 0
        )
        calls.append((silence, uvloop.run(studio.barge_in(silence.pcm, after_ms=0, echo=echo))))
    return calls
