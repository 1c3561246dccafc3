"""Sounds that nobody says, made from arithmetic: 8 kHz int16, about -26 dBFS."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from audiocore.units import TELEPHONE_HZ

Wave = npt.NDArray[np.float64]
SECONDS = 6.0
LEVEL = 0.05
"""Root mean square of steady sounds, peaks of short ones about ten times that; 1 is full scale."""


def noises(rng: np.random.Generator) -> Iterator[tuple[str, npt.NDArray[np.int16]]]:
    """Every kind once, by name."""
    for name, make in _KINDS.items():
        yield name, (np.clip(make(rng), -1, 1) * 32767).astype(np.int16)


def _samples(seconds: float) -> int:
    return int(seconds * TELEPHONE_HZ)


def _coloured(rng: np.random.Generator, seconds: float, slope: float) -> Wave:
    """Power falls with ``slope`` powers of frequency."""
    spectrum = np.fft.rfft(rng.normal(size=_samples(seconds)))
    spectrum /= np.maximum(np.arange(len(spectrum)), 20) ** (slope / 2)
    wave = np.fft.irfft(spectrum, _samples(seconds))
    return np.asarray(wave / wave.std() * LEVEL)


def _resonant(wave: Wave, hertz: float, width: float) -> Wave:
    radius = np.exp(-np.pi * width / TELEPHONE_HZ)
    turn = 2 * np.pi * hertz / TELEPHONE_HZ
    return np.asarray(lfilter([1 - radius], [1, -2 * radius * np.cos(turn), radius**2], wave))


def _decaying(rng: np.random.Generator, seconds: float, decay_s: float) -> Wave:
    time = np.arange(_samples(seconds)) / TELEPHONE_HZ
    return np.asarray(rng.normal(size=len(time)) * np.exp(-time / decay_s))


def _strewn(rng: np.random.Generator, per_second: float, one: Wave) -> Wave:
    """Copies of a short sound at random times."""
    wave = np.zeros(_samples(SECONDS) + len(one))
    for _ in range(rng.poisson(per_second * SECONDS) + 1):
        at = rng.integers(_samples(SECONDS))
        wave[at : at + len(one)] += one * rng.uniform(0.5, 1.5)
    return np.asarray(wave / np.abs(wave).max() * LEVEL * 10)


def _hum(rng: np.random.Generator) -> Wave:
    time = np.arange(_samples(SECONDS)) / TELEPHONE_HZ
    parts = [rng.uniform(0.1, 1) * np.sin(2 * np.pi * 60 * k * time) for k in range(1, 8)]
    wave = np.sum(parts, axis=0)
    return np.asarray(wave / wave.std() * LEVEL)


def _cough(rng: np.random.Generator) -> Wave:
    """A burst of air, then a rougher and longer one through an open mouth."""
    burst = _decaying(rng, 0.35, 0.06)
    open_mouth = _resonant(_resonant(burst, 700, 250), 1600, 400)
    return np.asarray(open_mouth / np.abs(open_mouth).max())


def _coughs(rng: np.random.Generator) -> Wave:
    gap = np.zeros(_samples(0.08))
    fit = np.concatenate([np.r_[_cough(rng) * rng.uniform(0.5, 1), gap] for _ in range(3)])
    return np.asarray(fit * LEVEL * 10)


def _breath(rng: np.random.Generator) -> Wave:
    time = np.arange(_samples(SECONDS)) / TELEPHONE_HZ
    swell = np.maximum(0, np.sin(2 * np.pi * 0.35 * time)) ** 2
    return np.asarray(_resonant(_coloured(rng, SECONDS, 0.5), 1200, 1500) * swell * 4)


def _ringing(rng: np.random.Generator) -> Wave:
    time = np.arange(_samples(SECONDS)) / TELEPHONE_HZ
    wave = np.sin(2 * np.pi * 440 * time) + np.sin(2 * np.pi * 480 * time)
    return np.asarray(wave * (time % 3 < 1.5) * LEVEL)


_KINDS = {
    "white": lambda rng: _coloured(rng, SECONDS, 0),
    "pink": lambda rng: _coloured(rng, SECONDS, 1),
    "rumble": lambda rng: _coloured(rng, SECONDS, 2),
    "hum": _hum,
    "keys": lambda rng: _strewn(rng, 5, _decaying(rng, 0.05, 0.006)),
    "knocks": lambda rng: _strewn(rng, 2, _resonant(_decaying(rng, 0.3, 0.03), 180, 60)),
    "dishes": lambda rng: _strewn(rng, 3, _resonant(_decaying(rng, 0.4, 0.06), 2600, 40)),
    "cough": lambda rng: _cough(rng) * LEVEL * 10,
    "coughs": _coughs,
    "breath": _breath,
    "ringing": _ringing,
}
