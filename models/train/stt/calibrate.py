"""Measure what a recogniser's scores are worth and store it beside the weights, for the engine to use.

    python -m models.train.stt.calibrate --model models/starter/stt

Held-out sentences by voices of training on random lines, and lines and hiss on which nobody speaks; none of them
is evaluated on. Two logistic regressions (Platt 1999) are learned: from the probability of `<|nospeech|>` and the
mean log probability of the words to the probability that somebody spoke, and from the mean and the total log
probability to the probability that every word is right.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from models.train.stt.channel import Channel, Wave
from models.train.stt.noise import colored
from models.train.stt.sentences import in_domain
from models.train.stt.voices import RATE, Festival, speaker
from pipeline.engines.faster_whisper import (
    CALIBRATION_FILE,
    Calibration,
    FasterWhisper,
    Hypothesis,
    log_odds,
)

LOST = 0.005
"""Share of utterances that may be taken for nothing said."""

Floats = npt.NDArray[np.float64]


def spoken(count: int, seed: int) -> Iterator[tuple[str, Wave]]:
    """Sentences nobody trained on, each by another caller."""
    rng, festival = Random(seed), Festival()
    lines = in_domain(count, seed)
    with tempfile.TemporaryDirectory() as folder:
        for line in lines:
            if utterance := speaker(rng, festival)(line.text, Path(folder) / "x.wav"):
                yield line.text, utterance.pcm / np.float32(32768)
    festival.close()


def hiss(rng: np.random.Generator) -> Wave:
    """Steady noise at any level over the whole band, which no telephone passes and training never hears."""
    x = colored(rng, rng.uniform(0.5, 4), rng.uniform(0, 2), RATE)
    return (x * 10 ** (rng.uniform(-65, -15) / 20)).astype(np.float32)


def regression(x: Floats, y: Floats, ridge: float = 1.0) -> Floats:
    """Weights of a logistic regression by Newton's method; the first column of `x` is ones."""
    weights = np.zeros(x.shape[1])
    penalty = np.diag([0.0] + [ridge] * (x.shape[1] - 1))
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + penalty @ weights
        curvature = (x * (p * (1 - p))[:, None]).T @ x + penalty
        weights -= np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
    return weights


def calibration(heard: list[tuple[str, Hypothesis]], silent: list[Hypothesis]) -> dict[str, float]:
    """What goes into the file."""
    words = [(said, h) for said, h in heard if h.text]
    noise = [h for h in silent if h.text]
    spoken = np.array([spoke_columns(h) for _, h in words])
    unspoken = np.array([spoke_columns(h) for h in noise or silent])
    labels = np.repeat([1.0, 0.0], [len(spoken), len(unspoken)])
    spoke = regression(np.concatenate([spoken, unspoken]), labels)
    # The lines without speech are few and made up: what is lost of speech sets the limit.
    spoke[0] -= float(np.quantile(spoken @ spoke, LOST))
    mean = np.array([h.mean_log_probability for _, h in words])
    total = mean * [h.tokens for _, h in words]
    exact = np.array([float(said == h.text) for said, h in words])
    right = regression(np.stack([np.ones_like(mean), mean, total], 1), exact)
    names = [field.name for field in fields(Calibration)]
    found = {n: round(float(w), 4) for n, w in zip(names, [*spoke, *right], strict=True)}
    believed = sum(Calibration(**found).speech(h) >= 0.5 for h in noise)
    print(
        f"{len(heard)} utterances, {exact.mean():.0%} right; words on {believed} of {len(silent)} silent lines"
    )
    return found


def spoke_columns(h: Hypothesis) -> list[float]:
    """What `Calibration.speech` looks at."""
    return [1.0, log_odds(h.no_speech), h.mean_log_probability]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=500, help="utterances")
    parser.add_argument("--seed", type=int, default=404)
    args = parser.parse_args()
    engine, rng = FasterWhisper(args.model), np.random.default_rng(args.seed)
    utterances = list(spoken(args.count, args.seed))
    channel = Channel(args.seed, np.concatenate([wave for _, wave in utterances]))

    def hear(wave: Wave) -> Hypothesis:
        return engine.decode(wave, len(wave) / RATE)

    heard = [(said, hear(channel.call(wave, rng).wave)) for said, wave in utterances]
    silent = [hear(channel.nothing(rng.uniform(0.5, 4), rng)) for _ in range(args.count // 2)]
    silent += [hear(hiss(rng)) for _ in range(args.count // 4)]
    found = calibration(heard, silent)
    (args.model / CALIBRATION_FILE).write_text(json.dumps(found, indent=2) + "\n")
    print(found)


if __name__ == "__main__":
    main()
