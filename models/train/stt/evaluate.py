"""Measure a recogniser as the product runs it and write its model card.

    python -m models.train.stt.evaluate --model models/starter/stt --card models/starter/stt/CARD.md
        [--recordings ../shared/speech] [--voice models/starter/tts] [--count 60]

Sentences are those of `evaluation.tsv`: wordings, or whole sentences, that training never said. Voices are some that
were trained on and the two that never were. Real recordings, where given, are digits and sentences spoken by people
and clips of noise, in which every word is one too many.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt
from faster_whisper import decode_audio

from audiocore.resample import Resampler
from models.train.stt import card, noise, text
from models.train.stt.channel import LINE, Channel, Wave, line_and_back
from models.train.stt.sentences import Line, kept
from models.train.stt.voices import (
    ESPEAK_ACCENTS,
    ESPEAK_VARIANTS,
    RATE,
    Festival,
    Speak,
    Utterance,
    espeak,
    flite,
)
from pipeline.app import load_synthesizer
from pipeline.config import Config, ModelPaths
from pipeline.engines.faster_whisper import FasterWhisper
from pipeline.number_words import cardinal

WEEKDAYS = set(text.DAYS)
CLOCK = {cardinal(n) for n in (*range(20), *range(20, 60, 10))}
CLOCK |= set("a p m half quarter past to noon".split())
CLEAN_DB = 35.0
BACKGROUNDS = {
    "babble (mixed real speech)": "people talking 10 dB",
    "office with distant talk": "office 10 dB",
    "cafe": "cafe 10 dB",
}
"""Recorded noise that is put behind speech: how the manifest and how the card calls it."""
UNSEEN = "never trained on"
IN_DOMAIN = "good line"


@dataclass(frozen=True, slots=True)
class Condition:
    """A line on which sentences are heard."""

    name: str
    snr_db: float = CLEAN_DB
    loss: float = 0.0
    kinds: tuple[Wave, ...] = ()
    """8 kHz noise; empty for the kinds that training hears."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One sentence and what came back."""

    line: Line
    words: str
    confidence: float


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
    names = [
        set(r.line.name.split()) <= set(h)
        for r, h in zip(results, heard, strict=True)
        if r.line.name
    ]
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


class Judge:
    """A model under test, fed 16 kHz float audio."""

    def __init__(self, model: Path) -> None:
        self.engine = FasterWhisper(model)
        self.engine.warm()

    def hear(self, line: Line, wave: npt.NDArray[np.float32]) -> Heard:
        pcm = (np.clip(wave, -1, 1) * 32767).astype("<i2").tobytes()
        transcript = self.engine.transcribe(pcm)
        return Heard(line, transcript.text, transcript.confidence)


def voices(config: Config, festival: Festival) -> dict[str, Speak]:
    """Speakers by the name they have in the card."""
    rng = Random(11)

    def espeak_at_random(sentence: str, path: Path) -> Utterance | None:
        return espeak(sentence, f"{rng.choice(ESPEAK_ACCENTS)}+{rng.choice(ESPEAK_VARIANTS)}", path)

    speakers: dict[str, Speak] = {
        "flite rms": lambda s, path: flite(s, "rms", path),
        "flite slt": lambda s, path: flite(s, "slt", path),
        "flite kal16": lambda s, path: flite(s, "kal16", path),
        "festival us_slt_hts": lambda s, path: festival.speak(s, "cmu_us_slt_arctic_hts", path),
        "espeak-ng, random variants": espeak_at_random,
        f"flite awb ({UNSEEN})": lambda s, path: flite(s, "awb", path),
        f"festival ked ({UNSEEN})": lambda s, path: festival.speak(s, "ked_diphone", path),
    }
    if config.models.tts.exists():
        voice = load_synthesizer(config, print)

        def starter(sentence: str, path: Path) -> Utterance | None:
            clause = voice.synthesize(sentence)
            pcm = np.frombuffer(Resampler(voice.sample_rate, RATE).process(clause.pcm), np.int16)
            return Utterance(sentence, "starter", pcm) if len(pcm) else None

        # Taught by flite rms, but never heard itself.
        speakers["our starter voice"] = starter
    return speakers


