"""Speak training sentences with flite, festival and espeak-ng into shards on disk.

    python -m models.train.stt.synthesize --out DIR --shards 40 [--first 0] [--step 1] [--size 500] [--text calls]

A shard is two files, renamed into place when complete, so that training may already read the folder
while it fills: `NNN.audio.npy`, int16 mono at 16 kHz, all utterances end to end, and `NNN.jsonl`, one
line per utterance with `text`, `voice`, `start`, `stop` (samples) and, where the synthesiser tells, `phones`:
pairs of phone and end time in seconds. Shards are seeded by their number, so several processes may share them
out with `--first` and `--step`. `--text english` speaks everyday English alone, to be added to shards of what
callers say under numbers that those leave free, and so does `--speakers foreign` for the voices of `foreign`.

The voices of `voices.HELD_OUT` are left for evaluation, and so is every sentence that is not
`text.for_training`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import numpy as np

from models.train.stt import lexicon, text
from models.train.stt.voices import RATE, Festival, Speak, Utterance, foreign_speaker, speaker

TEXTS: dict[str, Callable[[Random, list[str]], str]] = {
    "calls": text.sentence,
    "english": text.general,
}
SPEAKERS: dict[str, Callable[[Random, Festival], Speak]] = {
    "all": speaker,
    "foreign": foreign_speaker,
}


def write_shard(
    out: Path,
    number: int,
    size: int,
    sentence: Callable[[Random], str],
    caller: Callable[[Random, Festival], Speak] = speaker,
) -> None:
    """Speak `size` sentences and put the shard in place."""
    rng = Random(f"stt shard {number}")
    utterances: list[Utterance] = []
    festival = Festival()
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "utterance.wav"
        while len(utterances) < size:
            line = sentence(rng)
            if not text.for_training(line):
                continue
            try:
                utterance = caller(rng, festival)(line, wav)
            except subprocess.SubprocessError as error:
                print(f"skipped {line!r}: {error}", flush=True)
                continue
            if utterance:
                utterances.append(utterance)
    festival.close()
    save_shard(out, f"{number:03d}", utterances)


def save_shard(out: Path, name: str, utterances: list[Utterance]) -> None:
    """Write the two files of a shard; the index comes last, so a shard with an index is complete."""
    np.save(out / f"{name}.audio.npy", np.concatenate([u.pcm for u in utterances]))
    start, lines = 0, []
    for u in utterances:
        stop = start + len(u.pcm)
        row = {"text": u.text, "voice": u.voice, "start": start, "stop": stop, "phones": u.phones}
        lines.append(json.dumps(row))
        start = stop
    partial = out / f"{name}.partial"
    partial.write_text("\n".join(lines) + "\n")
    partial.rename(out / f"{name}.jsonl")
    print(f"shard {name}: {len(utterances)} utterances, {start / RATE / 60:.0f} min", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first shard")
    parser.add_argument("--step", type=int, default=1, help="distance to the next one")
    parser.add_argument("--shards", type=int, default=40)
    parser.add_argument("--size", type=int, default=500, help="utterances per shard")
    parser.add_argument("--text", choices=TEXTS, default="calls", help="what is said")
    parser.add_argument("--speakers", choices=SPEAKERS, default="all", help="who says it")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    words, draw, caller = lexicon.words(), TEXTS[args.text], SPEAKERS[args.speakers]
    for number in range(args.first, args.shards, args.step):
        if not (args.out / f"{number:03d}.jsonl").exists():
            write_shard(args.out, number, args.size, lambda rng: draw(rng, words), caller)


if __name__ == "__main__":
    main()
