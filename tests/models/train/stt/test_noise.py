from collections.abc import Callable

import numpy as np
import pytest

from models.train.stt import noise

RATE = 8000


@pytest.mark.parametrize("slope", [0, 1, 2])
def test_colored_noise_falls_as_its_slope_says(slope: float) -> None:
    x = noise.colored(np.random.default_rng(1), 20.0, slope, RATE)
    power = np.abs(np.fft.rfft(x)) ** 2
    low, high = (power[f * 20 : f * 40].mean() for f in (100, 1600))
    assert 10 * np.log10(low / high) == pytest.approx(slope * 10 * np.log10(16), abs=1.0)


@pytest.mark.parametrize(
    "kind",
    [
        noise.hum,
        noise.clicks,
        noise.clatter,
        noise.breaths,
        noise.music,
        noise.signals,
        noise.street,
    ],
)
@pytest.mark.parametrize("seed", range(3))
def test_every_kind_has_the_length_asked_for_and_unit_power(
    kind: Callable[..., noise.Wave], seed: int
) -> None:
    x = kind(np.random.default_rng(seed), 10.0, RATE)
    assert len(x) == 10 * RATE
    assert np.isfinite(x).all()
    assert x.std() == pytest.approx(1.0, abs=0.05)
    np.testing.assert_array_equal(x, kind(np.random.default_rng(seed), 10.0, RATE))


def test_hum_is_a_harmonic_series() -> None:
    power = np.abs(np.fft.rfft(noise.hum(np.random.default_rng(2), 10.0, RATE))) ** 2
    mains = next(f for f in (50, 60) if power[f * 10] > 1e-3 * power.max())
    harmonics = sum(power[mains * k * 10] for k in range(1, 10))
    assert harmonics == pytest.approx(power.sum(), rel=1e-3)
