"""Measurements on wire logs made by hand, whose answers are known."""

from __future__ import annotations

import pytest

from pipeline.caller.measure import (
    barge_in_ms,
    greeting_ms,
    percentiles,
    playout_late_ms,
    response_ms,
    summary_json,
)
from pipeline.caller.phone import CallResult, Said


def log(
    *arrivals: tuple[float, bool], said: tuple[Said, ...] = (), clears: tuple[float, ...] = ()
) -> CallResult:
    """20 ms agent frames at these times, voiced or not."""
    return CallResult(
        "CA1",
        arrivals=[(at, 160, voiced) for at, voiced in arrivals],
        said=list(said),
        clears_ms=list(clears),
    )


def test_the_greeting_is_the_first_voiced_frame() -> None:
    assert greeting_ms(log((50, False), (70, True), (90, True))) == 70
    assert greeting_ms(log((50, False))) is None
    assert greeting_ms(log()) is None


def test_a_response_is_the_first_voiced_frame_after_the_last_speech() -> None:
    first, second = Said(0, 1000, 2000, False), Said(1, 5000, 6000, False)
    result = log(
        (500, True), (1500, True), (2300, False), (2700, True), (6400, True), said=(first, second)
    )
    assert response_ms(result, first) == 700
    assert response_ms(result, second) == 400


def test_what_comes_after_the_caller_spoke_again_is_no_response() -> None:
    first, second = Said(0, 1000, 2000, False), Said(1, 5000, 6000, False)
    result = log((5100, True), said=(first, second))
    assert response_ms(result, first) is None
    assert response_ms(result, second) is None
    assert summary_json([result])["unanswered"] == 2


def test_barge_in_is_from_onset_to_the_first_clear_after_it() -> None:
    said = Said(0, 1000, 2000, True)
    assert barge_in_ms(log(clears=(900, 1150, 1300), said=(said,)), said) == 150
    assert barge_in_ms(log(clears=(900,), said=(said,)), said) is None
    assert barge_in_ms(log(clears=(1150,)), Said(0, 1000, 2000, False)) is None


def test_pacing_on_time_is_not_late_whatever_the_lead() -> None:
    lead = 10
    on_time = [(max(0.0, (i - lead) * 20.0), True) for i in range(100)]
    assert max(playout_late_ms(log(*on_time))) == 0.0


def test_a_late_frame_is_late_by_its_delay() -> None:
    times = [max(0.0, (i - 10) * 20.0) for i in range(100)]
    times[60] += 15
    late = playout_late_ms(log(*((at, True) for at in times)))
    assert max(late) == pytest.approx(15)
    assert sorted(late)[-2] == 0.0


def test_a_new_stretch_of_speech_has_a_schedule_of_its_own() -> None:
    stretch = [max(0.0, (i - 10) * 20.0) for i in range(60)]
    later = [at + 5_003.0 for at in stretch]
    assert max(playout_late_ms(log(*((at, True) for at in stretch + later)))) == 0.0


def test_percentiles() -> None:
    assert percentiles([]) == {"n": 0}
    assert percentiles([float(n) for n in range(1, 102)]) == {
        "n": 101,
        "p50": 51.0,
        "p95": 96.0,
        "p99": 100.0,
        "max": 101.0,
    }
