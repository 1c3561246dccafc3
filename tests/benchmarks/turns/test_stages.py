"""Where a turn's time went, from what the server tells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.turns.stages import STAGES, call_stages

MOMENTS = {
    "last_speech": 1000.0,
    "stt_queued": 1100.0,
    "stt_start": 1120.0,
    "stt_end": 1170.0,
    "handle_start": 1170.0,
    "llm_first_token": 1200.0,
    "first_clause": 1250.0,
    "tts_start": 1260.0,
    "tts_first_audio": 1310.0,
    "confirmed": 1260.0,
    "first_frame_sent": 1315.0,
}


def attempt(stages_ms: dict[str, float], outcome: str = "finished", turn: int = 1) -> dict:
    return {"turn": turn, "attempt": 1, "outcome": outcome, "stages_ms": stages_ms}


def test_queues_are_apart_from_work_and_the_wait_hides_what_is_before_its_end() -> None:
    record = {
        "turns": [
            {"index": 0, "timings_ms": {}},
            {"index": 1, "timings_ms": {"queue_stt": 20.0, "queue_llm": 5.0, "queue_tts": 10.0}},
        ]
    }
    (turn,) = call_stages(record, {"attempts": [attempt(MOMENTS)]}).turns
    assert turn.endpoint == 260
    assert turn.work == {"recogniser": 50, "language model": 75, "voice": 50}
    assert turn.queue == {"recogniser": 20, "language model": 5, "voice": 10}
    assert (turn.hidden, turn.exposed) == (160, 50)
    assert not turn.ready


def test_a_reply_that_was_there_in_time_is_ready() -> None:
    (turn,) = call_stages({}, {"attempts": [attempt(MOMENTS | {"confirmed": 1400.0})]}).turns
    assert turn.ready
    assert (turn.hidden, turn.exposed) == (210, 0)


def test_words_recognised_ahead_have_no_queue() -> None:
    at = {name: ms for name, ms in MOMENTS.items() if name != "stt_queued"}
    (turn,) = call_stages({}, {"attempts": [attempt(at | {"stt_start": 1080.0})]}).turns
    assert turn.work["recogniser"] == 90
    assert turn.queue["recogniser"] == 0


def test_attempts_that_were_thrown_away_are_wasted_and_no_turns() -> None:
    gone = {"stt_queued": 500.0, "stt_start": 510.0, "stt_end": 560.0}
    timeline = {
        "attempts": [
            attempt({"handle_start": 0.0, "first_clause": 1.0, "confirmed": 0.0}, turn=0),
            attempt(gone, "cancelled"),
            attempt(MOMENTS),
            attempt(MOMENTS, "interrupted", turn=2),
        ]
    }
    stages = call_stages({}, timeline)
    assert len(stages.turns) == 2
    assert (stages.wasted_attempts, stages.wasted_ms) == (1, 60)


def test_a_server_that_tells_nothing_is_no_failure() -> None:
    assert call_stages({}, {}).turns == ()


@given(
    st.lists(st.floats(0, 500), min_size=6, max_size=6),
    st.floats(-500, 3_000),
)
def test_every_stage_is_either_hidden_or_exposed(steps: list[float], confirmed: float) -> None:
    at = {"confirmed": confirmed}
    now = 0.0
    names = ("stt_queued", "stt_start", "stt_end", "handle_start", "first_clause")
    for name, step in zip((*names, "tts_first_audio"), steps, strict=True):
        now += step
        at[name] = now
    (turn,) = call_stages({}, {"attempts": [attempt(at)]}).turns
    whole = steps[1] + steps[2] + steps[4] + steps[5]
    assert turn.hidden + turn.exposed == pytest.approx(whole)
    assert min(turn.hidden, turn.exposed) >= 0
    assert turn.work.keys() == STAGES.keys()
    if turn.ready:
        assert turn.exposed == 0