def conditions(rng: np.random.Generator, babble: Wave) -> dict[str, Condition]:
    """Lines by name. Babble is of voices that training never heard, and the street is another one."""
    street = tuple(noise.street(rng, 40.0, LINE) for _ in range(6))
    crowd = tuple(Channel.babble(babble, voices, rng) for voices in (4, 6, 8))
    listed = [Condition(f"noise {db} dB", float(db)) for db in (20, 10, 5, 0)]
    listed += [
        Condition("babble 10 dB", 10.0, kinds=crowd),
        Condition("street 10 dB", 10.0, kinds=street),
        Condition("3 % of packets lost", loss=0.03),
    ]
    return {condition.name: condition for condition in listed}


def manifest(folder: Path, *kinds: str) -> list[dict[str, str]]:
    """What a folder of recordings says of those of some kinds."""
    rows = map(json.loads, (folder / "manifest.jsonl").read_text().splitlines())
    return [row for row in rows if row["kind"] in kinds]


def backgrounds(folder: Path) -> list[Condition]:
    """Lines with noise that was recorded where people are: the kinds of `BACKGROUNDS` that the folder has."""
    clips: dict[str, list[Wave]] = defaultdict(list)
    for row in manifest(folder, "noise"):
        if row["noise_type"] in BACKGROUNDS:
            audio = decode_audio(str(folder / row["path"]), sampling_rate=LINE)
            clips[BACKGROUNDS[row["noise_type"]]].append(noise.unit(audio))
    return [Condition(name, 10.0, kinds=tuple(kinds)) for name, kinds in clips.items()]


def synthetic(
    judge: Judge, count: int, config: Config, recordings: Path | None
) -> Iterator[tuple[str, str, Heard]]:
    """(voice, condition, result) over voices on a good line, and some of them over worse lines."""
    lines, known, unknown = (
        kept(group)[:count] for group in ("in domain", "known names", "unknown names")
    )
    rng, festival = np.random.default_rng(5), Festival()
    apart = rng.spawn(1)[0]  # with and without recordings, all other lines are the same
    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "x.wav"

        def wave(speak: Speak, sentence: str) -> Wave | None:
            utterance = speak(sentence, wav)
            return utterance.pcm / np.float32(32768) if utterance else None

        speakers = voices(config, festival)
        others = [speak for voice, speak in speakers.items() if UNSEEN in voice]
        background = [wave(other, line.text) for line in kept("behind") for other in others]
        babble = np.concatenate([x for x in background if x is not None])
        channel, worse = Channel(9, babble), conditions(rng, babble)
        real = backgrounds(recordings) if recordings else []
        for voice, speak in speakers.items():
            lines_here = [(Condition(IN_DOMAIN), rng)]
            if voice in ("flite rms", "flite slt") or UNSEEN in voice:
                noisy = worse if voice == "flite rms" else ("babble 10 dB", "street 10 dB")
                lines_here += [(worse[name], rng) for name in noisy]
                lines_here += [(condition, apart) for condition in real]
            spoken = [(line, x) for line in lines if (x := wave(speak, line.text)) is not None]
            for condition, draws in lines_here:
                for line, x in spoken:
                    heard = judge.hear(line, through(channel, x, draws, condition))
                    yield voice, condition.name, heard
            for name, group in (("known names only", known), ("unknown names only", unknown)):
                for line in group:
                    if (x := wave(speak, line.text)) is not None:
                        heard = judge.hear(line, through(channel, x, rng, Condition(name)))
                        yield voice, f"good line, {name}", heard
            print(f"{voice}: done", flush=True)
    festival.close()


def through(channel: Channel, x: Wave, rng: np.random.Generator, condition: Condition) -> Wave:
    """Speech as it arrives over a line."""
    return channel.measured(
        x, rng, snr_db=condition.snr_db, loss=condition.loss, kinds=list(condition.kinds) or None
    )


