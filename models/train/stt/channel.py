"""What a telephone call does to speech: speed, room, noise, level, band limit, packet loss, G.711.

Waveforms are float32 in -1..1. `Channel.call` turns 16 kHz studio speech into what our own frame path
hands the recogniser: mu-law at 8 kHz, decoded and brought back to 16 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr
from scipy.signal import butter, fftconvolve, sosfilt

from audiocore.g711 import ulaw_encode
from audiocore.resample import Upsampler2
from models.train.stt import noise
from models.train.stt.noise import Wave

LINE = 8_000
MODEL = 16_000
BABBLE_SHARE = 0.55
"""Of the noise behind those who are trained on: it costs the most words."""
FRAME = LINE // 50
"""Samples of one 20 ms frame, the unit that packet loss takes away."""


def line_and_back(x: Wave) -> Wave:
    """8 kHz speech through G.711 mu-law and up to 16 kHz, with the kernels that serve a real call."""
    pcm = np.clip(np.rint(x * 32768), -32768, 32767).astype(np.int16)
    heard = Upsampler2().process_ulaw(ulaw_encode(pcm))
    return np.frombuffer(heard, np.int16).astype(np.float32) / 32768


def handset(rng: np.random.Generator, rate: int) -> npt.NDArray[np.float64]:
    """Second-order sections of a microphone, a line and a loudspeaker: a band and up to three broad humps or dips.

    The humps are peaking filters of the Audio EQ Cookbook (W3C note, R. Bristow-Johnson).
    """
    sections = []
    if rng.random() < 0.6:
        band = [rng.uniform(60, 400), rng.uniform(2800, 3800)]
        sections.append(butter(2, band, "bandpass", fs=rate, output="sos"))
    for _ in range(rng.integers(1, 4)):
        omega = 2 * np.pi * np.exp(rng.uniform(np.log(150), np.log(3500))) / rate
        gain = 10 ** (rng.uniform(-9, 9) / 40)
        alpha = np.sin(omega) / (2 * rng.uniform(0.4, 2.0))
        b = np.array([1 + alpha * gain, -2 * np.cos(omega), 1 - alpha * gain])
        a = np.array([1 + alpha / gain, -2 * np.cos(omega), 1 - alpha / gain])
        sections.append(np.concatenate([b, a])[None] / a[0])
    return np.concatenate(sections)


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


def cut(x: Wave, samples: int, rng: np.random.Generator) -> Wave:
    """A piece from anywhere in `x`, which is repeated if it is shorter."""
    start = rng.integers(0, len(x) - samples) if samples < len(x) else 0
    return np.resize(x[start : start + samples], samples)


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

    `speech` (16 kHz) is cut up for background babble, which is another each time: of a few crowds a recogniser
    learns what they say.
    """

    def __init__(self, seed: int, speech: Wave) -> None:
        rng = np.random.default_rng(seed)
        seconds = 40.0
        self._noises: list[Wave] = [
            noise.colored(rng, seconds, slope, LINE) for slope in (0, 0.5, 1, 1, 1.5, 2) * 2
        ]
        kinds = (noise.hum, noise.clicks, noise.clatter, noise.breaths, *[noise.street] * 4)
        self._noises += [kind(rng, seconds, LINE) for kind in kinds * 3]
        crowds = [self.babble(speech, voices, rng) for voices in (6, 8, 12, 16) * 2]
        self._wordless = [*self._noises, *crowds]
        """What nobody can make words out of."""
        self._wordless += [kind(rng, seconds, LINE) for kind in [noise.music, noise.signals] * 6]
        self._noises.append(noise.music(rng, seconds, LINE))
        self._speech = soxr.resample(np.asarray(speech, np.float32), MODEL, LINE)
        self._rooms = [room(rng, LINE) for _ in range(64)]
        self._handsets = [handset(rng, LINE) for _ in range(256)]

    @staticmethod
    def babble(speech: Wave, voices: int, rng: np.random.Generator) -> Wave:
        """40 s of so many voices at once, cut from 16 kHz `speech`; 8 kHz, unit power."""
        together = sum(cut(speech, int(40.0 * MODEL), rng) for _ in range(voices))
        return noise.unit(soxr.resample(np.asarray(together, np.float32), MODEL, LINE))

    def _crowd(self, rng: np.random.Generator, samples: int) -> Wave:
        """8 kHz babble that nobody heard before, of 2 to 16 voices, some nearer, half the time all across
        a room; unit power."""
        voices = rng.choice((2, 3, 4, 5, 6, 8, 12, 16))
        crowd = sum(rng.uniform(0.5, 1.5) * cut(self._speech, samples, rng) for _ in range(voices))
        if rng.random() < 0.5:
            across = self._rooms[rng.integers(len(self._rooms))].copy()
            across[0] *= rng.uniform(0, 0.7)
            crowd = fftconvolve(crowd, across)[:samples]
            crowd = sosfilt(self._handsets[rng.integers(len(self._handsets))], crowd)
        return noise.unit(crowd)

    def noise(
        self, rng: np.random.Generator, samples: int, kinds: list[Wave] | None = None
    ) -> Wave:
        """`samples` of one kind of 8 kHz noise, sometimes two, unit power, sometimes swelling."""
        total = np.zeros(samples, np.float32)
        for _ in range(1 + (rng.random() < 0.25)):
            if not kinds and rng.random() < BABBLE_SHARE:
                total += self._crowd(rng, samples)
                continue
            recorded = kinds or self._noises
            total += cut(recorded[rng.integers(len(recorded))], samples, rng)
        if rng.random() < 0.3:
            points = rng.uniform(0.1, 1.5, 2 + samples // LINE)
            total *= np.interp(np.linspace(0, 1, samples), np.linspace(0, 1, len(points)), points)
        return total

    def call(self, x: Wave, rng: np.random.Generator) -> Taken:
        """Pass 16 kHz speech through one random line."""
        speed = float(rng.uniform(0.88, 1.15))
        y = soxr.resample(x, MODEL * speed, LINE, quality="LQ").astype(np.float32)
        if rng.random() < 0.15:  # a breathy or hoarse voice: noise that follows the waveform
            y *= 1 + rng.uniform(0.1, 0.8) * rng.standard_normal(len(y), np.float32)
        # Mostly a little silence at both ends, as frames cost time; sometimes all that endpointing waits.
        lead = int(rng.uniform(0.04, 0.25) * LINE)
        tail = int(rng.choice([rng.uniform(0.05, 0.3), rng.uniform(0.2, 0.8)], p=[0.8, 0.2]) * LINE)
        if rng.random() < 0.1:
            lead = -int(rng.uniform(0, 0.06) * LINE)
        y = np.pad(y, (max(lead, 0), tail))[max(-lead, 0) :]
        if rng.random() < 0.3:
            y = fftconvolve(y, self._rooms[rng.integers(len(self._rooms))])[: len(y)]
        noisy = rng.random() < 0.75
        snr_db = rng.triangular(0, 9, 28) if noisy else rng.uniform(25, 40)
        y = self._with_noise(y, rng, float(snr_db))
        return Taken(self._line(y, rng, float(rng.uniform(-32, -1))), speed, lead / LINE)

    def measured(
        self,
        x: Wave,
        rng: np.random.Generator,
        *,
        snr_db: float,
        loss: float = 0.0,
        kinds: list[Wave] | None = None,
    ) -> Wave:
        """Pass 16 kHz speech through a line of known noise and packet loss, for evaluation.

        `kinds` is the noise to choose from, 8 kHz of unit power; by default all that training hears.
        """
        y = soxr.resample(x, MODEL, LINE).astype(np.float32)
        y = self._with_noise(np.pad(y, (LINE // 4, LINE // 3)), rng, snr_db, kinds)
        return line_and_back(lose_frames(at_level(y, -10.0), rng, loss))

    def nothing(
        self, seconds: float, rng: np.random.Generator, kinds: list[Wave] | None = None
    ) -> Wave:
        """A line on which nobody speaks: noise, music or tones at any level, or digital silence.

        `kinds` is the noise to choose from, 8 kHz of unit power; by default all that training hears without words.
        """
        y = self.noise(rng, int(seconds * LINE), kinds or self._wordless)
        if rng.random() < 0.05:
            y = np.zeros_like(y)
        quiet = rng.random() < 0.5
        return self._line(y, rng, float(rng.uniform(-60, -30) if quiet else rng.uniform(-32, -1)))

    def _with_noise(
        self, y: Wave, rng: np.random.Generator, snr_db: float, kinds: list[Wave] | None = None
    ) -> Wave:
        power = float(np.mean(y**2)) + 1e-12
        gain = np.float32(np.sqrt(power * 10 ** (-snr_db / 10)))
        return y + self.noise(rng, len(y), kinds) * gain

    def _line(self, y: Wave, rng: np.random.Generator, level_db: float) -> Wave:
        """Filter, level, clipping, loss, codec; 8 kHz in, 16 kHz out."""
        if rng.random() < 0.75:
            y = sosfilt(self._handsets[rng.integers(len(self._handsets))], y)
        y = at_level(y, level_db)
        if rng.random() < 0.08:
            y = np.clip(y * rng.uniform(1.5, 4), -1, 1)
        if rng.random() < 0.15:
            y = lose_frames(y, rng, float(rng.uniform(0.005, 0.05)))
        return line_and_back(y)
