"""Sounds of daily life that training never hears, each of unit power: a recogniser is asked over them what it invents.

Struck things ring in inharmonic modes (K. van den Doel and D. Pai, Presence 7, 1998), bubbles are rising tones,
and coughs, animals and creaks are a buzz or a breath through formants, as a voice is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from models.train.stt.noise import Wave, band, colored, strew, tone, unit

Sound = npt.NDArray[np.float64]
Rng = np.random.Generator


def _struck(rng: Rng, seconds: float, rate: int, low: float, high: float, decay_s: float) -> Sound:
    """A body that is hit: the higher the mode, the sooner it dies."""
    time = np.arange(int(seconds * rate)) / rate
    ring = 0.5 * rng.standard_normal(len(time)) * np.exp(-time / 0.004)
    for hertz in np.exp(rng.uniform(np.log(low), np.log(high), rng.integers(4, 9))):
        mode_s = decay_s * rng.uniform(0.4, 1.6) * (low / hertz) ** 0.3
        phase = rng.uniform(0, 6.3)
        ring += rng.uniform(0.2, 1) * tone(hertz, len(time), rate, phase) * np.exp(-time / mode_s)
    return ring * rng.uniform(0.15, 1)


def _buzz(hertz: Sound, rate: int) -> Sound:
    """Harmonics of a pitch that is given for every sample."""
    phase = 2 * np.pi * np.cumsum(hertz) / rate
    harmonics = range(1, 30)
    return sum(np.where(hertz * k < 0.48 * rate, np.cos(k * phase) / k**0.8, 0) for k in harmonics)


def _mouth(x: Sound, rate: int, formants: list[float], widths: list[float]) -> Sound:
    """Resonances one after the other."""
    for hertz, width in zip(formants, widths, strict=True):
        radius = np.exp(-np.pi * width / rate)
        turn = 2 * np.pi * hertz / rate
        x = lfilter([1 - radius], [1, -2 * radius * np.cos(turn), radius**2], x)
    return x / (np.abs(x).max() + 1e-9)


def _glide(rng: Rng, samples: int, low: float, high: float) -> Sound:
    """A pitch that wanders."""
    points = rng.uniform(low, high, 4)
    return np.interp(np.linspace(0, 1, samples), np.linspace(0, 1, 4), points)


def dishes(rng: Rng, seconds: float, rate: int) -> Wave:
    """Plates, pots and cutlery that are put down, and what they stand on."""

    def plate() -> Sound:
        return _struck(rng, 0.6, rate, rng.uniform(300, 1500), 3900, rng.uniform(0.02, 0.15))

    def board() -> Sound:
        return _struck(rng, 0.15, rate, 100, 800, 0.02)

    x = strew(rng, seconds, rate, rng.uniform(0.5, 3), plate)
    return unit(x + rng.uniform(0, 0.7) * strew(rng, seconds, rate, rng.uniform(1, 5), board))


def water(rng: Rng, seconds: float, rate: int) -> Wave:
    """A tap: bubbles in a rush."""

    def bubble() -> Sound:
        n = int(rng.uniform(0.01, 0.05) * rate)
        rising = rng.uniform(400, 2500) * (1 + np.linspace(0, rng.uniform(0, 0.5), n))
        return np.sin(2 * np.pi * np.cumsum(rising) / rate) * np.hanning(n)

    rush = unit(band(300, 3500, rate, rng.standard_normal(int(seconds * rate))))
    bubbles = strew(rng, seconds, rate, rng.uniform(20, 60), bubble)
    return unit(bubbles + rng.uniform(0.3, 2) * rush)


def doors(rng: Rng, seconds: float, rate: int) -> Wave:
    """Slams, knocks and creaks."""

    def slam() -> Sound:
        return band(80, 2000, rate, _struck(rng, 0.5, rate, 60, 600, 0.05))

    def knocks() -> Sound:
        gap = np.zeros(int(rng.uniform(0.02, 0.1) * rate))
        knock = _struck(rng, 0.15, rate, 120, 700, 0.02)
        return np.tile(np.concatenate([knock, gap]), rng.integers(2, 5))

    def creak() -> Sound:
        n = int(rng.uniform(0.4, 1.5) * rate)
        clicks = np.diff(np.floor(np.cumsum(_glide(rng, n, 20, 160)) / rate), prepend=0)
        formants, widths = rng.uniform(300, 3000, 3), rng.uniform(60, 200, 3)
        return _mouth(clicks, rate, [*formants], [*widths]) * np.hanning(n)

    return strew(rng, seconds, rate, 0.7, lambda: (slam, knocks, creak)[rng.integers(3)]())


def coughs(rng: Rng, seconds: float, rate: int) -> Wave:
    """One to three bursts of breath, some of them ending in a groan."""

    def burst() -> Sound:
        n = int(rng.uniform(0.15, 0.45) * rate)
        time = np.arange(n) / rate
        breath = rng.standard_normal(n) * np.minimum(1, time / 0.005)
        breath *= np.exp(-time / rng.uniform(0.04, 0.12))
        formants = [rng.uniform(500, 900), rng.uniform(1000, 1900), rng.uniform(2300, 3200)]
        parts = [_mouth(breath, rate, formants, [200, 250, 300])]
        if rng.random() < 0.5:
            n = int(rng.uniform(0.08, 0.2) * rate)
            pitch = np.linspace(rng.uniform(150, 300), rng.uniform(90, 140), n)
            groan = _mouth(_buzz(pitch, rate), rate, formants, [90, 120, 160])
            parts.append(0.2 * groan * np.hanning(n))
        return np.concatenate([*parts, np.zeros(int(rng.uniform(0.02, 0.25) * rate))])

    def fit() -> Sound:
        return np.concatenate([burst() * rng.uniform(0.4, 1) for _ in range(rng.integers(1, 4))])

    return strew(rng, seconds, rate, 0.5, fit)


def animals(rng: Rng, seconds: float, rate: int) -> Wave:
    """Barks, miaows and a child's cries."""
    length, pitch, hoarse = (
        ((0.12, 0.3), (200, 500), 1.0),
        ((0.4, 1.2), (350, 800), 0.1),
        ((0.5, 1.5), (300, 550), 0.1),
    )[rng.integers(3)]

    def call() -> Sound:
        n, top = int(rng.uniform(*length) * rate), rng.uniform(*pitch)
        course = [top * rng.uniform(0.6, 0.9), top, top * rng.uniform(0.5, 0.8)]
        x = _buzz(np.interp(np.linspace(0, 1, n), [0, 0.3, 1], course), rate)
        x += hoarse * rng.uniform(0, 2) * rng.standard_normal(n)
        formants = [rng.uniform(600, 1100), rng.uniform(1400, 2200), rng.uniform(2500, 3400)]
        swell = np.sin(np.pi * np.linspace(0, 1, n)) ** rng.uniform(0.3, 1)
        return _mouth(x, rate, formants, [120, 200, 300]) * swell * rng.uniform(0.15, 1)

    return strew(rng, seconds, rate, 1.0, call)


