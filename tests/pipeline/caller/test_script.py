"""Scripts: what they may say, and how wrong ones are refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from audiocore.errors import ConfigError
from audiocore.g711 import ulaw_encode
from pipeline.audiofile import write_wav
from pipeline.caller.script import Script, Turn, load


def speak(text: str) -> bytes:
    """Two samples for every letter."""
    return struct.pack(f"<{2 * len(text)}h", *[1000] * 2 * len(text))


def write(folder: Path, text: str) -> Path:
    path = folder / "script.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_that_a_script_can_say(tmp_path: Path) -> None:
    pcm = struct.pack("<320h", *range(320))
    write_wav(tmp_path / "hello.wav", pcm, 8000)
    script = load(
        write(
            tmp_path,
            """
            from = "+14155550100"
            settle_ms = 300
            [expect]
            name = "maria jones"
            [[turn]]
            audio = "hello.wav"
            words = "hello"
            [[turn]]
            text = "no"
            barge_in_ms = 800
            [[turn]]
            pause_ms = 40
            dtmf = "1#"
            hang_up = "drop"
            """,
        ),
        speak,
    )
    assert script == Script(
        turns=(
            Turn("hello", ulaw_encode(pcm)),
            Turn("no", ulaw_encode(speak("no")) + b"\xff" * 156, barge_in_ms=800),
            Turn(pause_ms=40, dtmf="1#", hang_up="drop"),
        ),
        expect={"name": "maria jones"},
        caller="+14155550100",
        settle_ms=300,
    )


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "has no [[turn]]"),
        ("[turn]\ntext = 'x'", "has no [[turn]]"),
        ("turn = [1]", "turn 1 must be a table"),
        ("[[turn]]\nwords = 'x'", "turn 1 does nothing"),
        ("[[turn]]\ntext = 'x'\naudio = 'y.wav'", "audio or text, not both"),
        ("[[turn]]\nspeech = 'x'", "speech is not a setting of turn 1"),
        ("typo = 1\n[[turn]]\ntext = 'x'", "typo is not a setting of the script"),
        ("[[turn]]\ndtmf = '1x'", "dtmf may hold"),
        ("[[turn]]\nhang_up = true", 'hang_up must be "stop" or "drop"'),
        ("[[turn]]\ntext = 'x'\npause_ms = -1", "pause_ms must be a whole number"),
        ("[[turn]]\ntext = 'x'\nbarge_in_ms = true", "barge_in_ms must be a whole number"),
        ("expect = 1\n[[turn]]\ntext = 'x'", "expect must be a table"),
        ("[[turn]]\naudio = 'missing.wav'", "missing.wav: no such file"),
        ("[[turn]]\naudio = 'script.toml'", "cannot be read as sound"),
        ("nonsense", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        load(path, speak)
    assert complaint in str(refused.value)
    assert str(tmp_path) in str(refused.value)


def test_a_missing_script_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml", speak)
