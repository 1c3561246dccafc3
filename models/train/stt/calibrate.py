"""Measure what a recogniser's scores are worth and store it beside the weights, for the engine to use.

    python -m models.train.stt.calibrate --model models/starter/stt

Held-out sentences and single words by voices of training on random lines, and lines, hiss and sounds of daily life
on which nobody speaks; none of them is evaluated on. Two logistic regressions (Platt 1999) are learned: from the
probability of `<|nospeech|>` and the mean log probability of the words to the probability that somebody spoke, and
from the mean and the total log probability, and the share of all likelihood that the words have, to the probability
that every word is right.

A call asks whether somebody spoke of what its detector took for a voice, so speech and noise are also cut as a call
cuts them: noise that no detector opens for is told from speech too easily, and the probability would mean too much.
The first decoding tells whether somebody spoke; the words are those that the engine believes in the end, after
hearing again what it is not sure of.
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
import soxr

from audiocore.events import SpeechEnded, SpeechPaused
from audiocore.g711 import ulaw_encode
from audiocore.units import FRAME_MS, FRAME_SAMPLES
from models.train.stt import text, unheard
from models.train.stt.channel import LINE, Channel, Wave
from models.train.stt.noise import colored
from models.train.stt.sentences import in_domain
from models.train.stt.voices import RATE, Festival, speaker
from pipeline.call import CallOptions
from pipeline.engines.calibration import (
    CALIBRATION_FILE,
    Calibration,
    Hypothesis,
    log_odds,
    logistic,
)
from pipeline.engines.faster_whisper import FasterWhisper
from pipeline.engines.silero import GatedVad, SileroModel
from pipeline.engines.webrtc_vad import WebrtcVad
from pipeline.listener import Listener
from pipeline.number_words import cardinal

SURE = 0.3
"""Probability of the words below which the engine hears again at other speeds: of one sentence in three on a good
line by voices of training, and of two in three by others'."""
ANSWERS = (
    *text.DAYS,
    *(cardinal(n) for n in range(13)),
    *"yes no yeah nope okay sure right correct hello nothing tomorrow morning".split(),
)
"""Words that callers say alone."""
LOST = 0.005
"""Share of utterances that may be taken for nothing said."""

Floats = npt.NDArray[np.float64]


