"""Measure a recogniser as the product runs it and write its model card.

    python -m models.train.stt.evaluate --model models/starter/stt --card models/starter/stt/CARD.md
        [--recordings ../shared/speech] [--voice models/starter/tts] [--count 100]

Sentences are held out of training: the corpus's held-out wordings and names, and of the recogniser's
own sentences the twentieth that `synthesize.held_out` marks. Voices are flite's and espeak-ng's that were
trained on, and flite slt and festival ked, which never were. Real recordings, where given, are digits
and sentences spoken by people and clips of noise, in which every word is one too many.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from faster_whisper import decode_audio

from audiocore.resample import Resampler
from models.train import corpus
from models.train.stt import card, lexicon, text
from models.train.stt.channel import Channel, line_and_back
from models.train.stt.synthesize import (
    ESPEAK_ACCENTS,
    ESPEAK_VARIANTS,
    RATE,
    Utterance,
    espeak,
    finish,
    flite,
    held_out,
)
from pipeline.app import load_recognizer, load_synthesizer
from pipeline.config import Config, ModelPaths

WEEKDAYS = set(text.DAYS)
CLOCK = {
    *text.ONES,
    *text.TEENS,
    *text.TENS,
    "a",
    "p",
    "m",
    "half",
    "quarter",
    "past",
    "to",
    "noon",
}
CLEAN_DB = 35.0


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence to be spoken."""

    text: str
    name: str = ""
    """The caller's name in it, if it has one."""
    time: bool = False
    """Whether it names a time."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence and what came back."""

    line: Line
    words: str
    confidence: float
    cpu_ms: float
    seconds: float


def edits(said: list[str], heard: list[str]) -> int:
    """Word substitutions, insertions and deletions (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for i, a in enumerate(said, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]


def score(results: Iterable[Heard]) -> dict[str, float]:
    """Word error rate, whole sentences right, and whether names, weekdays and times came through."""
    results = list(results)
    said = [r.line.text.split() for r in results]
    heard = [r.words.split() for r in results]
    scores = {
        "sentences": float(len(results)),
        "wer": sum(map(edits, said, heard)) / max(1, sum(map(len, said))),
        "exact": float(np.mean([s == h for s, h in zip(said, heard, strict=True)])),
    }
    pairs = list(zip(results, said, heard, strict=True))
    names = [r.line.name in r.words for r in results if r.line.name]
    days = [
        [w for w in s if w in WEEKDAYS] == [w for w in h if w in WEEKDAYS]
        for _, s, h in pairs
        if WEEKDAYS & set(s)
    ]
    times = [
        [w for w in s if w in CLOCK] == [w for w in h if w in CLOCK]
        for r, s, h in pairs
        if r.line.time
    ]
    for key, right in (("names", names), ("weekdays", days), ("times", times)):
        if right:
            scores[key] = float(np.mean(right))
    return scores


def sentences(count: int, seed: int) -> list[Line]:
    """Held-out sentences: three quarters of the shared corpus, one of the recogniser's own."""
    rng, words = Random(seed), lexicon.words()
    lines: list[Line] = []
    while len(lines) < count:
        if len(lines) % 4:
            u = corpus.utterance(rng, held_out=True, pseudo=0.0)
            time_ = u.slots.get("time", "")
            lines.append(Line(text.normalize(u.text), u.slots.get("name", ""), ":" in time_))
        else:
            own = text.sentence(rng, words, corpus_share=0.0)
            if held_out(own):
                lines.append(Line(own))
    return lines


def names(count: int, seed: int) -> list[Line]:
    """Held-out sentences that give a name, both parts of which were trained on."""
    rng, known = Random(seed), {*text.FIRST_NAMES, *text.LAST_NAMES}
    lines: list[Line] = []
    while len(lines) < count:
        sentence = text.naming(rng)
        name = " ".join(w for w in sentence.split() if w in known)
        if held_out(sentence) and name in sentence:
            lines.append(Line(sentence, name))
    return lines


def festival(sentence: str, voice: str, path: Path) -> Utterance | None:
    """Speak with a festival voice."""
    subprocess.run(
        ["text2wave", "-eval", f"(voice_{voice})", "-o", str(path)],
        input=sentence, text=True, capture_output=True, check=True, timeout=60,
    )  # fmt: skip
    return finish(sentence, f"festival:{voice}", path)


