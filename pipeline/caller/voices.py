"""The caller's voice, for scripts that give text."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from audiocore.errors import ConfigError
from audiocore.units import TELEPHONE_HZ
from pipeline.audiofile import read_pcm
from pipeline.caller.script import Speak

CALLER = "rms"
"""A voice of flite or, where flite is not installed, the speaker of that name in the starter voice.
Both have ``rms`` and ``slt``; the agent is ``rms`` unless configured otherwise."""


def installed_voice() -> Speak | None:
    """flite, if this machine has it; else None."""
    return _flite if shutil.which("flite") else None


def _flite(text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "speech.wav"
        command = ["flite", "-voice", CALLER, "-t", text, "-o", str(file)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode or not file.is_file():
            raise ConfigError(f"flite could not speak {text!r}: {done.stderr.strip()}")
        return read_pcm(file, TELEPHONE_HZ)
