import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch", reason="training dependencies are not installed")

from faster_whisper.feature_extractor import FeatureExtractor

from models.train.stt import tokenizer as bpe
from models.train.stt.data import (
    CHARACTERS,
    IGNORE,
    PHONES,
    Batches,
    Example,
    Recording,
    frame_labels,
    log_mel,
    trim,
)

TOKENIZER = bpe.build(["yes please", "my name is ann", "at three thirty p m"] * 20)
IDS = bpe.ids(TOKENIZER)


def recording(text: str = "yes please", seconds: float = 1.0) -> Recording:
    audio = np.random.default_rng(0).normal(0, 3000, int(seconds * 16000)).astype(np.int16)
    return Recording(text, audio, [("pau", 0.1), ("y", 0.4), ("eh", 0.9), ("pau", 1.0)])


def batches() -> Batches:
    return Batches([recording("yes please", 1 + n / 10) for n in range(8)], TOKENIZER, seed=3)


@settings(max_examples=30, deadline=None)
@given(st.integers(400, 60_000), st.integers(0, 2**32 - 1))
def test_features_are_those_of_faster_whisper(samples: int, seed: int) -> None:
    wave = np.random.default_rng(seed).normal(0, 0.1, samples).astype(np.float32)
    expected = FeatureExtractor()(wave, padding=0)
    found = log_mel(wave)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, atol=2e-4)


def test_trim_leaves_50_ms_around_the_speech() -> None:
    audio, phones = trim(np.zeros(16000, np.int16), [("pau", 0.3), ("y", 0.6), ("pau", 1.0)])
    assert len(audio) == pytest.approx(0.4 * 16000, abs=2)
    assert phones == [("pau", pytest.approx(0.05)), ("y", pytest.approx(0.35))]


def test_trim_keeps_what_has_no_phones() -> None:
    audio = np.arange(100, dtype=np.int16)
    assert trim(audio, []) == (audio, [])


def test_frame_labels_follow_lead_and_speed() -> None:
    labels = frame_labels([("pau", 0.2), ("s", 0.4)], frames=50, speed=2.0, lead_s=0.5)
    assert set(labels[:30]) == {PHONES["pau"]}
    assert set(labels[30:35]) == {PHONES["s"]}
    assert set(labels[35:]) == {PHONES["pau"]}


def test_frame_labels_are_unknown_without_phones() -> None:
    assert set(frame_labels([], 10, 1.0, 0.0)) == {IGNORE}


def test_silence_is_answered_with_no_speech_and_the_end() -> None:
    supply = batches()
    prompt, target = supply.prompt_and_target(supply.nothing())
    assert prompt == [IDS.start, IDS.no_timestamps]
    assert target == [IDS.no_speech, IDS.end]


def test_prompts_and_targets_are_one_apart() -> None:
    supply = batches()
    example = Example("yes please", np.zeros((80, 100), np.float32), np.zeros(50, int), (0.2, 0.9))
    with_times = 0
    for _ in range(200):
        prompt, target = supply.prompt_and_target(example)
        assert prompt[0] == IDS.start
        assert prompt[1:] == target[:-1]
        assert target[-1] == IDS.end
        with_times += target[0] != IDS.no_timestamps
    assert 5 < with_times < 50


def test_a_batch_fits_together() -> None:
    batch = next(batches().training(4))
    size, mels, frames = batch.mel.shape
    assert mels == 80
    assert frames % 2 == 0
    assert batch.phones.shape == (size, frames // 2)
    assert batch.tokens.shape == batch.targets.shape
    assert batch.character_lengths.sum() == len(batch.characters)
    assert batch.frame_lengths.max() <= frames // 2
    assert set(batch.characters.tolist()) <= set(CHARACTERS.values())