class Judge:
    """A model under test, fed 16 kHz float audio."""

    def __init__(self, config: Config) -> None:
        self.engine = load_recognizer(config, print)

    def hear(self, line: Line, wave: npt.NDArray[np.float32]) -> Heard:
        pcm = (np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes()
        began = time.process_time()
        transcript = self.engine.transcribe(pcm)
        spent = (time.process_time() - began) * 1000
        return Heard(line, transcript.text, transcript.confidence, spent, len(wave) / RATE)


def voices(config: Config) -> dict[str, Callable[[str, Path], Utterance | None]]:
    """Speakers by the name they have in the card."""
    rng = Random(11)

    def espeak_at_random(sentence: str, path: Path) -> Utterance | None:
        return espeak(sentence, f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(ESPEAK_VARIANTS)}", path)

    speakers: dict[str, Callable[[str, Path], Utterance | None]] = {
        "flite rms": lambda s, path: flite(s, "rms", path),
        "flite awb": lambda s, path: flite(s, "awb", path),
        "flite kal16": lambda s, path: flite(s, "kal16", path),
        "espeak-ng, random variants": espeak_at_random,
        "flite slt (never trained on)": lambda s, path: flite(s, "slt", path),
        "festival ked (never trained on)": lambda s, path: festival(s, "ked_diphone", path),
    }
    if config.models.tts.exists():
        voice = load_synthesizer(config, print)

        def starter(sentence: str, path: Path) -> Utterance | None:
            clause = voice.synthesize(sentence)
            pcm = np.frombuffer(Resampler(voice.sample_rate, RATE).process(clause.pcm), np.int16)
            return Utterance(sentence, "starter", pcm) if len(pcm) else None

        speakers["our starter voice (never trained on)"] = starter
    return speakers


def synthetic(judge: Judge, count: int, config: Config) -> Iterator[tuple[str, str, Heard]]:
    """(voice, condition, result) over voices on a good line, then one voice over worse lines."""
    lines = sentences(count, seed=2024)
    rng = np.random.default_rng(5)
    # Babble made of voices and words that are not in the test.
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "x.wav"
        background = [flite(line.text, "awb", wav) for line in sentences(20, seed=77)]
        channel = Channel(9, np.concatenate([u.pcm for u in background if u]) / np.float32(32768))
        for voice, speak in voices(config).items():
            spoken = [(line, speak(line.text, wav)) for line in lines]
            conditions: dict[str, tuple[float, float]] = {"good line": (CLEAN_DB, 0.0)}
            if voice == "flite rms":
                conditions |= {f"noise {db} dB": (float(db), 0.0) for db in (20, 10, 5, 0)}
                conditions["3 % of packets lost"] = (CLEAN_DB, 0.03)
            for condition, (snr_db, loss) in conditions.items():
                for line, utterance in spoken:
                    if utterance:
                        x = utterance.pcm / np.float32(32768)
                        wave = channel.measured(x, rng, snr_db=snr_db, loss=loss)
                        yield voice, condition, judge.hear(line, wave)
            for line in names(count, seed=31):
                if utterance := speak(line.text, wav):
                    wave = channel.measured(utterance.pcm / np.float32(32768), rng, snr_db=CLEAN_DB)
                    yield voice, "good line, known names only", judge.hear(line, wave)
            print(f"{voice}: done", flush=True)


def recorded(judge: Judge, folder: Path) -> dict[str, list[Heard]]:
    """Results on real recordings by kind."""
    found: dict[str, list[Heard]] = defaultdict(list)
    for row in map(json.loads, (folder / "manifest.jsonl").read_text().splitlines()):
        if row["kind"] not in ("digits", "digit_strings", "sentences", "noise"):
            continue
        audio = decode_audio(str(folder / row["path"]), sampling_rate=8000)[: 8000 * 29]
        pieces = (
            np.array_split(audio, max(1, len(audio) // 24000))
            if row["kind"] == "noise"
            else [audio]
        )
        for piece in pieces:
            padded = piece if row["kind"] == "noise" else np.pad(piece, 2000)
            said = "" if row["kind"] == "noise" else text.normalize(spoken_digits(row["text"]))
            found[row["kind"]].append(judge.hear(Line(said), line_and_back(padded)))
    return found


def spoken_digits(written: str) -> str:
    """Digits as words."""
    return "".join(f" {text.ONES[int(c)]} " if c.isdigit() else c for c in written)


def calibration(results: list[Heard]) -> list[tuple[str, int, float]]:
    """(confidence range, sentences, share that was exactly right)."""
    rows = []
    for low, high in ((0, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 0.85), (0.85, 1.01)):
        inside = [r for r in results if low <= r.confidence < high and r.words]
        if inside:
            right = float(np.mean([r.words == r.line.text for r in inside]))
            rows.append((f"{low:.2f} to {min(high, 1):.2f}", len(inside), right))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--card", type=Path, help="write the model card here")
    parser.add_argument(
        "--made", default="", help="a sentence for the card: how long it trained, on what"
    )
    parser.add_argument(
        "--recordings", type=Path, help="folder of real recordings with a manifest.jsonl"
    )
    parser.add_argument("--voice", type=Path, default=Path("models/starter/tts"))
    parser.add_argument("--count", type=int, default=100, help="sentences per voice and condition")
    parser.add_argument(
        "--misses", type=int, default=0, help="print this many sentences per voice that went wrong"
    )
    args = parser.parse_args()
    config = Config(models=ModelPaths(stt=args.model, llm=Path("unused"), tts=args.voice))
    judge = Judge(config)

    groups: dict[tuple[str, str], list[Heard]] = defaultdict(list)
    for voice, condition, result in synthetic(judge, args.count, config):
        groups[voice, condition].append(result)
    report: dict[str, object] = {
        "synthetic": [
            {"voice": voice, "condition": condition, **score(results)}
            for (voice, condition), results in groups.items()
        ],
        "calibration": calibration([r for results in groups.values() for r in results]),
        "cpu_ms": float(np.median([r.cpu_ms for results in groups.values() for r in results])),
        "seconds": float(np.median([r.seconds for results in groups.values() for r in results])),
    }
    for (voice, condition), results in groups.items():
        wrong = [r for r in results if r.words != r.line.text]
        for r in wrong[: args.misses]:
            print(f"{voice}, {condition}: {r.line.text!r} -> {r.words!r} ({r.confidence:.2f})")
    if args.recordings:
        found = recorded(judge, args.recordings)
        noise = found.pop("noise", [])
        report["recordings"] = {kind: score(results) for kind, results in found.items()}
        report["noise"] = {
            "clips": len(noise),
            "with_words": sum(bool(r.words) for r in noise),
            "words": sum(len(r.words.split()) for r in noise),
            "confident": sum(r.confidence >= 0.5 for r in noise),
        }
    print(json.dumps(report, indent=1, default=lambda x: round(x, 4)))
    if args.card:
        args.card.write_text(card.render(report, args.made))
        print(f"wrote {args.card}")


if __name__ == "__main__":
    main()
