from collections.abc import Callable

import numpy as np
import pytest

from models.train.stt import unheard
from models.train.stt.noise import Wave

RATE = 8000


@pytest.mark.parametrize("kind", unheard.KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_every_kind_has_the_length_asked_for_and_unit_power(
    kind: Callable[..., Wave], seed: int
) -> None:
    x = kind(np.random.default_rng(seed), 5.0, RATE)
    assert len(x) == 5 * RATE
    assert np.isfinite(x).all()
    assert x.std() == pytest.approx(1.0, abs=0.05)
    np.testing.assert_array_equal(x, kind(np.random.default_rng(seed), 5.0, RATE))


def test_a_buzz_is_at_its_pitch_and_its_harmonics() -> None:
    x = unheard._buzz(np.full(RATE, 200.0), RATE)
    power = np.abs(np.fft.rfft(x)) ** 2
    assert power[200::200].sum() > 0.999 * power.sum()
