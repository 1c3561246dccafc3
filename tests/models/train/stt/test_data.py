from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training dependencies are not installed")

from faster_whisper.feature_extractor import FeatureExtractor

from models.train.stt.data import (
    FEATURES,
    HOP,
    IGNORE,
    PHONES,
    frame_labels,
    log_mel,
    read_shards,
    trim,
)
from models.train.stt.synthesize import save_shard
from models.train.stt.voices import HELD_OUT, Utterance


@settings(max_examples=30, deadline=None)
@given(st.integers(640, 60_000), st.sampled_from([250, HOP, 384]), st.integers(0, 2**32 - 1))
def test_features_are_those_of_faster_whisper(samples: int, hop: int, seed: int) -> None:
    wave = np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)
    expected = FeatureExtractor(**{**FEATURES, "hop_length": hop})(wave, padding=0)
    found = log_mel(wave, hop)
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


def test_frame_labels_follow_the_hop() -> None:
    labels = frame_labels([("s", 1.0)], frames=64, speed=1.0, lead_s=0.0, hop=250)
    assert set(labels[:32]) == {PHONES["s"]}
    assert set(labels[32:]) == {PHONES["pau"]}


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
