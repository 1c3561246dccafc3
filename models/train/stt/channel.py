"""What a telephone call does to speech: speed, room, noise, level, band limit, packet loss, G.711.

Waveforms are float32 in -1..1. `Channel.call` turns 16 kHz studio speech into what our own frame path
hands the recogniser: mu-law at 8 kHz, decoded and brought back to 16 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import butter, fftconvolve, lfilter, sosfilt

from audiocore.g711 import ulaw_encode
from audiocore.resample import Upsampler2

Wave = npt.NDArray[np.float32]

LINE = 8_000
MODEL = 16_000
FRAME = LINE // 50
"""Samples of one 20 ms frame, the unit that packet loss takes away."""


def line_and_back(x: Wave) -> Wave:
    """8 kHz speech through G.711 mu-law and up to 16 kHz, with the kernels that serve a real call."""
    pcm = np.clip(np.rint(x * 32768), -32768, 32767).astype(np.int16)
    heard = Upsampler2().process_ulaw(ulaw_encode(pcm))
    return np.frombuffer(heard, np.int16).astype(np.float32) / 32768


@lru_cache(maxsize=256)
def _band(low: int, high: int, rate: int) -> npt.NDArray[np.float64]:
    return butter(2, [low, high], "bandpass", fs=rate, output="sos")


def colored_noise(rng: np.random.Generator, seconds: float, slope: float, rate: int) -> Wave:
    """Noise of unit power whose power falls with `1/f**slope`: 0 white, 1 pink, 2 brown."""
    n = int(seconds * rate)
    spectrum = np.fft.rfft(rng.standard_normal(n))
    frequency = np.maximum(np.arange(len(spectrum)) * rate / n, 20.0)
    x = np.fft.irfft(spectrum * frequency ** (-slope / 2), n)
    return (x / x.std()).astype(np.float32)


def hum(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Mains hum and its harmonics, unit power."""
    t = np.arange(int(seconds * rate)) / rate
    mains = rng.choice([50.0, 60.0])
    x = sum(
        rng.uniform(0.1, 1) * np.sin(2 * np.pi * mains * k * t + rng.uniform(0, 6.3))
        for k in range(1, 10)
    )
    return (x / x.std()).astype(np.float32)


