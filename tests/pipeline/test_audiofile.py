"""Sound files."""

from __future__ import annotations

import struct
import wave
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.errors import ConfigError
from pipeline.audiofile import read_pcm, split_at_pauses, write_wav


def test_what_is_written_is_read(tmp_path: Path) -> None:
    pcm = struct.pack("<1000h", *(i * 30 - 15000 for i in range(1000)))
    write_wav(tmp_path / "a.wav", pcm, 8000)
    assert read_pcm(tmp_path / "a.wav", 8000) == pcm


def test_stereo_becomes_mono_at_the_wanted_rate(tmp_path: Path) -> None:
    t = np.arange(44100) / 44100
    tone = (8000 * np.sin(2 * np.pi * 440 * t)).astype("<i2")
    write_wav(tmp_path / "a.wav", np.stack([tone, tone], axis=1).tobytes(), 44100, channels=2)
    read = np.frombuffer(read_pcm(tmp_path / "a.wav", 16000), dtype="<i2")
    assert len(read) == pytest.approx(16000, abs=40)
    spectrum = np.abs(np.fft.rfft(read[:16000]))
    assert np.argmax(spectrum) == pytest.approx(440, abs=1)


def test_long_audio_is_cut_in_its_pauses_and_nothing_is_lost() -> None:
    loud = np.full(8000 * 3 // 2, 5000, dtype="<i2")
    quiet = np.zeros(1600, dtype="<i2")
    pcm = np.concatenate([loud, quiet, loud, quiet, loud]).tobytes()
    pieces = split_at_pauses(pcm, 8000, 2.0)
    assert b"".join(pieces) == pcm
    assert len(pieces) == 3
    assert all(len(piece) <= 2 * 8000 * 2 for piece in pieces)
    for piece in pieces[:-1]:
        assert not np.frombuffer(piece, dtype="<i2")[-80:].any()


@given(seconds=st.floats(0.0, 5.0), longest=st.floats(0.1, 2.0))
def test_pieces_are_never_too_long(seconds: float, longest: float) -> None:
    pcm = np.random.default_rng(0).integers(-9, 9, int(seconds * 8000)).astype("<i2").tobytes()
    pieces = split_at_pauses(pcm, 8000, longest)
    assert b"".join(pieces) == pcm
    assert all(len(piece) <= longest * 16_000 for piece in pieces)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"missing/a\.wav: cannot be written: No such file"):
        write_wav(tmp_path / "missing" / "a.wav", bytes(160), 8000)


def test_bad_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("not sound")
    with wave.open(str(tmp_path / "empty.wav"), "wb") as empty:
        empty.setnchannels(1)
        empty.setsampwidth(2)
        empty.setframerate(8000)
    for name, complaint in (
        ("none.wav", "no such file"),
        ("text.wav", "cannot be read as sound"),
        ("empty.wav", "has no sound"),
        (".", "cannot be read as sound"),
    ):
        with pytest.raises(ConfigError, match=complaint) as refused:
            read_pcm(tmp_path / name, 8000)
        assert str(tmp_path) in str(refused.value)
