"""Speak training sentences with flite and espeak-ng into shards on disk.

    python -m models.train.stt.synthesize --out DIR --shards 12 [--first 0] [--size 1000]

A shard is two files, renamed into place when complete, so that training may already read the folder
while it fills: `NNN.audio.npy`, int16 mono at 16 kHz, all utterances end to end, and `NNN.jsonl`, one
line per utterance with `text`, `voice`, `start`, `stop` (samples) and, for flite, `phones`: pairs of
phone and end time in seconds. Shards are seeded by their number, so several processes may share them out.

Voices (all synthetic; licences in the model card): flite rms, awb, kal16, kal and espeak-ng variants.
flite slt and the festival voices are held out for evaluation, and so is every sentence
for which `held_out` is true.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from models.train.stt import lexicon, text

RATE = 16_000
MAX_SECONDS = 10.0

FLITE_VOICES = {"rms": 0.42, "awb": 0.33, "kal16": 0.2, "kal": 0.05}
ESPEAK_ACCENTS = ["en-us"] * 6 + ["en-gb", "en-gb-x-rp", "en-029", "en-gb-scotland"]
ESPEAK_VARIANTS = """
adam Alex Alicia Andrea Andy Annie aunty belinda benjamin boris caleb david ed edward edward2 Gene Gene2 hugo iven
john lee linda Mario max michael michel mike paul pedro quincy rob robert steph steph2 steph3 travis victor zac
anika f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 norbert shelby klatt klatt2 klatt4 klatt4 klatt4 klatt4 klatt4 klatt4
""".split()


@dataclass(frozen=True, slots=True)
class Utterance:
    """One spoken sentence."""

    text: str
    voice: str
    pcm: npt.NDArray[np.int16]
    """16 kHz, peak at half of full scale."""
    phones: list[tuple[str, float]] = field(default_factory=list)
    """(phone, end in seconds); empty where the synthesiser does not tell."""


def held_out(sentence: str) -> bool:
    """True for the twentieth of all longer sentences that only evaluation may use."""
    return len(sentence.split()) > 2 and zlib.crc32(sentence.encode()) % 20 == 0


def finish(
    sentence: str, voice: str, path: Path, phones: list[tuple[str, float]] | None = None
) -> Utterance | None:
    """Read what a synthesiser wrote; None if it is silent, or shorter or longer than training takes."""
    x, rate = soundfile.read(path, dtype="float32")
    x = soxr.resample(x, rate, RATE)
    peak = float(np.abs(x).max(initial=0.0))
    if peak < 1e-3 or not 0.15 * RATE < len(x) < MAX_SECONDS * RATE:
        return None
    return Utterance(sentence, voice, (x / peak * 16384).astype(np.int16), phones or [])


def flite(sentence: str, voice: str, path: Path, *settings: str) -> Utterance | None:
    """Speak with flite, which prints where each phone ends; `settings` are `name=value`."""
    flags = [part for setting in settings for part in ("--setf", setting)]
    done = subprocess.run(
        ["flite", "-voice", voice, *flags, "-psdur", "-t", sentence, "-o", str(path)],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    pairs = (token.split(":") for token in done.stdout.split())
    return finish(sentence, f"flite:{voice}", path, [(p, float(end)) for p, end in pairs])


def espeak(sentence: str, voice: str, path: Path, *flags: str) -> Utterance | None:
    """Speak with espeak-ng."""
    subprocess.run(
        ["espeak-ng", "-v", voice, *flags, "-w", str(path), sentence],
        capture_output=True, check=True, timeout=30,
    )  # fmt: skip
    return finish(sentence, f"espeak:{voice}", path)


def _random_speaker(rng: Random) -> Callable[[str, Path], Utterance | None]:
    if rng.random() < 0.12:
        voice = f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(ESPEAK_VARIANTS)}"
        speed, pitch = rng.randint(120, 185), rng.randint(25, 75)
        return lambda s, path: espeak(s, voice, path, "-s", str(speed), "-p", str(pitch))
    voice = rng.choices(list(FLITE_VOICES), list(FLITE_VOICES.values()))[0]
    settings = [f"duration_stretch={rng.uniform(0.75, 1.25):.2f}"]
    if voice.startswith("kal"):
        settings.append(f"int_f0_target_mean={rng.randint(85, 200)}")
    elif rng.random() < 0.4:  # the other statistical voices are men: raise some towards women
        settings.append(f"f0_shift={rng.uniform(0.8, 1.9):.2f}")
    return lambda s, path: flite(s, voice, path, *settings)


def write_shard(out: Path, number: int, size: int, sentence: Callable[[Random], str]) -> None:
    """Speak `size` sentences and put the shard in place."""
    rng = Random(f"stt shard {number}")
    utterances: list[Utterance] = []
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "utterance.wav"
        while len(utterances) < size:
            line = sentence(rng)
            if held_out(line):
                continue
            try:
                utterance = _random_speaker(rng)(line, wav)
            except subprocess.SubprocessError as error:
                print(f"skipped {line!r}: {error}", flush=True)
                continue
            if utterance:
                utterances.append(utterance)
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
    parser.add_argument("--shards", type=int, default=12)
    parser.add_argument(
        "--corpus", type=float, default=0.6, help="share of sentences of the corpus"
    )
    parser.add_argument("--naming", action="store_true", help="only sentences that give a name")
    parser.add_argument("--size", type=int, default=1000, help="utterances per shard")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    words = lexicon.words()

    def sentence(rng: Random) -> str:
        return text.naming(rng) if args.naming else text.sentence(rng, words, args.corpus)

    for number in range(args.first, args.shards, args.step):
        if not (args.out / f"{number:03d}.jsonl").exists():
            write_shard(args.out, number, args.size, sentence)


if __name__ == "__main__":
    main()
