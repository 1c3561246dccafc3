"""Where the sound is in mu-law audio, for measuring: a plain level threshold, not a speech
detector."""

from __future__ import annotations

import numpy as np

from audiocore.g711 import ulaw_decode
from audiocore.units import FRAME_SAMPLES

THRESHOLD_RMS = 180.0
"""int16 root mean square, -45 dB below full scale: above line noise, below the quietest speech."""


def levels(ulaw_8k: bytes) -> list[float]:
    """RMS of every 20 ms frame, the last one padded with silence."""
    samples = np.frombuffer(ulaw_decode(ulaw_8k), dtype="<i2").astype(np.float64)
    samples = np.pad(samples, (0, -len(samples) % FRAME_SAMPLES))
    frames = samples.reshape(-1, FRAME_SAMPLES)
    return [float(level) for level in np.sqrt(np.mean(frames**2, axis=1))]


def is_voiced(ulaw_8k: bytes) -> bool:
    """Whether any 20 ms of this is louder than the threshold."""
    return any(level > THRESHOLD_RMS for level in levels(ulaw_8k))


def voiced_span(ulaw_8k: bytes) -> tuple[int, int] | None:
    """First and last voiced frame, counted in frames; None when there is only silence."""
    voiced = [index for index, level in enumerate(levels(ulaw_8k)) if level > THRESHOLD_RMS]
    return (voiced[0], voiced[-1]) if voiced else None
