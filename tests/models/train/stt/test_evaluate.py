import json
import wave
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

from models.train.stt.evaluate import (
    CLOCK,
    UNSEEN,
    Heard,
    backgrounds,
    edits,
    score,
    spoken_digits,
    summary,
)
from models.train.stt.sentences import Line


def heard(said: str, words: str, name: str = "", time: bool = False) -> Heard:
    return Heard(Line(said, name=name, time=time), words, 1.0)


@pytest.mark.parametrize(
    ("said", "words", "count"),
    [("a b", "a b", 0), ("a b c", "a c", 1), ("a b", "a x b", 1), ("a b", "c d", 2), ("", "a", 1)],
)
def test_edits_are_words_exchanged_added_and_left_out(said: str, words: str, count: int) -> None:
    assert edits(said.split(), words.split()) == count


def test_a_score_counts_words_sentences_names_weekdays_and_times() -> None:
    scores = score(
        [
            heard("this is ann lee", "this is ann leigh", name="ann lee"),
            heard("on monday", "on monday"),
            heard("at three fifteen p m", "at three fifty p m", time=True),
        ]
    )
    assert scores["wer"] == pytest.approx(2 / 11)
    assert scores["exact"] == pytest.approx(1 / 3)
    assert (scores["names"], scores["weekdays"], scores["times"]) == (0.0, 1.0, 0.0)


def test_times_are_told_in_words() -> None:
    assert {"zero", "twelve", "nineteen", "fifty", "nine", "half", "m"} <= CLOCK


def test_digits_are_read_out_one_by_one() -> None:
    assert spoken_digits("20 7").split() == ["two", "zero", "seven"]


def test_recorded_noise_is_grouped_by_what_it_is_and_made_equally_loud(tmp_path: Path) -> None:
    rng, rows = np.random.default_rng(1), []
    kinds = ("cafe", "office with distant talk", "cafe", "water")
    for n, (kind, loud) in enumerate(zip(kinds, (300, 3000, 9000, 100), strict=True)):
        with wave.open(str(tmp_path / f"{n}.wav"), "wb") as clip:
            clip.setparams((1, 2, 8000, 0, "NONE", ""))
            clip.writeframes(rng.normal(0, loud, 8000).astype("<i2").tobytes())
        rows.append({"kind": "noise", "noise_type": kind, "path": f"{n}.wav"})
    rows.append({"kind": "digits", "path": "none.wav"})
    (tmp_path / "manifest.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = {condition.name: condition for condition in backgrounds(tmp_path)}
    assert {name: len(c.kinds) for name, c in found.items()} == {"cafe 10 dB": 2, "office 10 dB": 1}
    for condition in found.values():
        assert condition.snr_db == 10.0
        for clip in condition.kinds:
            assert np.mean(clip**2) == pytest.approx(1.0, rel=1e-3)


def test_a_summary_has_the_lines_that_somebody_was_heard_on() -> None:
    groups = {
        ("flite rms", "good line"): [heard("a b", "a b")],
        (f"flite awb ({UNSEEN})", "good line"): [heard("a b", "a c")],
        (f"flite awb ({UNSEEN})", "cafe 10 dB"): [heard("a b", "c d")],
    }
    assert summary(groups) == {
        "seen voices, good line": 0.0,
        "unseen voices, good line": 0.5,
        "unseen voices, cafe 10 dB": 1.0,
    }
