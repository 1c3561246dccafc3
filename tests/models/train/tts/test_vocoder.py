"""The vocoder against closed forms: levels, pitch and phase it must have."""

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from models.train.tts.vocoder import Vocoder, envelope_points  # noqa: E402 - needs torch

torch.set_num_threads(1)  # a second one only waits where cores are busy

RATE, POINTS, WARP = 8000, 48, 0.42
FLAT_BANDS = np.eye(5, 48)  # band b is a delay of b samples: of unit gain at every frequency


def synthesize(
    f0: float,
    strength: float,
    voiced: float = 1.0,
    tilt: float = 0.0,
    frames: int = 200,
    rate: int = RATE,
) -> np.ndarray:
    """A second of constant parameters, envelope of 1 at 0 Hz and exp(tilt) at 8 kHz."""
    vocoder = Vocoder(rate, POINTS, WARP, gain=1000.0, band_filters=FLAT_BANDS)
    envelope = torch.linspace(0, tilt, POINTS).expand(1, frames, POINTS)
    strengths = torch.zeros(1, frames, 5)
    strengths[..., 0] = strength  # one band of unit gain for the pulses, all five for the noise
    with torch.no_grad():
        y = vocoder(
            torch.full((1, frames), f0),
            torch.full((1, frames), voiced),
            envelope,
            strengths,
            torch.tensor(1.0 - strength),
        )
    return y[0].numpy()


def test_one_frame_is_five_milliseconds() -> None:
    assert len(synthesize(100, 1.0)) == RATE


def test_pulses_come_at_the_pitch() -> None:
    y = synthesize(100, 1.0)[400:-400]
    correlation = np.correlate(y, y, "full")[len(y) - 1 :]
    assert np.argmax(correlation[40:120]) + 40 == RATE // 100


def test_harmonics_are_a_sum_of_cosines() -> None:
    """However it is computed: harmonic k has k times the pitch, all with the same height."""
    y = synthesize(250, 1.0)[400:-400]
    t = np.arange(421, 421 + len(y)) / RATE  # phases begin half a frame ahead
    wanted = sum(np.cos(2 * np.pi * 250 * k * t) for k in range(1, 16))
    np.testing.assert_allclose(y / y.max(), wanted / wanted.max(), atol=0.02)


def test_one_network_serves_both_rates() -> None:
    """Below 4 kHz the same sound, whatever the rate it is rendered at."""
    spectra = []
    for rate in (8000, 16000):
        y = synthesize(100, 1.0, tilt=-6, rate=rate)[rate // 20 : -rate // 20]
        power = np.abs(np.fft.rfft(y * np.hanning(len(y)))) ** 2 / len(y) ** 2
        spectra.append(power[: int(3500 * len(y) / rate)])
    np.testing.assert_allclose(*spectra, rtol=0.1, atol=1e-3 * spectra[0].max())


def test_the_pulse_train_has_the_teachers_power() -> None:
    """Pulses of height sqrt(period at 16 kHz): harmonics of amplitude 2 / sqrt(period)."""
    y = synthesize(100, 1.0)[400:-400]
    harmonics = math.floor(0.48 * RATE / 100)
    amplitude = 2 / math.sqrt(160) * 1000 / 32768
    assert np.mean(y**2) == pytest.approx(harmonics * amplitude**2 / 2, rel=0.05)


def test_flat_minimum_phase_is_a_pulse() -> None:
    """With nothing to shape them all harmonics are in phase: one sharp peak per period."""
    y = synthesize(100, 1.0)[400:-400]
    assert y.max() > 5 * y.std()


def test_noise_keeps_its_density_whatever_the_rate() -> None:
    y = synthesize(100, 0.0, voiced=0.0)[400:-400]
    # Amplitudes of the five bands add; variance 1 at 16 kHz is 1/2 below 4 kHz.
    assert np.mean(y**2) == pytest.approx(25 * (1000 / 32768) ** 2 / 2, rel=0.1)


def test_silence_at_both_edges() -> None:
    y = synthesize(100, 1.0)
    assert abs(y[0]) < 0.05 * np.abs(y).max()
    assert abs(y[-1]) < 0.05 * np.abs(y).max()


def test_the_same_input_gives_the_same_samples() -> None:
    np.testing.assert_array_equal(synthesize(100, 0.0), synthesize(100, 0.0))


def test_envelope_points_are_samples_of_the_cepstrum() -> None:
    """c0 alone is flat; c1 is one cosine over the warped axis, whose top at 16 kHz is pi."""
    cepstrum = np.zeros((2, 25), np.float32)
    cepstrum[0, 0], cepstrum[1, 1] = 3.0, 2.0
    points = envelope_points(cepstrum, POINTS, WARP)
    np.testing.assert_allclose(points[0], 3.0)
    np.testing.assert_allclose(points[1], 2 * np.cos(np.linspace(0, np.pi, 48)), atol=1e-3)
