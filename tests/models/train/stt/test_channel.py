import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.train.stt.channel import (
    FRAME,
    LINE,
    MODEL,
    Channel,
    Wave,
    at_level,
    cut,
    line_and_back,
    lose_frames,
)

SPEECH = np.random.default_rng(0).normal(0, 0.1, 3 * MODEL).astype(np.float32)
CHANNEL = Channel(1, SPEECH)


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Wave:
    return np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.2, 4.0))
def test_any_line_gives_bounded_16_khz_audio(seed: int, seconds: float) -> None:
    taken = CHANNEL.call(tone(seconds, MODEL) * 0.3, np.random.default_rng(seed))
    assert np.abs(taken.wave).max() <= 1.0
    assert 0.88 <= taken.speed <= 1.15
    spoken_s = seconds / taken.speed + taken.lead_s
    assert spoken_s <= len(taken.wave) / MODEL <= spoken_s + 0.9


def test_a_seed_fixes_the_line() -> None:
    a = CHANNEL.call(SPEECH, np.random.default_rng(7))
    b = CHANNEL.call(SPEECH, np.random.default_rng(7))
    assert a.lead_s == b.lead_s
    np.testing.assert_array_equal(a.wave, b.wave)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_nothing_is_as_long_as_asked(seed: int) -> None:
    assert len(CHANNEL.nothing(1.5, np.random.default_rng(seed))) == 1.5 * MODEL


def test_mu_law_keeps_a_tone_within_its_quantisation() -> None:
    """G.711 gives about 38 dB of signal to quantisation noise over most of its range."""
    x = tone(1.0, LINE) * 0.5
    heard = line_and_back(x)[::2]
    delay = int(np.argmax(np.correlate(heard[:400], x[:200], "valid")))
    error = heard[delay : delay + 4000] - x[:4000]
    assert 10 * np.log10(np.mean(x[:4000] ** 2) / np.mean(error**2)) > 20


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_lost_frames_are_whole_frames(share: float) -> None:
    x = np.ones(50 * FRAME, np.float32)
    y = lose_frames(x, np.random.default_rng(3), share)
    changed = (x != y).reshape(50, FRAME)
    assert np.all(changed.all(axis=1) == changed.any(axis=1))
    assert changed.any(axis=1).mean() == pytest.approx(share, abs=0.15)
    assert np.all(x == 1)


@pytest.mark.parametrize("peak_db", [-30.0, -10.0, 0.0])
def test_level(peak_db: float) -> None:
    assert 20 * np.log10(np.abs(at_level(SPEECH, peak_db)).max()) == pytest.approx(
        peak_db, abs=0.01
    )


def test_silence_stays_silence() -> None:
    assert not at_level(np.zeros(100, np.float32), 0.0).any()


def test_measured_noise_is_of_the_kind_and_strength_asked_for() -> None:
    tone_1k = tone(40.0, LINE, 1000.0) * np.float32(np.sqrt(2))
    rng = np.random.default_rng(0)
    x = tone(2.0, MODEL, 400.0) * 0.3
    y = CHANNEL.measured(x, rng, snr_db=10.0, kinds=[tone_1k])
    power = np.abs(np.fft.rfft(y)) ** 2
    hertz = np.fft.rfftfreq(len(y), 1 / MODEL)
    speech, noise = (power[np.abs(hertz - f) < 20].sum() for f in (400, 1000))
    assert power[np.abs(hertz - 1000) < 20].sum() > 0.01 * power.sum()
    assert 10 * np.log10(speech / noise) == pytest.approx(10.0, abs=3.0)


def test_babble_of_nobody_is_silence() -> None:
    assert not Channel.babble(np.zeros(MODEL, np.float32), 4, np.random.default_rng(0)).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300), st.integers(0, 2**32 - 1))
def test_a_piece_is_of_the_length_asked_and_of_what_there_is(
    length: int, samples: int, seed: int
) -> None:
    x = np.arange(length, dtype=np.float32)
    piece = cut(x, samples, np.random.default_rng(seed))
    assert len(piece) == samples
    assert np.all(np.diff(piece)[piece[:-1] < length - 1] == 1)
