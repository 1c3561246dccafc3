"""The barge-in benchmark: the line it measures on tells the truth, and the whole of it runs."""

import json
from pathlib import Path

import numpy as np

from audiocore.events import SendAudio, SendClear
from audiocore.g711 import ulaw_decode, ulaw_encode
from audiocore.playout import SpokenClause, SpokenWord
from audiocore.units import FRAME_SAMPLES
from benchmarks.bargein import main
from benchmarks.bargein.clips import active_frames, clip, stand_ins
from benchmarks.bargein.line import LINE_MS, EchoPath, Telephone
from benchmarks.bargein.report import summary

SILENCE = np.zeros(FRAME_SAMPLES, np.int16)


def tone(frames: int, level: float, hertz: float = 300) -> np.ndarray:
    time = np.arange(frames * FRAME_SAMPLES) / 8_000
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def spoken(frames: int) -> SpokenClause:
    rng = np.random.default_rng(0)
    audio = ulaw_encode(rng.normal(0, 3_000, frames * FRAME_SAMPLES).astype("<i2").tobytes())
    return SpokenClause(audio, (SpokenWord("one", 800), SpokenWord("two", len(audio))))


def test_the_telephone_plays_later_and_returns_what_leaks_later_still() -> None:
    clause = spoken(10)
    telephone = Telephone([clause], EchoPath(gain_db=-20, delay_ms=150))
    for at in range(0, len(clause.ulaw_8k), FRAME_SAMPLES):
        telephone.receive(SendAudio(clause.ulaw_8k[at : at + FRAME_SAMPLES]), 0)
    line = b"".join(telephone.tick(SILENCE, 20.0 * tick)[0] for tick in range(20))
    sent = np.frombuffer(ulaw_decode(clause.ulaw_8k), "<i2").astype(float)
    back = np.frombuffer(ulaw_decode(line), "<i2").astype(float)
    lags = np.correlate(back, sent, "valid")
    # The wire adds one way more before anything of this is back at our end.
    assert int(np.argmax(lags)) == (150 - LINE_MS) * 8
    assert np.isclose(np.sqrt((back**2).sum() / (sent**2).sum()), 0.1, rtol=0.05)


def test_what_was_heard_is_told_from_what_was_played_alone() -> None:
    clause = spoken(10)
    telephone = Telephone([clause], None)
    for at in range(0, len(clause.ulaw_8k), FRAME_SAMPLES):
        telephone.receive(SendAudio(clause.ulaw_8k[at : at + FRAME_SAMPLES]), 0)
    words = []
    for tick in range(6):
        telephone.tick(SILENCE, 20.0 * tick)
        words.append(telephone.true_words())
    assert words == [0, 0, 0, 0, 0, 0]
    telephone.tick(SILENCE, 120.0)
    assert telephone.true_words() == 1
    telephone.receive(SendClear(), 140.0)
    for tick in range(7, 20):
        telephone.tick(SILENCE, 20.0 * tick)
    assert telephone.true_words() == 1


def test_speech_begins_where_its_level_does() -> None:
    pcm = np.concatenate([tone(10, 20), tone(20, 6_000), tone(5, 500), tone(20, 6_000)])
    active = active_frames(pcm)
    assert active.tolist() == [False] * 10 + [True] * 20 + [False] * 5 + [True] * 20
    measured = clip("two tones", True, pcm)
    assert (measured.onset_ms, measured.active_ms) == (200, 800)
    assert clip("nothing", True, np.zeros(800, np.int16)).active_ms == 0


def test_the_stand_ins_are_speech_and_noise() -> None:
    clips = list(stand_ins())
    assert {clip.speech for clip in clips} == {True, False}
    assert all(clip.active_ms > 0 for clip in clips)


def test_it_writes_what_it_found(tmp_path: Path) -> None:
    assert main(["--only", "5-yes", "--no-echo", "--no-cancelled", "--output", str(tmp_path)]) == 0
    found = json.loads((tmp_path / "bargein.json").read_text())["clean line"]
    (call,) = found["calls"]
    assert call["committed"]
    assert call["heard_words"] == call["true_words"]
    assert found["summary"]["speech"]["missed"] == 0
    assert "missed" in (tmp_path / "bargein.md").read_text()


def test_a_scenario_without_calls_has_no_shares() -> None:
    assert summary([])["speech"]["missed_percent"] is None