def squeaks(rng: Rng, seconds: float, rate: int) -> Wave:
    """Chairs, shoes and hinges."""

    def squeak() -> Sound:
        n = int(rng.uniform(0.1, 0.6) * rate)
        top = rng.uniform(500, 2000)
        phase = 2 * np.pi * np.cumsum(_glide(rng, n, 0.7 * top, 1.3 * top)) / rate
        x = np.sin(phase) + rng.uniform(0, 0.8) * np.sin(2 * phase)
        return x * np.hanning(n) * rng.uniform(0.15, 1)

    return unit(strew(rng, seconds, rate, 1.2, squeak) + 0.05 * colored(rng, seconds, 1, rate))


def machines(rng: Rng, seconds: float, rate: int) -> Wave:
    """What turns, hums and beats: washing, cycling, fans."""
    n, beat = int(seconds * rate), rng.uniform(0.5, 4)
    rush = unit(band(rng.uniform(100, 600), rng.uniform(900, 3500), rate, rng.standard_normal(n)))
    rush *= (1 + rng.uniform(0.3, 1) * tone(beat, n, rate)) ** 2
    hertz = rng.uniform(40, 200)
    hum = unit(sum(tone(hertz * k, n, rate) / k for k in range(1, 12)))
    knocks = strew(rng, seconds, rate, 2 * beat, lambda: _struck(rng, 0.08, rate, 300, 3000, 0.01))
    return unit(rush + rng.uniform(0, 1) * hum + rng.uniform(0, 1) * knocks)


def murmurs(rng: Rng, seconds: float, rate: int) -> Wave:
    """A buzz or a hiss that swells as syllables do, as a voice through a wall."""

    def syllables() -> Sound:
        parts = []
        pitch = rng.uniform(80, 250)
        for _ in range(rng.integers(1, 9)):
            n = int(rng.uniform(0.08, 0.3) * rate)
            x = _buzz(_glide(rng, n, 0.85 * pitch, 1.15 * pitch), rate)
            if rng.random() < 0.4:
                x = rng.standard_normal(n)
            formants = [rng.uniform(250, 900), rng.uniform(800, 2300), rng.uniform(2200, 3200)]
            parts.append(_mouth(x, rate, formants, [80, 120, 200]) * np.hanning(n))
        return np.concatenate(parts) * rng.uniform(0.3, 1)

    return strew(rng, seconds, rate, 0.5, syllables)


KINDS: tuple[Callable[[Rng, float, int], Wave], ...] = (
    dishes, water, doors, coughs, animals, squeaks, machines, murmurs
)  # fmt: skip
