"""One call on one axis: levels, activity, phases and attempts lie where they happened."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.g711 import ulaw_decode
from pipeline.timeline import Timeline, level

SILENCE, FULL = b"\xff" * 160, b"\x80" * 160


class Watch:
    """A clock that is told the time."""

    def __init__(self) -> None:
        self.ms = 1_000_000.0

    def __call__(self) -> float:
        return self.ms


@pytest.fixture
def watch() -> Watch:
    return Watch()


@given(st.binary(min_size=1, max_size=160), st.binary(min_size=1, max_size=160))
def test_level_orders_frames_as_their_peaks_do(one: bytes, other: bytes) -> None:
    peaks = [
        int(np.abs(np.frombuffer(ulaw_decode(frame), "<i2").astype(int)).max())
        for frame in (one, other)
    ]
    assert (level(one) < level(other)) == (peaks[0] < peaks[1])


def test_level_spans_silence_to_full_scale() -> None:
    assert (level(b""), level(SILENCE), level(FULL)) == (0, 0, 127)


def test_neighbouring_frames_of_speech_are_one_span(watch: Watch) -> None:
    timeline = Timeline(watch)
    for speech in (False, True, True, False, True):
        timeline.hear(FULL if speech else SILENCE, speech)
    shown = timeline.as_json()
    assert shown["speech_ms"] == [[20, 60], [80, 100]]
    assert shown["caller_levels"] == [0, 127, 127, 0, 127]


def test_a_caller_who_is_heard_late_begins_late(watch: Watch) -> None:
    timeline = Timeline(watch)
    watch.ms += 60
    timeline.hear(FULL, True)
    shown = timeline.as_json()
    assert shown["caller_levels"] == [0, 0, 127]
    assert shown["speech_ms"] == [[40, 60]]


def test_frames_sent_ahead_are_heard_one_after_the_other_and_cleared_from_now_on(
    watch: Watch,
) -> None:
    timeline = Timeline(watch)
    watch.ms += 40
    for _ in range(4):
        timeline.say(FULL)
    assert timeline.as_json()["agent_levels"] == [0, 0, 127, 127, 127, 127]
    watch.ms += 40
    timeline.clear()
    shown = timeline.as_json()
    assert shown["agent_levels"] == [0, 0, 127, 127]
    assert shown["clears_ms"] == [80.0]


def test_a_phase_is_written_down_when_it_changes(watch: Watch) -> None:
    timeline = Timeline(watch)
    for name in ("listening", "listening", "user speaking", "listening"):
        timeline.phase(name)
        watch.ms += 10
    assert timeline.as_json()["phases"] == [
        [0.0, "listening"],
        [20.0, "user speaking"],
        [30.0, "listening"],
    ]


def test_attempts_are_on_the_same_axis_and_all_of_it_is_json(watch: Watch) -> None:
    timeline = Timeline(watch)
    timeline.attempt(1, 2, "cancelled", {"stt_start": watch.ms + 12.34})
    shown = json.loads(json.dumps(timeline.as_json()))
    assert shown["attempts"] == [
        {"turn": 1, "attempt": 2, "outcome": "cancelled", "stages_ms": {"stt_start": 12.3}}
    ]