def spoken(count: int, seed: int) -> Iterator[tuple[str, Wave]]:
    """Sentences nobody trained on, and one in five a word that is an answer, each by another caller."""
    rng, festival = Random(seed), Festival()
    said = [line.text for line in in_domain(count - count // 5, seed)]
    said += rng.choices(ANSWERS, k=count // 5)
    with tempfile.TemporaryDirectory() as folder:
        for words in said:
            if utterance := speaker(rng, festival)(words, Path(folder) / "x.wav"):
                yield words, utterance.pcm / np.float32(32768)
    festival.close()


def hiss(rng: np.random.Generator) -> Wave:
    """Steady noise at any level over the whole band, which no telephone passes and training never hears."""
    x = colored(rng, rng.uniform(0.5, 4), rng.uniform(0, 2), RATE)
    return (x * 10 ** (rng.uniform(-65, -15) / 20)).astype(np.float32)


def overheard(wave: Wave, silero: SileroModel) -> Iterator[Wave]:
    """What a call would ask its recogniser about, of 16 kHz sound over the agent's speech: one wave for every pause."""
    options = CallOptions()
    listener = Listener(GatedVad(WebrtcVad(), silero), options.endpointing, options.pre_roll_ms)
    pcm = soxr.resample(np.pad(wave, (0, RATE // 2)), RATE, LINE) * 32767
    line = ulaw_encode(np.clip(pcm, -32768, 32767).astype(np.int16).tobytes())
    for frame in range(len(line) // FRAME_SAMPLES):
        heard = line[frame * FRAME_SAMPLES :][:FRAME_SAMPLES]
        for event in listener.receive(heard, None, frame * FRAME_MS, interrupting=True):
            if isinstance(event, SpeechEnded):
                listener.forget()
            if isinstance(event, SpeechPaused):
                listener.expect(options.endpointing.min_end_ms)
                if listener.sound.speech_ms >= options.interruption.least_ms:
                    yield np.frombuffer(listener.pcm_16k(), np.int16) / np.float32(32768)


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


def calibration(
    heard: list[tuple[str, Hypothesis]],
    best: list[tuple[str, Hypothesis]],
    pieces: list[Hypothesis],
    silent: list[Hypothesis],
) -> dict[str, float]:
    """What goes into the file, by what was heard of whole sentences, at once and in the end, of pieces of them, and
    where nobody spoke."""
    words = [(said, h) for said, h in heard if h.text]
    noise = [h for h in silent if h.text]
    whole = np.array([spoke_columns(h) for _, h in words])
    spoken = np.array([*whole, *[spoke_columns(h) for h in pieces if h.text]])
    unspoken = np.array([spoke_columns(h) for h in noise or silent])
    labels = np.repeat([1.0, 0.0], [len(spoken), len(unspoken)])
    columns = np.concatenate([spoken, unspoken])
    spoke = regression(columns, labels)
    if spoke[2] < 0:  # likelier words never speak against a speaker
        spoke = np.array([*regression(columns[:, :2], labels), 0.0])
    spoke[0] -= np.log(len(spoken) / len(unspoken))  # how many there are of each says nothing
    # The lines without speech are few and made up: what is lost of speech sets the limit.
    least = logistic(float(np.quantile(whole @ spoke, LOST)))
    believed = [(said, h) for said, h in best if h.text]
    mean = np.array([h.mean_log_probability for _, h in believed])
    total = np.array([h.log_probability for _, h in believed])
    exact = np.array([float(said == h.text) for said, h in believed])
    share = np.array([log_odds(h.share) for _, h in believed])
    right = regression(np.stack([np.ones_like(mean), mean, total, share], 1), exact)
    names = [field.name for field in fields(Calibration)]
    found = {
        n: round(float(w), 4) for n, w in zip(names, [*spoke, *right, least, SURE], strict=True)
    }
    worded = sum(Calibration(**found).spoken(h) >= least for h in noise)
    print(
        f"{len(heard)} utterances, {exact.mean():.0%} right; words on {worded} of {len(silent)} silent lines"
    )
    return found


def spoke_columns(h: Hypothesis) -> list[float]:
    """What `Calibration.spoken` looks at."""
    return [1.0, log_odds(h.no_speech), h.mean_log_probability]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--count", type=int, default=500, help="utterances")
    parser.add_argument("--seed", type=int, default=404)
    args = parser.parse_args()
    engine, silero = FasterWhisper(args.model), SileroModel()
    rng = np.random.default_rng(args.seed)
    utterances = list(spoken(args.count, args.seed))
    channel = Channel(args.seed, np.concatenate([wave for _, wave in utterances]))

    def hear(wave: Wave) -> Hypothesis:
        return engine.decode(wave, len(wave) / RATE)[0]

    called = [(said, channel.call(wave, rng).wave) for said, wave in utterances]
    hearings = [engine.decode(wave, len(wave) / RATE) for _, wave in called]
    heard = [(said, first) for (said, _), (first, *_) in zip(called, hearings, strict=True)]
    pieces = [hear(piece) for _, wave in called for piece in overheard(wave, silero)]
    silent = [hear(channel.nothing(rng.uniform(0.5, 4), rng)) for _ in range(args.count // 2)]
    silent += [hear(hiss(rng)) for _ in range(args.count // 4)]
    sounds = [kind(rng, 40.0, LINE) for kind in unheard.KINDS for _ in range(4)]
    for _ in range(args.count // 2):
        for line in (channel.nothing(6.0, rng), channel.nothing(6.0, rng, sounds)):
            silent += [hear(piece) for piece in overheard(line, silero)]
    best = [
        (said, engine.best(hypotheses, wave, len(wave) / RATE, SURE))
        for (said, wave), hypotheses in zip(called, hearings, strict=True)
    ]
    found = calibration(heard, best, pieces, silent)
    (args.model / CALIBRATION_FILE).write_text(json.dumps(found, indent=2) + "\n")
    print(found)


if __name__ == "__main__":
    main()
