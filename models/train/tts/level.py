"""How loud speech is."""

import numpy as np


def active_level(samples: np.ndarray, sample_rate: int) -> float:
    """dB relative to full scale (a sine of amplitude 1 has -3), of the 20 ms frames that are within
    30 dB of the loudest: pauses do not count, as in ITU-T P.56."""
    size = sample_rate // 50
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    power = (frames**2).mean(1)
    return float(10 * np.log10(power[power > power.max() * 1e-3].mean()))
