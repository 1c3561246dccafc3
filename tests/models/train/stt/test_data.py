from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training dependencies are not installed")

from faster_whisper.feature_extractor import FeatureExtractor

from models.train.stt.data import (
    FEATURES,
    IGNORE,
    PHONES,
    another_speaker,
    frame_labels,
    log_mel,
    read_shards,
    trim,
    warps,
)
from models.train.stt.synthesize import save_shard
from models.train.stt.voices import HELD_OUT, Utterance


@settings(max_examples=30, deadline=None)
@given(st.integers(640, 60_000), st.integers(0, 2**32 - 1))
def test_features_are_those_of_faster_whisper(samples: int, seed: int) -> None:
    wave = np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)
    expected = FeatureExtractor(**FEATURES)(wave, padding=0)
    found = log_mel(wave)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_trim_leaves_a_little_around_the_speech() -> None:
    audio, phones = trim(np.zeros(16000, np.int16), [("pau", 0.3), ("y", 0.6), ("pau", 1.0)], 0.05)
    assert len(audio) == pytest.approx(0.4 * 16000, abs=2)
    assert phones == [("pau", pytest.approx(0.05)), ("y", pytest.approx(0.35))]


def test_trim_keeps_what_has_no_phones() -> None:
    audio = np.arange(100, dtype=np.int16)
    assert trim(audio, [], 0.05) == (audio, [])


def test_frame_labels_follow_lead_and_speed() -> None:
    labels = frame_labels([("pau", 0.24), ("s", 0.48)], frames=25, speed=2.0, lead_s=0.48)
    assert set(labels[:15]) == {PHONES["pau"]}
    assert set(labels[15:18]) == {PHONES["s"]}
    assert set(labels[18:]) == {PHONES["pau"]}


def test_frame_labels_are_unknown_without_phones() -> None:
    assert set(frame_labels([], 10, 1.0, 0.0)) == {IGNORE}


def test_held_out_voices_are_not_read(tmp_path: Path) -> None:
    pcm = np.arange(4000, dtype=np.int16)
    voices = ["flite:rms", *HELD_OUT]
    save_shard(tmp_path, "000", [Utterance(f"by {voice}", voice, pcm) for voice in voices])
    known: set[str] = set()
    assert [r.voice for r in read_shards(tmp_path, known)] == ["flite:rms"]
    assert known == {"000"}
    assert read_shards(tmp_path, known) == []


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
    spoken = another_speaker(mel, phones, np.random.default_rng(seed))
    assert spoken.shape == mel.shape
    assert spoken.dtype == np.float32
    first, other, again = spoken[:, 20], spoken[:, 60], spoken[:, 100]
    np.testing.assert_allclose(first, again, atol=1e-4)
    assert not np.allclose(first, other, atol=1e-4)


def test_another_speaker_of_unknown_phones_moves_all_alike() -> None:
    mel = np.repeat(np.linspace(0, 1, 80, dtype=np.float32)[:, None], 51, axis=1)
    spoken = another_speaker(mel, np.full(26, IGNORE), np.random.default_rng(3))
    assert np.ptp(spoken, axis=1).max() < 1e-4
    assert not np.allclose(spoken, mel, atol=1e-3)
