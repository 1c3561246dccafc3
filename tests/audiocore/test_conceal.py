"""Concealment: no delay, no clicks, the right pitch, a fade into the line's own noise."""

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.conceal import Concealer

Samples = npt.NDArray[np.float64]


def samples(pcm: bytes) -> Samples:
    return np.frombuffer(pcm, "<i2").astype(float)


def voiced(period: float, count: int = 4000, amplitude: float = 6000) -> Samples:
    """A steady vowel: harmonics of 8000 / period Hz, falling off."""
    t = np.arange(count)
    harmonics = range(1, int(period / 2))
    wave = sum(np.cos(2 * np.pi * k * t / period + k * k) / k for k in harmonics)
    return np.asarray(amplitude * wave / np.abs(wave).max())


def pcm(x: Samples) -> bytes:
    return np.rint(x).astype("<i2").tobytes()


def level_db(x: Samples) -> float:
    return 10 * float(np.log10(np.mean(x**2) + 1e-9))


@given(st.lists(st.binary(max_size=700).map(lambda b: b[: len(b) // 2 * 2]), max_size=8))
def test_without_loss_nothing_is_changed_or_delayed(chunks: list[bytes]) -> None:
    concealer = Concealer()
    for chunk in chunks:
        assert concealer.receive(chunk) is chunk


@pytest.mark.parametrize("period", [41, 57.5, 80, 99.3, 119])
def test_a_steady_vowel_goes_on(period: float) -> None:
    """The first 10 ms are not yet quieter, so they can be compared with what was lost."""
    true = voiced(period)
    concealer = Concealer()
    concealer.receive(pcm(true[:1600]))
    made_up = samples(concealer.conceal(80))
    error = made_up - true[1600:1680]
    assert level_db(true[1600:1680]) - level_db(error) > 12


@pytest.mark.parametrize("period", [41, 57.5, 80, 99.3, 119])
def test_nothing_clicks(period: float) -> None:
    """No step is greater than the signal itself makes, at either end or in between."""
    true = voiced(period)
    concealer = Concealer()
    out = [samples(concealer.receive(pcm(true[:1600])))]
    out.append(samples(concealer.conceal(480)))
    out.append(samples(concealer.receive(pcm(true[2080:2400]))))
    steps = np.abs(np.diff(np.concatenate(out)))
    assert steps.max() < 1.3 * np.abs(np.diff(true)).max()


def test_what_comes_back_is_itself_after_a_quarter_period() -> None:
    true = voiced(80)
    concealer = Concealer()
    concealer.receive(pcm(true[:1600]))
    concealer.conceal(160)
    back = pcm(true[1760:1920])
    joined = concealer.receive(back)
    assert joined != back
    assert joined[2 * 30 :] == back[2 * 30 :]
    assert concealer.receive(back) is back


def test_a_long_loss_fades_within_60_ms() -> None:
    concealer = Concealer()
    true = voiced(80)
    concealer.receive(bytes(320))
    concealer.receive(pcm(true))
    levels = [level_db(samples(concealer.conceal(80))) - level_db(true) for _ in range(7)]
    assert abs(levels[0]) < 1
    assert all(later < earlier for earlier, later in pairwise(levels))
    assert levels[6] < -60


def test_speech_is_not_passed_off_as_noise() -> None:
    concealer = Concealer()
    concealer.receive(pcm(voiced(80)))
    concealer.conceal(480)
    assert level_db(samples(concealer.conceal(8000))) < 20 * np.log10(300)


def test_then_the_noise_of_the_line_is_heard() -> None:
    random = np.random.default_rng(7)
    hum = np.convolve(random.normal(0, 400, 16000), np.ones(8) / 8, "same")
    concealer = Concealer()
    speech = voiced(80, 8000) + hum[8000:]
    for part in np.split(np.concatenate([hum[:8000], speech]), 100):
        concealer.receive(pcm(part))
    concealer.conceal(480)
    noise = samples(concealer.conceal(16000))
    assert level_db(noise) == pytest.approx(level_db(hum), abs=2.5)
    # Its spectrum too: a low hum stays one.
    spectrum = np.abs(np.fft.rfft(noise)) ** 2
    true = np.abs(np.fft.rfft(hum)) ** 2
    low = slice(0, len(spectrum) // 8)
    assert spectrum[low].sum() / spectrum.sum() == pytest.approx(
        true[low].sum() / true.sum(), abs=0.1
    )


def test_a_line_that_was_silent_stays_silent() -> None:
    concealer = Concealer()
    assert not any(concealer.conceal(4000))
    concealer.receive(bytes(3200))
    assert not any(concealer.conceal(4000))


def test_noise_that_is_over_is_forgotten_within_4_seconds() -> None:
    concealer = Concealer()
    concealer.receive(bytes(320))
    loud = np.random.default_rng(1).normal(0, 1000, 160)
    for _ in range(201):
        concealer.receive(pcm(loud))
    concealer.conceal(480)
    assert level_db(samples(concealer.conceal(1600))) > 40


@given(
    st.lists(
        st.one_of(
            st.integers(0, 700),
            st.binary(max_size=700).map(lambda b: b[: len(b) // 2 * 2]),
        ),
        max_size=12,
    )
)
def test_any_schedule_keeps_its_length_and_repeats_exactly(schedule: list[int | bytes]) -> None:
    first, second = Concealer(), Concealer()
    for item in schedule:
        if isinstance(item, int):
            made_up = first.conceal(item)
            assert len(made_up) == 2 * item
            # Chunking changes nothing.
            assert made_up == second.conceal(item // 3) + second.conceal(item - item // 3)
        else:
            assert len(first.receive(item)) == len(item)
            second.receive(item)


def test_reset_forgets() -> None:
    concealer = Concealer()
    concealer.receive(pcm(voiced(80)))
    concealer.conceal(480)
    concealer.reset()
    assert not any(concealer.conceal(480))


def test_bad_input_is_refused() -> None:
    concealer = Concealer()
    with pytest.raises(ValueError, match="negative"):
        concealer.conceal(-1)
    for bad in (b"odd", np.zeros(4, np.float32), "text", None):
        with pytest.raises((TypeError, ValueError)):
            concealer.receive(bad)  # type: ignore[arg-type]
