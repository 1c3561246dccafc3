"""Levels of mu-law audio, checked on signals whose level is known."""

from __future__ import annotations

import numpy as np
import pytest

from audiocore.g711 import ulaw_encode
from pipeline.caller.voiced import is_voiced, levels, voiced_span

SILENCE = b"\xff" * 160


def tone(milliseconds: int, amplitude: float = 8000.0) -> bytes:
    """A 400 Hz sine in mu-law."""
    t = np.arange(milliseconds * 8) / 8000
    return ulaw_encode((amplitude * np.sin(2 * np.pi * 400 * t)).astype("<i2").tobytes())


def test_the_level_of_a_sine_is_its_amplitude_over_root_two() -> None:
    assert levels(tone(40)) == pytest.approx([8000 / np.sqrt(2)] * 2, rel=0.02)


def test_silence_and_hiss_are_not_voiced_and_quiet_speech_levels_are() -> None:
    assert not is_voiced(SILENCE)
    assert not is_voiced(tone(20, amplitude=100))
    assert is_voiced(tone(20, amplitude=400))


def test_the_span_leaves_out_leading_and_trailing_silence() -> None:
    assert voiced_span(SILENCE * 3 + tone(60) + SILENCE + tone(20) + SILENCE * 2) == (3, 7)
    assert voiced_span(SILENCE) is None
    assert voiced_span(b"") is None
