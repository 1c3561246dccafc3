"""The endpointing benchmark: what counts as cut off, and that it runs without recordings."""

import json
import wave
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from benchmarks.endpointing import main, report
from benchmarks.endpointing.clips import SPLITS, recordings
from benchmarks.endpointing.tracks import Track
from benchmarks.endpointing.waits import ADAPTIVE, FIXED, Wait, measure, pooled


def track(pattern: str, finished: dict[int, float]) -> Track:
    decisions = tuple((mark == "#", False) for mark in pattern)
    return Track(decisions, finished, pattern.rindex("#") + 1, 1)


def test_the_two_halves_are_apart_and_together_all(tmp_path: Path) -> None:
    folder = tmp_path / "sentences"
    folder.mkdir()
    for number in range(5):
        with wave.open(str(folder / f"{number}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(bytes(320 * (number + 1)))
    halves = {
        split: [len(clip) for clip in recordings(tmp_path, ["sentences"], None, split)["sentences"]]
        for split in SPLITS
    }
    assert len(halves["development"]) == 3
    assert sorted(halves["development"] + halves["test"]) == sorted(halves["all"])


# A pause of 300 ms after ten frames of speech, then ten more; the pauses are in frames 14 and 39.
HESITATION = "#" * 10 + "." * 15 + "#" * 10 + "." * 80


def test_a_wait_shorter_than_the_pause_cuts_and_a_longer_one_delays() -> None:
    clip = track(HESITATION, {14: 0.0, 39: 1.0})
    short = measure("test", Wait("200 ms", 200), [clip])
    assert (short.cut_share, short.pause_share, short.mean_ms) == (1.0, 1.0, 200)
    long = measure("test", Wait("400 ms", 400), [clip])
    assert (long.cut_share, long.pause_share, long.mean_ms) == (0.0, 0.0, 400)


def test_words_tell_the_two_apart() -> None:
    knows = track(HESITATION, {14: 0.0, 39: 1.0})
    mistaken = track(HESITATION, {14: 1.0, 39: 0.0})
    (balanced,) = (wait for wait in ADAPTIVE if wait.patience == "balanced")
    good, bad = measure("test", balanced, [knows]), measure("test", balanced, [mistaken])
    assert (good.cut_share, good.median_ms) == (0.0, 200)
    assert (bad.cut_share, bad.median_ms) == (1.0, 1_200)


def test_kinds_are_pooled_clip_by_clip() -> None:
    clips = [track(HESITATION, {14: 0.0, 39: 1.0})]
    results = [measure(kind, wait, clips) for kind in "ab" for wait in (*FIXED, *ADAPTIVE)]
    together = pooled(results, ["a", "b"])
    assert {len(r.cut) for r in together} == {2}
    assert pooled(results, []) == []
    ElementTree.fromstring(report.picture(together))


def test_it_runs_without_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--speech", str(tmp_path / "none"), "--limit", "1", "--output", str(tmp_path)]
    assert main(arguments) == 0
    assert "synthetic speech only" in capsys.readouterr().out
    data = json.loads((tmp_path / "endpointing.json").read_text())
    assert {result["speech"] for result in data["results"]} == {"synthetic"}
    assert all(result["clips"] == 1 for result in data["results"])
    assert data["eot_bench"]
    ElementTree.fromstring((tmp_path / "endpointing.svg").read_text())
    table = (tmp_path / "endpointing.md").read_text()
    assert "| synthetic (1) | balanced |" in table
    assert "| Smart Turn v3.2 | 35.2 % | 300 ms |" in table
