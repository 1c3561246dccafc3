"""A voice for scripts that give text: flite or espeak-ng, where they are installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from audiocore.errors import ConfigError
from audiocore.units import TELEPHONE_HZ
from pipeline.audiofile import read_pcm
from pipeline.caller.script import Speak

_COMMANDS = {
    "flite": ["-voice", "rms", "-t", "{text}", "-o", "{file}"],
    "espeak-ng": ["-w", "{file}", "--", "{text}"],
}


def installed_voice() -> Speak | None:
    """The first of flite and espeak-ng that this machine has; None when it has neither."""
    for program in _COMMANDS:
        if shutil.which(program):
            return lambda text: _speak(program, text)
    return None


def _speak(program: str, text: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "speech.wav"
        arguments = [a.format(text=text, file=file) for a in _COMMANDS[program]]
        done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
        if done.returncode or not file.is_file():
            raise ConfigError(f"{program} could not speak {text!r}: {done.stderr.strip()}")
        return read_pcm(file, TELEPHONE_HZ)
