"""Voices that the machine may have; each that it has is heard."""

from __future__ import annotations

import shutil

import pytest

from audiocore.errors import ConfigError
from audiocore.g711 import ulaw_encode
from pipeline.caller import voices
from pipeline.caller.voiced import voiced_span


@pytest.mark.parametrize("program", ["flite", "espeak-ng"])
def test_an_installed_voice_speaks(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    only = shutil.which
    monkeypatch.setattr(voices.shutil, "which", lambda p: only(p) if p == program else None)
    speak = voices.installed_voice()
    assert speak is not None
    span = voiced_span(ulaw_encode(speak("-w and {braces}, please")))
    assert span is not None
    assert span[1] - span[0] > 25  # half a second at least


def test_none_installed_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices.shutil, "which", lambda _: None)
    assert voices.installed_voice() is None


def test_a_voice_that_fails_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(voices, "_COMMANDS", {"false": []})
    with pytest.raises(ConfigError, match="false could not speak 'hi'"):
        voices._speak("false", "hi")
