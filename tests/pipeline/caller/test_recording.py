"""The recording of a call: both sides, one channel each."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from audiocore.g711 import ulaw_decode
from pipeline.caller.phone import CallResult
from pipeline.caller.recording import write_recording
from tests.pipeline.caller.test_voiced import SILENCE, tone


def test_the_caller_is_left_and_the_agent_right(tmp_path: Path) -> None:
    result = CallResult(
        "CA1",
        caller_ulaw=bytearray(SILENCE * 25 + tone(500) + SILENCE * 50),
        agent_ulaw=bytearray(tone(400) + SILENCE * 55 + tone(500)),
    )
    write_recording(tmp_path / "call.wav", result)
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        stereo = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    length = min(len(result.caller_ulaw), len(result.agent_ulaw))
    assert len(stereo) == length
    for channel, side in enumerate((result.caller_ulaw, result.agent_ulaw)):
        wanted = np.frombuffer(ulaw_decode(bytes(side)), dtype="<i2")[:length]
        assert np.array_equal(stereo[:, channel], wanted)
