"""Both sides of a call as one stereo WAV: caller left, agent right, as the caller heard them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from audiocore.g711 import ulaw_decode
from audiocore.units import TELEPHONE_HZ
from pipeline.audiofile import write_wav
from pipeline.caller.phone import CallResult


def write_recording(path: Path, result: CallResult) -> None:
    """Agent audio lies where it was played, not where it was sent, and is cut where it was
    cleared."""
    caller, agent = (
        np.frombuffer(ulaw_decode(bytes(side)), dtype="<i2")
        for side in (result.caller_ulaw, result.agent_ulaw)
    )
    length = min(len(caller), len(agent))
    stereo = np.stack([caller[:length], agent[:length]], axis=1)
    write_wav(path, stereo.tobytes(), TELEPHONE_HZ, channels=2)
