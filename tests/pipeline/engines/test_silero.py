import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiocore.endpointing import Endpointer
from audiocore.errors import ModelError
from audiocore.events import SpeechEvent, SpeechStarted
from audiocore.voice import Voice
from pipeline.engines.silero import GatedVad, GateOptions, SileroModel, SileroVad
from pipeline.engines.webrtc_vad import WebrtcVad
from tests.pipeline.engines.recordings import needs_recordings, recordings, telephone_frames

FRAME_8K, FRAME_16K = bytes(320), bytes(640)
MODEL = SileroModel()


class Always:
    """A gate of one opinion."""

    def __init__(self, opinion: bool) -> None:
        self.opinion = opinion

    def is_speech(self, pcm_8k: bytes) -> bool:
        return self.opinion

    def reset(self) -> None:
        pass


def sentence() -> Iterator[tuple[bytes, bytes]]:
    return telephone_frames(recordings("sentences")[0])


def heard(frames: Iterator[tuple[bytes, bytes]]) -> list[SpeechEvent]:
    vad, voice, endpointer = GatedVad(WebrtcVad(), MODEL), Voice(), Endpointer()
    return [e for a, b in frames for e in endpointer.step(voice.step(vad.probability(a, b)))]


def test_silence_is_unlikely_to_be_speech() -> None:
    vad = SileroVad(MODEL)
    assert max(vad.probability(FRAME_16K) for _ in range(100)) < 0.1


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(0, 3000), min_size=1, max_size=12), st.integers(0, 2**32 - 1))
def test_chunking_changes_nothing(sizes: list[int], seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 2000, sum(sizes)).astype("<i2")
    whole, chunked = SileroVad(MODEL), SileroVad(MODEL)
    expected = whole.probability(noise.tobytes())
    last = 0.0
    for part in np.split(noise, np.cumsum(sizes)[:-1]):
        last = chunked.probability(part.tobytes())
    assert last == expected


def test_probability_is_zero_before_the_first_window() -> None:
    assert SileroVad(MODEL).probability(np.full(511, 9000, "<i2").tobytes()) == 0.0


def test_sessions_do_not_hear_each_other() -> None:
    rng = np.random.default_rng(3)
    a, b, alone = SileroVad(MODEL), SileroVad(MODEL), SileroVad(MODEL)
    for _ in range(20):
        mine = rng.normal(0, 3000, 512).astype("<i2").tobytes()
        theirs = rng.normal(0, 9000, 512).astype("<i2").tobytes()
        b.probability(theirs)
        assert a.probability(mine) == alone.probability(mine)


def test_a_closed_gate_keeps_silero_from_being_asked() -> None:
    class Untouchable:
        def __getattr__(self, name: str) -> Any:
            raise AssertionError(f"the model was asked for {name}")

    vad = GatedVad(Always(False), Untouchable())  # type: ignore[arg-type]
    assert max(vad.probability(FRAME_8K, FRAME_16K) for _ in range(50)) == 0


def test_an_open_gate_alone_is_not_believed() -> None:
    vad = GatedVad(Always(True), MODEL)
    assert max(vad.probability(FRAME_8K, FRAME_16K) for _ in range(50)) < 0.1


@pytest.mark.parametrize("options", [{"hold_frames": -1}, {"backlog_frames": -1}])
def test_senseless_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="negative"):
        GateOptions(**options)


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.onnx.*reinstall faster-whisper"):
        SileroModel(tmp_path / "nowhere.onnx")


def test_a_broken_model_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ModelError, match=r"broken\.onnx is not a readable ONNX model"):
        SileroModel(path)


@needs_recordings
def test_speech_begins_in_every_recorded_sentence_and_digit() -> None:
    for row in [*recordings("sentences")[::6], *recordings("digits")[::20]]:
        events = heard(telephone_frames(row))
        assert any(isinstance(e, SpeechStarted) for e in events), row["path"]


@needs_recordings
def test_little_noise_is_taken_for_a_caller() -> None:
    """Babble is left out: it is speech."""
    rows = [row for row in recordings("noise") if "babble" not in row["path"]]
    started = 0
    for row in rows:
        events = heard(itertools.islice(telephone_frames(row), 150))
        started += any(isinstance(e, SpeechStarted) for e in events)
    assert started <= len(rows) // 6


@needs_recordings
def test_reset_forgets_the_call_before() -> None:
    vad = GatedVad(WebrtcVad(), MODEL)
    first = [vad.probability(a, b) for a, b in sentence()]
    vad.reset()
    assert [vad.probability(a, b) for a, b in sentence()] == first
    assert any(first)
