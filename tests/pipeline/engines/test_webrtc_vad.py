import numpy as np
import pytest

from pipeline.engines.webrtc_vad import FRAME_BYTES, WebrtcVad
from tests.pipeline.engines.recordings import needs_recordings, recordings, telephone_frames


def tone_frames(count: int) -> list[bytes]:
    """A loud buzz with the harmonics of a voice, as 8 kHz frames."""
    t = np.arange(count * FRAME_BYTES // 2) / 8000
    x = sum(np.sin(2 * np.pi * 120 * k * t) / k for k in range(1, 20))
    pcm = (x / np.abs(x).max() * 16000).astype("<i2").tobytes()
    return [pcm[i : i + FRAME_BYTES] for i in range(0, len(pcm), FRAME_BYTES)]


def test_digital_silence_is_no_speech() -> None:
    vad = WebrtcVad()
    assert not any(vad.is_speech(bytes(FRAME_BYTES)) for _ in range(100))


def test_a_voiced_sound_is_speech() -> None:
    vad = WebrtcVad()
    assert sum(vad.is_speech(frame) for frame in tone_frames(50)) > 25


def test_reset_restores_the_first_answer() -> None:
    vad = WebrtcVad()
    frames = tone_frames(20)
    first = [vad.is_speech(frame) for frame in frames]
    rng = np.random.default_rng(1)
    for _ in range(200):
        vad.is_speech(rng.normal(0, 3000, FRAME_BYTES // 2).astype("<i2").tobytes())
    vad.reset()
    assert [vad.is_speech(frame) for frame in frames] == first


@pytest.mark.parametrize("size", [0, 160, 319, 321, 640])
def test_a_frame_of_another_length_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="320 bytes"):
        WebrtcVad().is_speech(bytes(size))


@pytest.mark.parametrize("aggressiveness", [-1, 4])
def test_unknown_aggressiveness_is_refused(aggressiveness: int) -> None:
    with pytest.raises(ValueError, match="0, 1, 2 or 3"):
        WebrtcVad(aggressiveness)  # type: ignore[arg-type]


@needs_recordings
def test_it_hears_every_recorded_sentence() -> None:
    for row in recordings("sentences")[::6]:
        vad = WebrtcVad()
        heard = [vad.is_speech(pcm_8k) for pcm_8k, _ in telephone_frames(row)]
        assert sum(heard) > 0.4 * len(heard), row["path"]