def clicks(rng: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Knocks and taps at random moments, unit power."""
    n = int(seconds * rate)
    x = np.zeros(n, np.float32)
    for start in rng.integers(0, n - rate // 10, int(seconds * rng.uniform(1, 5))):
        length = int(rng.uniform(0.005, 0.08) * rate)
        decay = np.exp(-np.arange(length) / (length / 5))
        x[start : start + length] += rng.uniform(0.2, 1) * decay * rng.standard_normal(length)
    return (x / x.std()).astype(np.float32)


def room(rng: np.random.Generator, rate: int) -> Wave:
    """An impulse response: direct sound and an exponentially decaying tail of 0.1 to 0.5 s."""
    t60 = rng.uniform(0.1, 0.5)
    n = int(t60 * rate)
    tail = rng.standard_normal(n) * 10 ** (-3 * np.arange(n) / n)
    tail[: int(0.002 * rate)] = 0
    tail *= 10 ** (-rng.uniform(3, 18) / 20) / np.sqrt((tail**2).sum())
    tail[0] = 1.0
    return tail.astype(np.float32)


def at_level(x: Wave, peak_db: float) -> Wave:
    """Scaled so that the loudest sample is `peak_db` below full scale; silence stays silence."""
    return x / (np.abs(x).max() + 1e-9) * 10 ** (peak_db / 20)


def lose_frames(x: Wave, rng: np.random.Generator, share: float) -> Wave:
    """Drop this share of the 20 ms frames: half fall silent, half repeat the frame before."""
    x = x.copy()
    for at in np.flatnonzero(rng.random(len(x) // FRAME) < share) * FRAME:
        repeat = at >= FRAME and rng.random() < 0.5
        x[at : at + FRAME] = x[at - FRAME : at] * 0.7 if repeat else 0.0
    return x


@dataclass(frozen=True, slots=True)
class Taken:
    """One passage through the channel."""

    wave: Wave
    """16 kHz."""
    speed: float
    """How much faster (and higher) than the studio it plays."""
    lead_s: float
    """Silence put before the speech, in seconds of the result; negative if the start was cut off."""


class Channel:
    """Random telephone lines; every draw comes from the generator given to `call`.

    `speech` (16 kHz) is cut up for background babble.
    """

    def __init__(self, seed: int, speech: Wave) -> None:
        rng = np.random.default_rng(seed)
        seconds = 40.0
        self._noises: list[Wave] = [
            colored_noise(rng, seconds, slope, LINE) for slope in (0, 0.5, 1, 1, 1.5, 2)
        ]
        self._noises += [hum(rng, seconds, LINE), clicks(rng, seconds, LINE)]
        for voices in (2, 4, 8):
            n = int(seconds * MODEL)
            starts = rng.integers(0, max(1, len(speech) - n), voices)
            babble = sum(speech[s : s + n] for s in starts)
            x = soxr.resample(np.asarray(babble, np.float32), MODEL, LINE)
            self._noises.append((x / (x.std() + 1e-9)).astype(np.float32))
        self._rooms = [room(rng, LINE) for _ in range(64)]

    def noise(self, rng: np.random.Generator, samples: int) -> Wave:
        """`samples` of one kind of 8 kHz noise, sometimes two, unit power, sometimes swelling."""
        total = np.zeros(samples, np.float32)
        for _ in range(1 + (rng.random() < 0.25)):
            kind = self._noises[rng.integers(len(self._noises))]
            start = rng.integers(0, len(kind) - samples) if samples < len(kind) else 0
            total += np.resize(kind[start : start + samples], samples)
        if rng.random() < 0.3:
            points = rng.uniform(0.1, 1.5, 2 + samples // LINE)
            total *= np.interp(np.linspace(0, 1, samples), np.linspace(0, 1, len(points)), points)
        return total

    def call(self, x: Wave, rng: np.random.Generator) -> Taken:
        """Pass 16 kHz speech through one random line."""
        speed = float(rng.uniform(0.88, 1.18))
        y = soxr.resample(x, MODEL * speed, LINE, quality="MQ").astype(np.float32)
        lead = int(rng.uniform(0.05, 0.4) * LINE)
        tail = int(rng.uniform(0.1, 0.6) * LINE)
        if rng.random() < 0.1:
            lead = -int(rng.uniform(0, 0.06) * LINE)
        y = np.pad(y, (max(lead, 0), tail))[max(-lead, 0) :]
        if rng.random() < 0.2:
            y = fftconvolve(y, self._rooms[rng.integers(len(self._rooms))])[: len(y)]
        noisy = rng.random() < 0.6
        snr_db = rng.triangular(0, 18, 40) if noisy else rng.uniform(25, 40)
        y = self._with_noise(y, rng, float(snr_db))
        return Taken(self._line(y, rng, float(rng.uniform(-32, -1))), speed, lead / LINE)

    def measured(
        self, x: Wave, rng: np.random.Generator, *, snr_db: float, loss: float = 0.0
    ) -> Wave:
        """Pass 16 kHz speech through a line of known noise and packet loss, for evaluation."""
        y = soxr.resample(x, MODEL, LINE).astype(np.float32)
        y = self._with_noise(np.pad(y, (LINE // 4, LINE // 3)), rng, snr_db)
        return line_and_back(lose_frames(at_level(y, -10.0), rng, loss))

    def nothing(self, seconds: float, rng: np.random.Generator) -> Wave:
        """A line on which nobody speaks: noise at any level, or digital silence."""
        y = self.noise(rng, int(seconds * LINE))
        if rng.random() < 0.05:
            y = np.zeros_like(y)
        quiet = rng.random() < 0.5
        return self._line(y, rng, float(rng.uniform(-60, -30) if quiet else rng.uniform(-32, -1)))

    def _with_noise(self, y: Wave, rng: np.random.Generator, snr_db: float) -> Wave:
        power = float(np.mean(y**2)) + 1e-12
        return y + self.noise(rng, len(y)) * np.float32(np.sqrt(power * 10 ** (-snr_db / 10)))

    def _line(self, y: Wave, rng: np.random.Generator, level_db: float) -> Wave:
        """Filter, level, clipping, loss, codec; 8 kHz in, 16 kHz out."""
        if rng.random() < 0.5:
            low, high = int(rng.integers(15, 40)) * 10, int(rng.integers(28, 37)) * 100
            y = sosfilt(_band(low, high, LINE), y)
        if rng.random() < 0.2:  # a handset that favours low or high frequencies
            y = lfilter([1, rng.uniform(-0.6, 0.6)], [1], y)
        y = at_level(y, level_db)
        if rng.random() < 0.08:
            y = np.clip(y * rng.uniform(1.5, 4), -1, 1)
        if rng.random() < 0.15:
            y = lose_frames(y, rng, float(rng.uniform(0.005, 0.05)))
        return line_and_back(y)
