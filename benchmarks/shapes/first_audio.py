"""What it gains to speak long clauses in parts: CPU time to the first audio, and to all of it.

``python -m benchmarks.shapes.first_audio [VOICE ...]`` takes folders of Piper voices; without any,
x_low and medium with random weights, and the starter voice, which cannot be cut. Both ways are
taken in turn, and figures are medians: of CPU time, because a busy machine changes it little, and
of the ratios of pairs.
"""

from __future__ import annotations

import argparse
import statistics
import time
from itertools import cycle, islice
from pathlib import Path

from benchmarks.shapes import piper
from benchmarks.shapes.cached import SHAPES_DIR
from pipeline.app import STARTER_MODELS
from pipeline.engines.piper import PiperSynthesizer

SENTENCE = "we open on Monday and Friday from eight until half past five"
COUNTS = (6, 9, 16, 27)
"""Words of each clause."""
TIMES = 7


def main() -> None:
    """Print a table for every voice."""
    parser = argparse.ArgumentParser(prog="benchmarks.shapes.first_audio")
    parser.add_argument("voices", nargs="*", type=Path, metavar="VOICE")
    parser.add_argument("--shapes-dir", type=Path, default=SHAPES_DIR)
    options = parser.parse_args()
    shapes = (piper.model(options.shapes_dir, name) for name in ("x_low", "medium"))
    for path in options.voices or [*shapes, STARTER_MODELS / "tts"]:
        _measure(path)


def _measure(path: Path) -> None:
    whole, parted = (PiperSynthesizer(path, stream=stream) for stream in (False, True))
    print(f"\n{path.name}\n  seconds  parts  first audio, ms: whole  in parts  all of it, times")
    for count in COUNTS:
        clause = " ".join(islice(cycle(SENTENCE.split()), count)).capitalize() + "."
        pairs = [(_times_ms(whole, clause), _times_ms(parted, clause)) for _ in range(TIMES)]
        first_whole = statistics.median(one[0] for one, _ in pairs)
        first_part = statistics.median(other[0] for _, other in pairs)
        times = statistics.median(other[-1] / one[-1] for one, other in pairs)
        seconds = len(parted.synthesize(clause).pcm) / 2 / parted.sample_rate
        parts = len(pairs[0][1])
        print(f"  {seconds:7.1f}  {parts:5}  {first_whole:22.0f}  {first_part:8.0f}  {times:16.2f}")


def _times_ms(voice: PiperSynthesizer, clause: str) -> list[float]:
    """CPU time from the start to the end of each part."""
    began = time.thread_time()
    return [(time.thread_time() - began) * 1000 for _ in voice.stream(clause)]


if __name__ == "__main__":
    main()
