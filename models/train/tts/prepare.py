"""Sentences -> teacher parameters, aligned to the phoneme ids that Piper will feed the voice.

Writes `corpus.npz`:

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
from models.train.tts.teacher import FRAME_SECONDS, Teacher, postfiltered
from models.train.tts.text import sentences

STEP_SECONDS = 2 * FRAME_SECONDS
MAX_COST = 0.3  # of alignment, per symbol
LEAD_STEPS = 3  # silence kept before the first phone: a reply should start at once
HELD_EVERY = 40


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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    teacher, phonemizer = Teacher(), EspeakPhonemizer()
    chooser = random.Random(args.seed)
    ids, steps, items, held, texts = [], [], [], [], []
    f0, cepstrum, strengths = [], [], []
    id_count = step_count = rejected = 0
    for number, text in enumerate(itertools.islice(sentences(args.seed), args.sentences)):
        spoken = phonemizer.phonemize("en-us", text)
        if len(spoken) != 1:
            rejected += 1
            continue
        symbols = spoken[0]
        utterance = teacher.speak(text.replace("A.M.", "A M").replace("P.M.", "P M"))
        ends = [0.0, *(end for _, end in utterance.phones)]
        phones = [
            (name, end - begin) for (name, end), begin in zip(utterance.phones, ends, strict=False)
        ]
        seconds, cost = align(symbols, phones)
        if cost > MAX_COST:
            rejected += 1
            continue
        length = len(utterance.f0) // 2
        boundaries = np.minimum(np.round(np.cumsum([0.0, *seconds]) / STEP_SECONDS), length)
        boundaries[-1] = length
        own_steps = np.diff(boundaries).astype(int).tolist()
        keep = number % HELD_EVERY == HELD_EVERY - 1
        if keep:
            texts.append(text)
        for some, some_steps, start in pieces(symbols, own_steps, chooser.random() < 0.5):
            # Each symbol is followed by a pad, which lasts no time; the last is not.
            padded = [n for step in some_steps for n in (step, 0)][:-1]
            some_ids = phonemes_to_ids(some, DEFAULT_PHONEME_ID_MAP)
            if len(some_ids) != len(padded):
                continue  # a symbol Piper's map does not have
            ids.append(some_ids)
            steps.append(padded)
            first = step_count + start
            items.append((id_count, id_count + len(padded), first, first + sum(padded)))
            held.append(keep)
            id_count += len(padded)
        f0.append(utterance.f0[: 2 * length])
        cepstrum.append(
            postfiltered(utterance.cepstrum[: 2 * length], teacher.postfilter, teacher.warp)
        )
        strengths.append(utterance.strengths[: 2 * length])
        step_count += length
        if number % 50 == 0 or number == args.sentences - 1:
            minutes = step_count * STEP_SECONDS / 60
            print(
                f"\r{number + 1}/{args.sentences} sentences, {minutes:.1f} min of speech, "
                f"{len(items)} items, {rejected} left out",
                end="",
                file=sys.stderr,
                flush=True,
            )
    print(file=sys.stderr)
    args.out.mkdir(parents=True, exist_ok=True)
    np.savez(
        args.out / "corpus.npz",
        ids=np.concatenate([np.array(x, np.int16) for x in ids]),
        steps=np.concatenate([np.array(x, np.int16) for x in steps]),
        items=np.array(items, np.int64),
        held=np.array(held),
        texts=np.array(texts),
        f0=np.concatenate(f0),
        cepstrum=np.concatenate(cepstrum).astype(np.float16),
        strengths=np.concatenate(strengths).astype(np.float16),
        warp=teacher.warp,
        gain=teacher.gain,
        band_filters=teacher.band_filters(),
    )


if __name__ == "__main__":
    main()
