"""The caller's voice is heard where flite is installed, and missed where it is not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from audiocore.errors import ConfigError
from audiocore.g711 import ulaw_encode
from pipeline.caller import voices
from pipeline.caller.voiced import voiced_span


def test_an_installed_voice_speaks() -> None:
    if shutil.which("flite") is None:
        pytest.skip("flite is not installed")
    speak = voices.installed_voice()
    assert speak is not None
    span = voiced_span(ulaw_encode(speak("-w and {braces}, please")))
    assert span is not None
    assert span[1] - span[0] > 25  # half a second at least


def test_none_installed_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert voices.installed_voice() is None


def test_a_voice_that_fails_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "flite").write_text("#!/bin/sh\necho no such voice >&2; exit 1\n")
    (tmp_path / "flite").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    speak = voices.installed_voice()
    assert speak is not None
    with pytest.raises(ConfigError, match="could not speak 'hi': no such voice"):
        speak("hi")
