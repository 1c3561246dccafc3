"""Turn timings: spans between the moments of an attempt."""

from pipeline.telemetry import TurnTimings


def test_spans_are_between_their_stages_and_need_both() -> None:
    now = 0.0

    def clock() -> float:
        return now

    timings = TurnTimings(clock)
    timings.set("last_speech", -520.0)
    timings.reach("confirmed")
    now = 30.04
    timings.reach("first_frame_sent")
    timings.reach("stt_end")
    assert timings.spans_ms() == {"endpoint": 520.0, "response": 550.0}


def test_the_first_time_counts() -> None:
    now = 1.0
    timings = TurnTimings(lambda: now)
    timings.reach("stt_start")
    timings.reach("stt_end")
    now = 5.0
    timings.reach("stt_end")
    assert timings.spans_ms() == {"stt": 0.0}
