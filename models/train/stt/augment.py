"""What training does to features, so that no two examples of a word are alike: speakers, delivery, gaps.

A synthetic voice says a pair of sounds with the same recording each time. A recogniser that has heard a
dozen of them learns these recordings, down to how fast one sound goes over into the next, and not the sounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, gaussian_filter1d, uniform_filter1d

from models.train.stt.data import IGNORE, PHONES, Labels, extractor

Mel = npt.NDArray[np.float32]
"""`[80, frames]`."""
Timbre = npt.NDArray[np.float32]
"""How each phone of a voice sounds on average, `[phones, 80]`, whatever its loudness; NaN where it hardly says any."""

FORMANTS = (700.0, 1900.0, 2900.0)
"""Hz: where `warps` move frequencies by their three factors; about the middles of F1, F2 and F3."""


def warps(factors: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """For each row of `factors`, `[n, 3]`: from which band each band of a warped voice comes, `[n, 80]`.

    Vocal tract length perturbation (Jaitly and Hinton 2013), but piecewise linear with a factor of its own
    for each formant: two speakers' vowels differ by more than the length of their tracts. The band edge of
    the telephone stays where it is.
    """
    centres = extractor().mel_filters.argmax(axis=1) * (16000 / extractor().n_fft)
    bands = np.arange(len(centres))
    come_from = np.empty((len(factors), len(bands)), np.float32)
    for row, moved_by in zip(come_from, factors, strict=True):
        moved = np.interp(
            centres, [0, *FORMANTS, 4000], [0, *np.multiply(FORMANTS, moved_by), 4000]
        )
        moved = np.where(centres < 4000, moved, centres)
        # What stands at `moved` in the result stood at `centres` before.
        row[:] = np.interp(centres, moved, bands)
    return come_from


def timbre(utterances: Iterable[tuple[Mel, Labels]]) -> Timbre:
    """Of the one voice that says all `utterances`, which are features and their phones, as of `Example`."""
    sums = np.zeros((len(PHONES), 80), np.float64)
    frames = np.zeros(len(PHONES))
    for mel, phones in utterances:
        known = phones != IGNORE
        heard = mel[:, ::2].T
        speech = heard[known & (phones != PHONES["pau"])]
        if not len(speech):
            continue
        np.add.at(sums, phones[known], heard[known] - speech.mean())
        np.add.at(frames, phones[known], 1)
    with np.errstate(invalid="ignore"):
        return np.where(frames[:, None] < 20, np.nan, sums / frames[:, None]).astype(np.float32)


def another_speaker(
    mel: Mel, phones: Labels, rng: np.random.Generator, timbres: Sequence[Timbre]
) -> Mel:
    """The same said by somebody who never was.

    Formants move together, and those of each phone a little on their own; each phone is lighter or darker too.
    A warp that is the same for all phones leaves every vowel where it is among the others, and a recogniser
    that has heard few people takes the vowels of anybody else for others. And what tells one of the `timbres`
    from another is put on top, in part: what two people differ in is not just any difference (as the eigenvoices
    of Kuhn et al. 2000 are not). `phones` as of `Example`.
    """
    own = rng.uniform(0, 2.0)
    tract = rng.uniform(0.87, 1.15) * rng.uniform(0.94, 1.06, 3)
    come_from = warps(tract * np.exp(own * rng.normal(0, 0.045, (len(PHONES), 3))))
    waves = np.cos(np.pi * np.outer(np.arange(1, 6), np.linspace(0, 1, len(mel))))
    gains = rng.normal(0, own * 0.03, (len(PHONES), len(waves))) @ waves
    if timbres:
        one, other = (timbres[i] for i in rng.integers(len(timbres), size=2))
        gains += rng.uniform(0, 0.8) * np.nan_to_num(one - other)
    gains[PHONES["pau"]] = 0
    at = np.repeat(np.where(phones == IGNORE, PHONES["pau"], phones), 2)[: mel.shape[1]]
    smooth = partial(uniform_filter1d, size=5, axis=0, mode="nearest")
    moved = smooth(come_from[at]).T
    low = np.minimum(moved.astype(int), len(mel) - 2)
    share, frames = moved - low, np.arange(mel.shape[1])
    spoken = mel[low, frames] * (1 - share) + mel[low + 1, frames] * share
    spoken = spoken + smooth(gains[at]).T
    return np.maximum(spoken, spoken.max() - 2.0).astype(np.float32)


def another_time(mel: Mel, phones: Labels, rng: np.random.Generator) -> tuple[Mel, Labels]:
    """The same said once more: hastier here and slower there, more or less clearly, and each sound a little off.

    Returns the features and their phones, as of `Example`.
    """
    frames = mel.shape[1]
    if rng.random() < 0.4:
        knots = 2 + frames // int(rng.integers(4, 13))
        early = rng.normal(0, rng.uniform(0, 1.2), knots)
        late = np.interp(np.linspace(0, 1, frames), np.linspace(0, 1, knots), early)
        at = np.maximum.accumulate(np.clip(np.arange(frames) + late, 0, frames - 1))
        before = np.minimum(at.astype(int), frames - 2)
        share = at - before
        mel = mel[:, before] * (1 - share) + mel[:, before + 1] * share
        phones = phones[np.minimum(np.rint(at[::2] / 2).astype(int), len(phones) - 1)]
    if rng.random() < 0.4:
        slurred = gaussian_filter1d(mel, 1.5, axis=1)
        mel = mel + rng.uniform(-0.4, 0.5) * (slurred - mel)
    if rng.random() < 0.5:
        size = rng.uniform(2, 8), rng.uniform(1.5, 6)
        off = gaussian_filter(rng.standard_normal(mel.shape), size)
        mel = mel + rng.uniform(0, 0.16) / off.std() * off
    return np.maximum(mel, mel.max() - 2.0).astype(np.float32), phones


def with_gaps(mel: Mel, rng: np.random.Generator) -> Mel:
    """SpecAugment (Park et al. 2019, arXiv:1904.08779), mildly."""
    mel, mean = mel.copy(), mel.mean()
    for _ in range(2):
        if rng.random() < 0.4:
            low, height = rng.integers(0, 56), rng.integers(1, 10)
            mel[low : low + height] = mean
        if rng.random() < 0.3:
            start, width = rng.integers(0, mel.shape[1]), rng.integers(1, 7)
            mel[:, start : start + width] = mean
    return mel
