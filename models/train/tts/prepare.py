"""Sentences -> teacher parameters, aligned to the phoneme ids that Piper will feed the voice.

Writes `corpus-VOICE-000.npz` and so on, one file per 500 sentences; files that are there already are
kept, so a stopped run carries on. Each voice has sentences of its own. In each file:

ids, steps: int16, all items end to end: phoneme ids (pads included), 10 ms steps per id.
items: int64 [N, 4]: first id, end id, first step, end step, of each item.
f0: float32 [2 T] hertz; cepstrum: float16 [2 T, 25] after the postfilter; strengths: float16
[2 T, 5]: one row per 5 ms, two per step.
held: bool [N], items of sentences kept from training; texts: the held sentences.
"""

import argparse
import itertools
import random
import sys
from pathlib import Path

import numpy as np
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP, phonemes_to_ids
from piper.phonemize_espeak import EspeakPhonemizer

from models.train.tts.align import align
from models.train.tts.sentences import sentences
from models.train.tts.teacher import (
    FRAME_SECONDS,
    VOICES,
    Teacher,
    Utterance,
    postfiltered,
    written_for_teacher,
)

STEP_SECONDS = 2 * FRAME_SECONDS
MAX_COST = 0.3  # of alignment, per symbol
LEAD_STEPS = 3  # silence kept before the first phone: a reply should start at once
HELD_EVERY = 40
SHARD = 500  # sentences per file


def pieces(
    symbols: list[str], steps: list[int], split: bool
) -> list[tuple[list[str], list[int], int]]:
    """The sentence, and if `split` also its clauses, as (symbols, steps, first step).

    `steps` has one entry more at each end, for the silence around. The pipeline speaks clause by
    clause, so the voice must know how a clause ends that is not the end of a sentence.
    """
    start = max(0, steps[0] - LEAD_STEPS)
    whole = [(symbols, [steps[0] - start, *steps[1:]], start)]
    if not split:
        return whole
    found = []
    first, lead = 0, steps[0] - start
    offset = start
    for i, symbol in enumerate(symbols[:-2]):
        if symbol != "," or symbols[i + 1] != " " or steps[i + 1] <= LEAD_STEPS + 1:
            continue
        inside = steps[first + 1 : i + 1]
        found.append(
            (symbols[first : i + 2], [lead, *inside, steps[i + 1] - LEAD_STEPS, 0, 0], offset)
        )
        offset += lead + sum(inside) + steps[i + 1] - LEAD_STEPS
        offset += steps[i + 2]
        first, lead = i + 2, LEAD_STEPS
    if not found:
        return whole
    found.append((symbols[first:], [lead, *steps[first + 1 :]], offset))
    # The space after a comma stays with the clause before and lasts no time there.
    return whole + found


class Shard:
    """The items of some sentences, on their way to one file."""

    def __init__(self) -> None:
        self.ids: list[list[int]] = []
        self.steps: list[list[int]] = []
        self.items: list[tuple[int, int, int, int]] = []
        self.held: list[bool] = []
        self.texts: list[str] = []
        self.tracks: list[Utterance] = []
        self.id_count = self.step_count = 0

    def add(
        self, symbols: list[str], seconds: list[float], spoken: Utterance, split: bool, held: bool
    ) -> None:
        """One sentence, with its durations as `align` returns them."""
        length = len(spoken.f0) // 2
        boundaries = np.minimum(np.round(np.cumsum([0.0, *seconds]) / STEP_SECONDS), length)
        boundaries[-1] = length
        steps = np.diff(boundaries).astype(int).tolist()
        for some, some_steps, start in pieces(symbols, steps, split):
            # Each symbol is followed by a pad, which lasts no time; the last is not.
            padded = [n for step in some_steps for n in (step, 0)][:-1]
            ids = phonemes_to_ids(some, DEFAULT_PHONEME_ID_MAP)
            if len(ids) != len(padded):
                continue  # a symbol Piper's map does not have
            self.ids.append(ids)
            self.steps.append(padded)
            first = self.step_count + start
            self.items.append((self.id_count, self.id_count + len(ids), first, first + sum(padded)))
            self.held.append(held)
            self.id_count += len(ids)
        self.tracks.append(spoken)
        self.step_count += length

    def save(self, path: Path, teacher: Teacher) -> None:
        def whole_steps(track: np.ndarray) -> np.ndarray:
            return track[: len(track) // 2 * 2]

        cepstra = [
            postfiltered(whole_steps(t.cepstrum), teacher.postfilter, teacher.warp)
            for t in self.tracks
        ]
        new = path.with_suffix(".new.npz")
        np.savez(
            new,
            ids=np.concatenate([np.array(ids, np.int16) for ids in self.ids]),
            steps=np.concatenate([np.array(steps, np.int16) for steps in self.steps]),
            items=np.array(self.items, np.int64),
            held=np.array(self.held),
            texts=np.array(self.texts),
            f0=np.concatenate([whole_steps(t.f0) for t in self.tracks]),
            cepstrum=np.concatenate(cepstra).astype(np.float16),
            strengths=np.concatenate([whole_steps(t.strengths) for t in self.tracks]).astype(
                np.float16
            ),
            warp=teacher.warp,
            gain=teacher.gain,
            band_filters=teacher.band_filters(),
        )
        new.rename(path)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--voices", nargs="+", choices=VOICES, default=VOICES)
    parser.add_argument("--sentences", type=int, default=1000, help="of each voice")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for voice in args.voices:
        prepare(voice, args.sentences, args.seed + VOICES.index(voice), args.out)


def prepare(voice: str, count: int, seed: int, out: Path) -> None:
    """Have one voice speak `count` sentences."""
    teacher, phonemizer = Teacher(voice), EspeakPhonemizer()
    source = itertools.islice(sentences(seed), count)
    done = left_out = 0
    for number, texts in enumerate(iter(lambda: list(itertools.islice(source, SHARD)), [])):
        path = out / f"corpus-{voice}-{number:03}.npz"
        done += len(texts)
        if path.exists():
            continue
        chooser = random.Random(f"{seed} {number}")
        shard = Shard()
        for i, text in enumerate(texts):
            print(f"\r{voice} {done - len(texts) + i + 1}/{count}", end="", file=sys.stderr)
            spoken = phonemizer.phonemize("en-us", text)
            if len(spoken) != 1:
                left_out += 1
                continue
            utterance = teacher.speak(written_for_teacher(text))
            ends = [0.0, *(end for _, end in utterance.phones)]
            phones = [
                (name, end - begin)
                for (name, end), begin in zip(utterance.phones, ends, strict=False)
            ]
            seconds, cost = align(spoken[0], phones)
            if cost > MAX_COST:
                left_out += 1
                continue
            held = i % HELD_EVERY == HELD_EVERY - 1
            if held:
                shard.texts.append(text)
            shard.add(spoken[0], seconds, utterance, chooser.random() < 0.5, held)
        shard.save(path, teacher)
    print(f", {left_out} left out: the two transcriptions differed", file=sys.stderr)


if __name__ == "__main__":
    main()
