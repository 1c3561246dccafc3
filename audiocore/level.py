"""How loud a frame is, and whether it has sunk to where no speech is any more.

What does it do: says that a frame is quiet, next to the speech before it. A neural detector lets go
of speech 60 to 160 ms after its last sound, because it looks back; the level tells at once.

How does it work: the loudest frame of speech is remembered and fades by 10 dB a second, so that a
speaker who turns away is followed. What lies far enough below it is quiet, and so is what lies
below the floor. Line noise near the level of the voice is never quiet; the detector decides then.

How do I use it: one :class:`Level` per call; ``quiet`` every frame.
"""

from __future__ import annotations

import math

from audiocore.units import FRAME_MS

DROP_DB = 27.5
"""Below the loudest frame. Chosen on one half of the recordings through a telephone channel, of 15
to 35 dB: with less soft consonants are quiet too, with more reverberation is not."""
FLOOR_DBFS = -60.0
"""A few steps of mu-law; no speech is as soft as this."""
FADE_DB_PER_S = 10.0


def dbfs(pcm: bytes) -> float:
    """Root mean square of int16 samples, dB below full scale; minus infinity for digital silence.

    Raises:
        ValueError: there is no sample.
    """
    samples = memoryview(pcm).cast("h")
    if not samples:
        raise ValueError("the level of no samples is not defined")
    rms = math.hypot(*samples) / math.sqrt(len(samples))
    return 20 * math.log10(rms / 32768) if rms else -math.inf


class Level:
    """One caller's level."""

    def __init__(self) -> None:
        self._loudest = -math.inf

    def quiet(self, level: float, speech: bool) -> bool:
        """Whether 20 ms at ``level`` dBFS have sunk below speech, by what a detector says."""
        self._loudest -= FADE_DB_PER_S * FRAME_MS / 1000
        if speech:
            self._loudest = max(self._loudest, level)
        return level < max(self._loudest - DROP_DB, FLOOR_DBFS)
