"""Real recordings for the tests, where they are installed, as telephone frames at both rates."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from faster_whisper import decode_audio

from audiocore.g711 import ulaw_decode, ulaw_encode
from audiocore.resample import Upsampler2
from audiocore.units import FRAME_SAMPLES, TELEPHONE_HZ

FOLDER = next(
    (p / "shared/speech" for p in Path(__file__).parents if (p / "shared/speech").is_dir()), None
)
needs_recordings = pytest.mark.skipif(FOLDER is None, reason="../shared/speech is not installed")


def recordings(kind: str) -> list[dict[str, Any]]:
    """Rows of the manifest."""
    assert FOLDER is not None
    rows = map(json.loads, (FOLDER / "manifest.jsonl").read_text().splitlines())
    return [row for row in rows if row["kind"] == kind]


def telephone_frames(row: dict[str, Any]) -> Iterator[tuple[bytes, bytes]]:
    """Frames at 8 and 16 kHz: through mu-law, half a second of line silence before and after."""
    assert FOLDER is not None
    audio = decode_audio(str(FOLDER / row["path"]), sampling_rate=TELEPHONE_HZ)
    audio = np.pad(audio, TELEPHONE_HZ // 2)
    ulaw = ulaw_encode((np.clip(audio, -1, 1) * 32767).astype("<i2"))
    up = Upsampler2()
    for at in range(0, len(ulaw) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        frame = ulaw[at : at + FRAME_SAMPLES]
        yield ulaw_decode(frame), up.process_ulaw(frame)