def summary(groups: dict[tuple[str, str], list[Heard]]) -> dict[str, float]:
    """Word error rates over all voices trained on and over those that never were."""
    found = {}
    for seen, label in ((True, "seen"), (False, "unseen")):
        for condition in (IN_DOMAIN, "babble 10 dB", "street 10 dB", *BACKGROUNDS.values()):
            results = [
                result
                for (voice, line), heard in groups.items()
                if (UNSEEN not in voice) == seen and line == condition
                for result in heard
            ]
            if results:
                found[f"{label} voices, {condition}"] = score(results)["wer"]
    return found


def two_seconds(engine: FasterWhisper) -> dict[str, float]:
    """Median milliseconds of one thread for an utterance of 2 s, heard once and heard again."""
    with tempfile.TemporaryDirectory() as folder:
        utterance = flite("i'd like to come in on tuesday", "rms", Path(folder) / "x.wav")
    assert utterance
    wave = line_and_back(np.resize(utterance.pcm, 2 * RATE)[::2] / np.float32(32768))

    def median_ms(sure: float) -> float:
        spent = []
        for _ in range(40):
            began = time.process_time()
            engine.best(engine.decode(wave, 2.0), wave, 2.0, sure)
            spent.append((time.process_time() - began) * 1000)
        return float(np.median(spent))

    return {"once": median_ms(sure=0.0), "again": median_ms(sure=2.0)}


def recorded(judge: Judge, folder: Path) -> tuple[dict[str, list[Heard]], list[list[Heard]]]:
    """Results on recordings of people by kind, and on each clip of noise in pieces of 3 s."""
    people: dict[str, list[Heard]] = defaultdict(list)
    clips: list[list[Heard]] = []
    for row in manifest(folder, "digits", "digit_strings", "sentences", "noise"):
        audio = decode_audio(str(folder / row["path"]), sampling_rate=LINE)[: LINE * 29]
        if row["kind"] == "noise":
            pieces = np.array_split(audio, max(1, len(audio) // (3 * LINE)))
            clips.append([judge.hear(Line(""), line_and_back(piece)) for piece in pieces])
        else:
            said = Line(text.normalize(spoken_digits(row["text"])))
            people[row["kind"]].append(judge.hear(said, line_and_back(np.pad(audio, LINE // 4))))
    return people, clips


def spoken_digits(written: str) -> str:
    """Digits as words."""
    return "".join(f" {cardinal(int(c))} " if c.isdigit() else c for c in written)


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
    parser.add_argument(
        "--count", type=int, default=60, help="sentences of each voice and condition, 150 at most"
    )
    parser.add_argument(
        "--misses", type=int, default=0, help="print this many sentences per voice that went wrong"
    )
    args = parser.parse_args()
    config = Config(models=ModelPaths(stt=args.model, llm=Path("unused"), tts=args.voice))
    judge = Judge(args.model)

    groups: dict[tuple[str, str], list[Heard]] = defaultdict(list)
    for voice, condition, result in synthetic(judge, args.count, config, args.recordings):
        groups[voice, condition].append(result)
    report: dict[str, object] = {
        "summary": summary(groups),
        "synthetic": [
            {"voice": voice, "condition": condition, **score(results)}
            for (voice, condition), results in groups.items()
        ],
        "calibration": calibration([r for results in groups.values() for r in results]),
        "cpu_ms": two_seconds(judge.engine),
    }
    for (voice, condition), results in groups.items():
        wrong = [r for r in results if r.words != r.line.text]
        for r in wrong[: args.misses]:
            print(f"{voice}, {condition}: {r.line.text!r} -> {r.words!r} ({r.confidence:.2f})")
    if args.recordings:
        people, clips = recorded(judge, args.recordings)
        report["recordings"] = {kind: score(results) for kind, results in people.items()}
        pieces = [piece for clip in clips for piece in clip]
        report["noise"] = {
            "clips": len(clips),
            "silent_clips": sum(not any(piece.words for piece in clip) for clip in clips),
            "pieces": len(pieces),
            "with_words": sum(bool(piece.words) for piece in pieces),
            "words": sum(len(piece.words.split()) for piece in pieces),
            "confident": sum(piece.confidence >= 0.5 for piece in pieces),
        }
    print(json.dumps(report, indent=1, default=lambda x: round(x, 4)))
    if args.card:
        args.card.write_text(card.render(report, args.made))
        print(f"wrote {args.card}")


if __name__ == "__main__":
    main()
