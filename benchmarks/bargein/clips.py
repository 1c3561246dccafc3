"""What is said, or clatters, over the agent's speech: recordings where they are installed, and
stand-ins made here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from audiocore.units import FRAME_MS, FRAME_SAMPLES, TELEPHONE_HZ
from benchmarks.bargein.noises import noises
from pipeline import caller
from pipeline.audiofile import read_pcm

Pcm = npt.NDArray[np.int16]

DEMO = Path(caller.__file__).parent / "demo"
SPEECH_KINDS = ("commands", "digits", "digit_strings", "sentences", "speech_untranscribed")
LONGEST_S = 8.0
"""Of a longer recording the beginning is enough to interrupt somebody."""
P56_MARGIN_DB = 15.9
"""ITU-T P.56, method B: speech is active from so far below its active level."""
FLOOR_DBFS = -60.0


@dataclass(frozen=True, slots=True)
class Clip:
    """One sound at 8 kHz."""

    name: str
    speech: bool
    pcm: Pcm
    onset_ms: int
    """Start of its first frame at a level of speech."""
    active_ms: int
    """How much of it is at a level of speech."""


def recordings(folder: Path) -> Iterator[Clip]:
    """The clips of people and of noise that ``manifest.jsonl`` in ``folder`` lists."""
    for row in map(json.loads, (folder / "manifest.jsonl").read_text("utf-8").splitlines()):
        if row["kind"] in SPEECH_KINDS or row["kind"] == "noise":
            pcm = np.frombuffer(read_pcm(folder / row["path"], TELEPHONE_HZ), np.int16)
            yield clip(row["path"], row["kind"] != "noise", pcm)


def stand_ins() -> Iterator[Clip]:
    """The caller of the demo, and noises that are made."""
    for file in sorted(DEMO.glob("*.flac")):
        yield clip(file.stem, True, np.frombuffer(read_pcm(file, TELEPHONE_HZ), np.int16))
    rng = np.random.default_rng(5)
    for name, sound in noises(rng):
        yield clip(name, False, sound)


def clip(name: str, speech: bool, pcm: Pcm) -> Clip:
    """Measure a sound."""
    pcm = pcm[: int(LONGEST_S * TELEPHONE_HZ)]
    active = active_frames(pcm)
    onset = int(np.argmax(active)) if active.any() else 0
    return Clip(name, speech, pcm, onset * FRAME_MS, int(active.sum()) * FRAME_MS)


def active_frames(pcm: Pcm) -> npt.NDArray[np.bool_]:
    """Which 20 ms frames are active speech: within 15.9 dB of the mean level of those that are."""
    whole = len(pcm) // FRAME_SAMPLES * FRAME_SAMPLES
    power = (pcm[:whole].astype(np.float64).reshape(-1, FRAME_SAMPLES) ** 2).mean(axis=1)
    active: npt.NDArray[np.bool_] = power > 32768**2 * 10 ** (FLOOR_DBFS / 10)
    for _ in range(8):
        if not active.any():
            break
        active &= power >= power[active].mean() * 10 ** (-P56_MARGIN_DB / 10)
    return active
