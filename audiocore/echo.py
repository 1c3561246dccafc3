"""Is what we hear our own voice coming back?

What does it do: follows both directions of one call and says of every 20 ms frame that we receive
whether echo of what we sent is enough to explain it. Such a frame is nobody's speech.

How does it work: if the echo path has gain ``g`` at lag ``L``, whoever else makes a sound can only
add to it, so ``received / played[L]`` is never less than ``g``. For every lag from 0 to 500 ms a
low quantile of this ratio of powers is followed (minimum statistics, R. Martin, IEEE Trans. Speech
and Audio Processing 9, 2001, here over lags instead of frequencies): speech of the caller raises it
for a moment only, and a lag without echo soon shows a frame where we were loud and nothing came
back. What echo can amount to now is the largest product of gain and played power over all lags; a
frame is explained while it is not clearly above that. It is A. A. Geigel's detector (D. L.
Duttweiler, IEEE Trans. Communications 26, 1978), whose one threshold of 6 dB is here where every
lag starts from before it learns. Powers instead of samples, because a telephone's codec keeps an
echo's envelope and not its waveform.

How do I use it: one :class:`EchoGuard` per call, ``explains`` every frame. A frame takes 0.03 ms,
and next to nothing when we have been silent for as long as an echo lasts.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from operator import mul

from audiocore.units import FRAME_MS, FRAME_SAMPLES

HOP_MS = 10
"""Resolution of the lags."""
HOP_BYTES = FRAME_SAMPLES * HOP_MS // FRAME_MS * 2
WINDOW_HOPS = 4
"""Powers are averaged over 40 ms, so that half a hop of misalignment hardly matters."""


@dataclass(frozen=True, slots=True)
class EchoOptions:
    """What an echo can be like. Decibels are of power; gains are received over played."""

    longest_ms: int = 500
    """From the far end's loudspeaker to our wire; later echo is not known as such."""
    start_db: float = -6.0
    """Gain that every lag is believed to have before anything is known."""
    least_db: float = -40.0
    """Gains are followed down to here; softer echo is no speech to any detector."""
    margin_db: float = 6.0
    """A frame this far above what echo can amount to is not echo alone."""
    fall_db: float = 2.0
    """A gain falls at most so much in one frame: one odd frame proves little."""
    rise_db: float = 0.5
    """And rises so much in a frame that echo explains."""
    rise_unexplained_db: float = 0.2
    """Or in one that it does not: speech of the caller, or a path that has become louder."""
    active_dbfs: float = -42.0
    """What we play teaches something from this level."""

    def __post_init__(self) -> None:
        if self.longest_ms < HOP_MS:
            raise ValueError(f"longest_ms must be at least {HOP_MS}")
        if not self.least_db <= self.start_db <= 0:
            raise ValueError("start_db must be between least_db and 0")


class EchoGuard:
    """One call's echo."""

    def __init__(self, options: EchoOptions = EchoOptions()) -> None:
        lags = options.longest_ms // HOP_MS + 1
        self._start = _ratio(options.start_db)
        self._least = _ratio(options.least_db)
        self._margin = _ratio(options.margin_db)
        self._fall = _ratio(-options.fall_db)
        self._rise = _ratio(options.rise_db)
        self._rise_unexplained = _ratio(options.rise_unexplained_db)
        self._active = _ratio(options.active_dbfs) * 32768**2
        self._gains = [self._start] * lags
        self._hops: deque[float] = deque([0.0] * WINDOW_HOPS, WINDOW_HOPS)
        self._played: deque[float] = deque([0.0] * lags, lags)
        """Mean power of the windows that end now, one hop ago, ...: index is lag."""
        self._received = 0.0
        self._silent = lags

    @property
    def gain_db(self) -> float:
        """Of the loudest echo that this line may have, by what was heard so far."""
        return 10 * math.log10(max(self._gains))

    @property
    def delay_ms(self) -> int:
        """Where that echo is; the shortest such delay."""
        return self._gains.index(max(self._gains)) * HOP_MS

    def explains(self, received_pcm_8k: bytes, played_pcm_8k: bytes) -> bool:
        """Advance by 20 ms: 320 bytes each of what came and what the far end was playing then.

        Played is whatever the caller of this method believes to be at the far end's loudspeaker; a
        constant error is part of the lag. Empty when it was silence.

        Returns:
            Whether what was received may be nothing but echo of what was played.
        """
        if not played_pcm_8k and self._silent >= len(self._gains):
            self._received = 0.0
            return False
        for at in (0, HOP_BYTES):
            power = _power(played_pcm_8k[at : at + HOP_BYTES])
            self._hops.append(power)
            window = sum(self._hops) / WINDOW_HOPS
            self._played.appendleft(window)
            self._silent = 0 if window else self._silent + 1
        now = _power(received_pcm_8k)
        received, self._received = (now + self._received) / 2, now
        most: float = self._margin * max(map(mul, self._gains, self._played))
        explained = now <= most
        rise = self._rise if explained else self._rise_unexplained
        for lag, played in enumerate(self._played):
            if played > self._active:
                gain = self._gains[lag]
                ratio = received / played
                self._gains[lag] = (
                    min(gain * rise, ratio, 1.0)
                    if ratio > gain
                    else max(gain * self._fall, ratio, self._least)
                )
        return explained


def _ratio(decibels: float) -> float:
    return float(10 ** (decibels / 10))


def _power(pcm: bytes) -> float:
    """Mean square of int16 samples; 0 of none."""
    if not pcm:
        return 0.0
    samples = memoryview(pcm).cast("h")
    power: float = sum(map(mul, samples, samples)) / len(samples)
    return power
