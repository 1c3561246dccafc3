"""Recordings of the shards, and the features and labels that the model is trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.fft
from faster_whisper.feature_extractor import FeatureExtractor
from torch import Tensor

from models.train.stt.voices import HELD_OUT

CHARACTERS = {c: i + 1 for i, c in enumerate("abcdefghijklmnopqrstuvwxyz' ")}
"""Class 0 is CTC's blank."""
PHONES = {
    p: i
    for i, p in enumerate(
        "pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y "
        "z zh".split()
    )
}
IGNORE = -100
HOP = 320
"""Samples from one feature frame to the next, of which the encoder makes one of two. 20 ms instead of Whisper's 10
make encoding and training half as much work."""
FEATURES = {
    "feature_size": 80,
    "sampling_rate": 16000,
    "hop_length": HOP,
    "chunk_length": 30,
    "n_fft": 512,
}
"""Of faster-whisper's feature extractor. A window of 32 ms instead of 25 keeps its frames overlapping."""

Labels = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Recording:
    """One utterance on disk."""

    text: str
    audio: npt.NDArray[np.int16]
    """16 kHz, memory-mapped."""
    phones: list[tuple[str, float]]
    voice: str = "flite:rms"


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance as the model sees it."""

    text: str
    mel: npt.NDArray[np.float32]
    """`[80, frames]`."""
    phones: Labels
    """One per two frames; IGNORE where unknown."""
    speech_s: tuple[float, float]


class Batch(NamedTuple):
    """What the model takes at a time."""

    mel: Tensor
    """`[batch, 80, frames]`, float32."""
    tokens: Tensor
    """`[batch, length]`: what the decoder is given."""
    targets: Tensor
    """`[batch, length]`: what follows each of `tokens`; IGNORE after the end."""
    phones: Tensor
    """`[batch, frames / 2]`."""
    characters: Tensor
    """All texts end to end."""
    character_lengths: Tensor
    frame_lengths: Tensor
    """Encoder frames of each utterance."""


def read_shards(folder: Path, known: set[str]) -> list[Recording]:
    """Recordings of all complete shards that are not `known` yet; adds their names to `known`.

    Voices held out for evaluation are left out, whoever spoke them into the folder.
    """
    found = []
    for index in sorted(folder.glob("*.jsonl")):
        if index.stem in known:
            continue
        known.add(index.stem)
        audio = np.load(folder / f"{index.stem}.audio.npy", mmap_mode="r")
        for line in index.read_text().splitlines():
            row = json.loads(line)
            if row["voice"] in HELD_OUT:
                continue
            x, phones = audio[row["start"] : row["stop"]], row["phones"]
            found.append(Recording(row["text"], x, phones, row["voice"]))
    return found


def trim(
    x: npt.NDArray[np.int16], phones: list[tuple[str, float]], kept_s: float
) -> tuple[npt.NDArray[np.int16], list[tuple[str, float]]]:
    """Cut pauses at both ends down to `kept_s`, where the phones are known."""
    spoken = [n for n, (phone, _) in enumerate(phones) if phone != "pau"]
    if not spoken:
        return x, phones
    begin = max(0.0, (phones[spoken[0] - 1][1] if spoken[0] else 0.0) - kept_s)
    end = phones[spoken[-1]][1] + kept_s
    kept = [(p, t - begin) for p, t in phones[max(0, spoken[0] - 1) : spoken[-1] + 1]]
    return x[int(begin * 16000) : int(end * 16000)], kept


def frame_labels(
    phones: list[tuple[str, float]], frames: int, speed: float, lead_s: float, hop: int = HOP
) -> Labels:
    """Phone class of every encoder frame after the channel moved and stretched the utterance."""
    labels = np.full(frames, IGNORE if not phones else PHONES["pau"], np.int64)
    begin, per_second = 0.0, 16000 / (2 * hop)
    for phone, end in phones:
        first, last = (max(0, round((lead_s + t / speed) * per_second)) for t in (begin, end))
        labels[first:last] = PHONES.get(phone, PHONES["pau"])
        begin = end
    return labels


@lru_cache(maxsize=1)
def extractor() -> FeatureExtractor:
    """Whisper's features, with `FEATURES`."""
    return FeatureExtractor(**FEATURES)


@lru_cache(maxsize=1)
def _hann() -> npt.NDArray[np.float32]:
    return np.hanning(extractor().n_fft + 1)[:-1].astype(np.float32)


def log_mel(wave: npt.NDArray[np.float32], hop: int = HOP) -> npt.NDArray[np.float32]:
    """`[80, frames]` of 16 kHz audio: `FeatureExtractor(wave, padding=0)` in single precision, twice as fast."""
    fe = extractor()
    padded = np.pad(wave, fe.n_fft // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, fe.n_fft)[::hop]
    windows = windows[: len(wave) // hop]
    spectrum = scipy.fft.rfft(windows * _hann(), axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = np.log10(np.maximum(power @ fe.mel_filters.T, 1e-10)).T
    return np.ascontiguousarray((np.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0)
