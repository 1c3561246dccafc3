from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training dependencies are not installed")

from models.train.stt.augment import another_speaker, another_time, timbre, warps, with_gaps
from models.train.stt.data import IGNORE, PHONES, log_mel


def test_a_warped_voice_has_its_formants_moved_and_the_line_left_alone() -> None:
    t = np.arange(16000) / 16000
    mel = log_mel((0.3 * np.sin(2 * np.pi * 1000 * t)).astype(np.float32)).mean(axis=1)
    same, *moved = warps(np.outer([1, 0.87, 1.15], np.ones(3)))
    np.testing.assert_allclose(same, np.arange(80), atol=1e-4)
    for factor, come_from in zip((0.87, 1.15), moved, strict=True):
        there = log_mel((0.3 * np.sin(2 * np.pi * 1000 * factor * t)).astype(np.float32))
        peak = np.interp(come_from, np.arange(80), mel).argmax()
        assert abs(int(peak) - int(there.mean(axis=1).argmax())) <= 1
    (edge,) = warps(np.array([[1.1, 0.95, 1.15]]))
    np.testing.assert_allclose(edge[62:], np.arange(62, 80), atol=1e-4)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_another_speaker_says_a_phone_alike_each_time_and_others_otherwise(seed: int) -> None:
    vowel = np.interp(np.arange(80), [0, 10, 20, 45, 60, 79], [0, 1, 0.2, 0.6, 0.1, 0])
    mel = np.repeat(vowel[:, None], 120, axis=1).astype(np.float32)
    phones = np.repeat([PHONES["aa"], PHONES["iy"], PHONES["aa"]], 20)
    spoken = another_speaker(mel, phones, np.random.default_rng(seed), [])
    assert spoken.shape == mel.shape
    assert spoken.dtype == np.float32
    first, other, again = spoken[:, 20], spoken[:, 60], spoken[:, 100]
    np.testing.assert_allclose(first, again, atol=1e-4)
    assert not np.allclose(first, other, atol=1e-4)


def test_another_speaker_of_unknown_phones_moves_all_alike() -> None:
    mel = np.repeat(np.linspace(0, 1, 80, dtype=np.float32)[:, None], 51, axis=1)
    spoken = another_speaker(mel, np.full(26, IGNORE), np.random.default_rng(3), [])
    assert np.ptp(spoken, axis=1).max() < 1e-4
    assert not np.allclose(spoken, mel, atol=1e-3)


def test_a_timbre_is_how_a_voice_says_each_phone_however_loud() -> None:
    rng = np.random.default_rng(1)
    vowels = {PHONES[p]: rng.normal(0, 0.3, 80) for p in ("aa", "iy")}
    said = []
    for loudness in (0.2, 0.9):
        phones = np.repeat([PHONES["pau"], *vowels, IGNORE], 30)
        silent = np.zeros(80)
        frames = [vowels[p] + loudness if p in vowels else silent for p in np.repeat(phones, 2)]
        said.append((np.array(frames, np.float32).T, phones))
    nothing = np.ones((80, 60), np.float32), np.full(30, PHONES["pau"])
    found = timbre([*said, nothing])
    assert found.shape == (len(PHONES), 80)
    heard = sorted([PHONES["pau"], *vowels])
    assert np.flatnonzero(np.isfinite(found).all(axis=1)).tolist() == heard
    one, other = vowels
    np.testing.assert_allclose(found[one] - found[other], vowels[one] - vowels[other], atol=1e-5)


def test_another_speaker_differs_from_this_one_as_two_who_were_heard() -> None:
    rng = np.random.default_rng(2)
    bright, dark = np.zeros((2, len(PHONES), 80), np.float32)
    bright[PHONES["aa"], :40], bright[PHONES["iy"]] = -0.5, np.nan
    mel = np.repeat(rng.uniform(1, 1.5, (80, 1)), 180, axis=1).astype(np.float32)
    phones = np.repeat([PHONES["aa"], PHONES["iy"], PHONES["pau"]], 30)
    moved = []
    for seed in range(40):
        same, other = (
            another_speaker(mel, phones, np.random.default_rng(seed), two)
            for two in ((dark, dark), (bright, dark))
        )
        moved.append(other - same)
    by_phone = np.array(moved).reshape(40, 80, 3, 60)[..., 20:40].mean(axis=-1)
    lower, upper = by_phone[:, 5:35, 0].mean(axis=1), by_phone[:, 45:, 0].mean(axis=1)
    assert lower.min() < -0.2
    assert lower.max() > 0.2
    np.testing.assert_allclose(upper, 0, atol=0.02)
    np.testing.assert_allclose(by_phone[:, :, 1:], 0, atol=1e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 400), st.integers(0, 2**32 - 1))
def test_another_time_the_sounds_come_in_the_same_order_about_then(frames: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    mel = np.repeat(np.linspace(0, 1, frames, dtype=np.float32)[None], 80, axis=0)
    phones = np.arange((frames + 1) // 2) // 4
    said, when = another_time(mel, phones, rng)
    assert said.shape == mel.shape
    assert said.dtype == np.float32
    assert when.shape == phones.shape
    assert (np.diff(when) >= 0).all()
    assert np.abs(when - phones).max() <= 2


def test_another_time_features_and_phones_move_together() -> None:
    edge = np.where(np.arange(300) // 8 % 2, 1.0, 0.0).astype(np.float32)
    mel = np.repeat(edge[None], 80, axis=0)
    phones = (edge[::2] > 0.5).astype(int)
    agree, stayed = [], []
    for seed in range(60):
        said, when = another_time(mel, phones, np.random.default_rng(seed))
        heard = said.mean(axis=0)[::2] > 0.5
        agree.append((heard == when).mean())
        stayed.append((heard == phones).mean())
    assert min(agree) > 0.9
    assert np.mean(agree) > np.mean(stayed)


def test_no_two_times_are_alike() -> None:
    mel = np.random.default_rng(0).normal(0, 0.3, (80, 120)).astype(np.float32)
    phones = np.full(60, IGNORE)
    said = [another_time(mel, phones, np.random.default_rng(seed))[0] for seed in range(30)]
    differ = [np.abs(a - b).mean() for a, b in pairwise(said)]
    assert np.mean(differ) > 0.05


def test_gaps_leave_most_of_an_utterance() -> None:
    mel = np.random.default_rng(0).normal(0, 1, (80, 100)).astype(np.float32)
    kept = [(with_gaps(mel, np.random.default_rng(seed)) == mel).mean() for seed in range(50)]
    assert 0.6 < min(kept) < 1.0
