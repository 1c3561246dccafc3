"""Learn what runs of words tell about intents, for the flow's second opinion.

    python -m models.train.llm.intents --out models/starter/llm

Logistic regression on `pipeline.flow.wordings.pieces` of the sentences that the language model learns from, as
many of them misheard or written otherwise. AdaGrad (Duchi et al. 2011), one pass: no sentence comes twice.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from models.train.corpus import BUSINESSES
from models.train.llm import data
from pipeline.engines.linear_classifier import CLASSIFIER_FILE, Float32, LinearClassifier, rows
from pipeline.flow.prompts import INTENTS, Asked
from pipeline.flow.wordings import pieces

BATCH = 256
RATE = 0.5
REPORT = 200

Said = tuple[Asked, str, str, str]
"""What was asked, the words, the kind of business, and the intent."""


def drawn(rng: random.Random) -> Said:
    """One sentence."""
    kind = rng.choice(BUSINESSES)
    words, u = data.said(rng, business=kind)
    return u.asked, words, kind, u.intent  # type: ignore[return-value]


class Learner:
    """Weights in the making."""

    def __init__(self, count: int) -> None:
        self.weights: Float32 = np.zeros((count, len(INTENTS)), np.float32)
        self._seen = np.full(count, 1e-6, np.float32)
        """AdaGrad's sum of squares, one for each row."""

    def learn(self, batch: list[Said], rate: float) -> float:
        """Take in some sentences; the share of them that was known already."""
        places = [rows(pieces(*asked), len(self.weights)) for *asked, _ in batch]
        lengths = np.array([len(each) for each in places])
        used, place = np.unique(np.concatenate(places), return_inverse=True)
        values = np.repeat(lengths**-0.5, lengths).astype(np.float32)
        said = csr_array((values, place, np.cumsum([0, *lengths])), shape=(len(batch), len(used)))
        logits = said @ self.weights[used]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        error = odds / odds.sum(axis=1, keepdims=True)
        meant = np.array([INTENTS.index(intent) for *_, intent in batch])
        known = float((error.argmax(axis=1) == meant).mean())
        error[np.arange(len(batch)), meant] -= 1
        gradient = said.T @ error
        self._seen[used] += (gradient**2).mean(axis=1)
        self.weights[used] -= rate * gradient / np.sqrt(self._seen[used])[:, None]
        return known


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of the language model")
    parser.add_argument("--count", type=int, default=4_000_000, help="sentences to learn from")
    parser.add_argument("--rows", type=int, default=1 << 17)
    parser.add_argument("--seed", type=int, default=2)
    args = parser.parse_args()
    rng, learner, batches = random.Random(args.seed), Learner(args.rows), args.count // BATCH
    known = 0.0
    for n in range(batches):
        batch = [drawn(rng) for _ in range(BATCH)]
        known += (learner.learn(batch, RATE * (1 - n / batches)) - known) / min(n + 1, REPORT)
        if n % REPORT == 0:
            print(f"{n * BATCH} sentences, {known:.3f} of the last known", flush=True)
    path = args.out / CLASSIFIER_FILE
    LinearClassifier(INTENTS, learner.weights).write(path)
    print(f"{known:.3f} of the last known, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
