"""Learn from the text of training which words go together, and store it beside the weights.

    python -m models.train.stt.ngram --model models/starter/stt

The engine weighs by it what it heard (`pipeline.engines.ngram`). Interpolated Kneser-Ney (Chen and Goodman 1999, one
discount for each length) over the recogniser's own tokens, pruned by how much each sequence adds to the likelihood of
the text (Seymore and Rosenfeld 1996). Names and sentences held out for evaluation are not in the text.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from models.train.stt import lexicon, text
from pipeline.engines.ngram import NGRAM_FILE, Float64, Keys, NGram, windows

ORDER = 6
REPORT = 100_000

Kept = npt.NDArray[np.bool_]


class Counts(NamedTuple):
    """Sequences of one length."""

    keys: Keys
    said: Float64
    """How often each was said."""
    follows: Float64
    """What Kneser and Ney count: how many different tokens stand before it. As often as it was said where nothing can
    stand before it, and for the longest."""


def drawn(count: int, seed: int) -> Iterator[str]:
    """Sentences as the recogniser was trained on."""
    rng, words = Random(seed), lexicon.words()
    for n in range(1, count + 1):
        sentence = text.sentence(rng, words)
        if text.for_training(sentence):
            yield sentence
        if n % REPORT == 0:
            print(f"{n} of {count} sentences", flush=True)


def counts(texts: Sequence[Sequence[int]], order: int, bits: int, end: int) -> list[Counts]:
    """Of every length up to `order`."""
    endings = windows(texts, order, bits, end)
    said = [np.unique(column[column > 0], return_counts=True) for column in endings.T]
    found = []
    for length, (keys, often) in enumerate(said, 1):
        follows = often
        if length < order:
            longer, _ = said[length]
            ending, before = np.unique(_last(longer, length, bits), return_counts=True)
            follows = np.where(
                _first(keys, length, bits) == end + 1 if length > 1 else False,
                often,
                _values(ending, before, keys),
            )
        found.append(Counts(keys, often.astype(float), np.maximum(follows, 1).astype(float)))
    return found


def estimate(
    counted: Sequence[Counts], kept: Sequence[Kept], bits: int, end: int
) -> tuple[NGram, list[Float64]]:
    """The model of what is kept, and by how much each sequence is likelier than without it, as logarithms."""
    model = NGram(0, bits, end, np.zeros(0, np.uint64), np.zeros(0), np.zeros(0))
    gains = []
    for length, (count, keep) in enumerate(zip(counted, kept, strict=True), 1):
        once, twice = (float((count.follows == n).sum()) for n in (1, 2))
        discount = once / (once + 2 * twice) if once else 0.5
        contexts, context = np.unique(count.keys >> np.uint64(bits), return_inverse=True)
        total = np.bincount(context, count.follows)
        own = np.where(keep, np.maximum(count.follows - discount, 0), 0)
        left = np.maximum(1 - np.bincount(context, own) / total, 1e-6)
        if length == 1:
            behind = np.full(len(count.keys), 1 / (end + 1))
        else:
            shorter = [_last(count.keys, n, bits) for n in range(1, length)]
            behind = np.exp(model.back_off(np.stack(shorter, 1)))
        behind = left[context] * behind
        probability = own / total[context] + behind
        gains.append(np.log(probability / behind))
        kept_keys, new = count.keys[keep], np.log(probability[keep])
        model = NGram(
            length,
            bits,
            end,
            np.concatenate([model.keys, kept_keys]),
            np.concatenate([model.probabilities, new]),
            np.concatenate(
                [
                    model.backoffs + _values(contexts, np.log(left), model.keys),
                    np.zeros(len(kept_keys)),
                ]
            ),
        )
    return model, gains


def learned(texts: Sequence[Sequence[int]], order: int, bits: int, end: int, worth: float) -> NGram:
    """The model of `texts`, without sequences that make them less than `worth` nats likelier, all in all."""
    counted = counts(texts, order, bits, end)
    everything = [np.ones(len(count.keys), bool) for count in counted]
    _, gains = estimate(counted, everything, bits, end)
    kept, contexts = [], np.zeros(0, np.uint64)
    for count, gain in zip(counted[:0:-1], gains[:0:-1], strict=True):
        keep = (count.said * gain > worth) | np.isin(count.keys, contexts)
        contexts = np.unique(count.keys[keep] >> np.uint64(bits))
        kept.append(keep)
    model, _ = estimate(counted, [everything[0], *kept[::-1]], bits, end)
    return model


def _last(keys: Keys, length: int, bits: int) -> Keys:
    return keys & np.uint64((1 << bits * length) - 1)


def _first(keys: Keys, length: int, bits: int) -> Keys:
    return keys >> np.uint64(bits * (length - 1))


def _values(table: Keys, values: npt.NDArray[np.generic], keys: Keys) -> npt.NDArray[np.generic]:
    """What `values` has for those of `keys` that are in the ascending `table`, else 0."""
    at = np.minimum(np.searchsorted(table, keys), len(table) - 1)
    return np.where(table[at] == keys, values[at], 0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=1_200_000, help="sentences to learn from")
    parser.add_argument("--seed", type=int, default=77)
    parser.add_argument(
        "--worth", type=float, default=22.0, help="nats that a sequence must add to be kept"
    )
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    end = tokenizer.token_to_id("<|endoftext|>")
    sentences = [f" {sentence}" for sentence in drawn(args.count, args.seed)]
    texts = [encoding.ids for encoding in tokenizer.encode_batch(sentences)]
    model = learned(texts, ORDER, (end + 1).bit_length(), end, args.worth)
    path = args.model / NGRAM_FILE
    model.write(path)
    print(f"{len(model.keys)} sequences, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
