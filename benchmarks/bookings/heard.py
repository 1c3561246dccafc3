"""What the agent hears of words that are spoken on a telephone line, without waiting for them."""

from __future__ import annotations

import hashlib
import shlex
import subprocess
from pathlib import Path

from audiocore.g711 import ulaw_decode, ulaw_encode
from audiocore.resample import Upsampler2
from audiocore.units import TELEPHONE_HZ
from pipeline.audiofile import read_pcm
from pipeline.caller.script import Speak
from pipeline.interfaces.engines import Recognizer, Transcript

_SILENCE = bytes(2 * TELEPHONE_HZ // 5)
"""Around the words; what a call's ear keeps from before and after them."""


def voice(command: str, folder: Path) -> Speak:
    """A program as a voice: ``command`` with {text} and {file}; what it spoke is kept in
    ``folder``."""

    def speak(text: str) -> bytes:
        folder.mkdir(parents=True, exist_ok=True)
        said = hashlib.sha256(f"{command}\0{text}".encode()).hexdigest()[:16]
        file = folder / f"{said}.wav"
        if not file.exists():
            arguments = [part.format(text=text, file=file) for part in shlex.split(command)]
            subprocess.run(arguments, check=True, capture_output=True)
        return read_pcm(file, TELEPHONE_HZ)

    return speak


def hear(recognizer: Recognizer, speak: Speak, words: str) -> Transcript:
    """``words`` as recognised through mu-law at 8 kHz."""
    line = ulaw_decode(ulaw_encode(_SILENCE + speak(words) + _SILENCE))
    return recognizer.transcribe(Upsampler2().process(line))
