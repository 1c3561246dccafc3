"""Sounds that are not speech, each of unit power: what lies behind a caller, and what comes before one speaks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

Wave = npt.NDArray[np.float32]


def unit(x: npt.NDArray[np.floating]) -> Wave:
    return (x / (x.std() + 1e-9)).astype(np.float32)


def tone(hertz: float, n: int, rate: int, phase: float = 0.0) -> npt.NDArray[np.float64]:
    return np.sin(2 * np.pi * hertz * np.arange(n) / rate + phase)


def band(low: float, high: float, rate: int, x: npt.NDArray[np.floating]) -> Wave:
    return sosfilt(butter(2, [low, high], "bandpass", fs=rate, output="sos"), x)


def colored(rng: np.random.Generator, seconds: float, slope: float, rate: int) -> Wave:
    """Noise whose power falls with `1/f**slope`: 0 white, 1 pink, 2 brown."""
    n = int(seconds * rate)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.maximum(np.arange(len(spectrum)) * rate / n, 20.0)
    return unit(np.fft.irfft(spectrum * frequency ** (-slope / 2), n))


def hum(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Mains hum and its harmonics."""
    n, mains = int(seconds * rate), rng.choice([50.0, 60.0])
    return unit(
        sum(
            rng.uniform(0.1, 1) * tone(mains * k, n, rate, rng.uniform(0, 6.3))
            for k in range(1, 10)
        )
    )


def strew(
    rng: np.random.Generator,
    seconds: float,
    rate: int,
    per_second: float,
    event: object,
) -> Wave:
    """Events, drawn by `event()`, at random moments."""
    n = int(seconds * rate)
    x = np.zeros(n, np.float64)
    for start in rng.integers(0, n, max(1, int(seconds * per_second))):
        sound = event()[: n - start]  # type: ignore[operator]
        x[start : start + len(sound)] += sound
    return unit(x)


def clicks(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Knocks, taps and keys."""

    def click() -> npt.NDArray[np.float64]:
        length = int(rng.uniform(0.005, 0.08) * rate)
        decay = np.exp(-np.arange(length) / (length / 5))
        return rng.uniform(0.2, 1) * decay * rng.standard_normal(length)

    return strew(rng, seconds, rate, rng.uniform(1, 5), click)


def clatter(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Dishes and cutlery: a few high partials that ring for a moment."""

    def clank() -> npt.NDArray[np.float64]:
        n = int(rng.uniform(0.05, 0.5) * rate)
        ring = sum(rng.uniform(0.2, 1) * tone(rng.uniform(900, 3800), n, rate) for _ in range(4))
        return rng.uniform(0.1, 1) * ring * np.exp(-np.arange(n) / (n / 6))

    return strew(rng, seconds, rate, rng.uniform(0.5, 3), clank) + 0.1 * colored(
        rng, seconds, 1, rate
    )


def breaths(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Breathing, blowing and rustling near the microphone."""

    def breath() -> npt.NDArray[np.float64]:
        n = int(rng.uniform(0.2, 1.2) * rate)
        low = rng.uniform(100, 900)
        noise = band(low, low * rng.uniform(2, 4), rate, rng.standard_normal(n))
        return rng.uniform(0.2, 1) * noise * np.hanning(n)

    return strew(rng, seconds, rate, rng.uniform(0.3, 1.5), breath)


def music(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Hold music of a sort: a melody over chords, with harmonics and a beat."""
    beat = rng.uniform(0.2, 0.6)
    scale = 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12) * rng.uniform(110, 330)
    harmonics = rng.uniform(0, 1, 6) / np.arange(1, 7)
    decay_s = rng.uniform(0.1, 1.5)
    x = np.zeros(int(seconds * rate))
    for at in np.arange(0, seconds - beat, beat):
        length = int(beat * rng.choice([1, 1, 2, 4]) * rate)
        notes = rng.choice(scale, rng.choice([1, 1, 2, 3]), replace=False)
        n = min(length, len(x) - int(at * rate))
        sound = sum(
            a * tone(note * (k + 1), n, rate)
            for note in notes
            for k, a in enumerate(harmonics)
            if note * (k + 1) < rate / 2
        )
        attack = np.minimum(1, np.arange(n) / (0.01 * rate))
        start = int(at * rate)
        x[start : start + n] += sound * attack * np.exp(-np.arange(n) / rate / decay_s)
    if rng.random() < 0.5:
        x += 0.3 * x.std() * clicks(rng, seconds, rate)
    return unit(x)


def signals(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Ringing, busy and dial tones (ITU-T E.180), keys pressed (ITU-T Q.23) and beeps."""
    x = np.zeros(int(seconds * rate))
    at = 0
    while at < len(x):
        kind = rng.integers(4)
        if kind == 0:
            pair, on, off = (440, 480), 2.0, 4.0 * rng.random()
        elif kind == 1:
            pair, on, off = (480, 620), 0.5, 0.5
        elif kind == 2:
            pair = (rng.choice([697, 770, 852, 941]), rng.choice([1209, 1336, 1477]))
            on, off = rng.uniform(0.05, 0.3), rng.uniform(0.05, 0.4)
        else:
            hertz = rng.uniform(300, 2500)
            pair, on, off = (hertz, hertz), rng.uniform(0.05, 1.0), rng.uniform(0.1, 1.5)
        n = min(int(on * rate), len(x) - at)
        x[at : at + n] = tone(pair[0], n, rate) + tone(pair[1], n, rate)
        at += n + int(off * rate)
    return unit(x)


def street(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Traffic: rumble, engines passing by, now and then a horn or a bang."""
    n = int(seconds * rate)
    x = colored(rng, seconds, 1.5, rate).astype(np.float64)

    def passing() -> npt.NDArray[np.float64]:
        length = int(rng.uniform(1.5, 5) * rate)
        low = rng.uniform(60, 300)
        noise = unit(band(low, low * rng.uniform(3, 8), rate, rng.standard_normal(length)))
        engine = sum(tone(low * k / 2, length, rate) / k for k in range(1, 6))
        return (noise + rng.uniform(0, 0.6) * engine) * np.hanning(length)

    def horn() -> npt.NDArray[np.float64]:
        length, hertz = int(rng.uniform(0.2, 1.2) * rate), rng.uniform(300, 600)
        return sum(tone(hertz * k, length, rate) / k for k in range(1, 5)) * rng.uniform(0.1, 0.6)

    x += 1.5 * strew(rng, seconds, rate, rng.uniform(0.1, 0.5), passing)
    x += 0.3 * strew(rng, seconds, rate, 0.08, horn)
    return unit(x[:n])
