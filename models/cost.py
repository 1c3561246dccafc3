"""What a model asks of a processor, by its shape alone; ``measure`` finds what a processor gives.

Recognisers by their matrix products (shapes: Radford et al. 2022, "Robust Speech Recognition via
Large-Scale Weak Supervision"). Language models by parameters per prompt token and bytes of
weights per generated token: every weight is read once for each. Voices by the published VITS and
HiFi-GAN shapes of Piper's qualities; measured real-time factors follow this ratio.
"""

from __future__ import annotations

_POSITIONS_PER_S = 50
_WHISPER_VOCABULARY = 51_865
VOICE_MACS_PER_S = {"x_low": 1.4e9, "low": 1.9e9, "medium": 2.5e9, "high": 40e9}
"""Multiply-accumulates per second of speech, in float32."""


def encoder_macs(width: int, layers: int, seconds: float) -> float:
    """Multiply-accumulates to encode so much audio."""
    n = seconds * _POSITIONS_PER_S
    return layers * (12 * width**2 * n + 2 * width * n**2)


def decoder_macs(width: int, layers: int, vocabulary: int = _WHISPER_VOCABULARY) -> float:
    """Multiply-accumulates to decode one token, which also are weights to read."""
    return layers * 14.0 * width**2 + vocabulary * width
