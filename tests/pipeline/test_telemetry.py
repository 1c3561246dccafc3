"""Turn timings, spans between the moments of an attempt; and the meters of a server."""

from prometheus_client.parser import text_string_to_metric_families

from pipeline.telemetry import Meters, TurnTimings


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


def test_queues_count_until_there_is_something_to_say() -> None:
    now = 1.0
    timings = TurnTimings(lambda: now)
    timings.begin("llm", 2.0)
    now = 5.0
    timings.begin("llm", 3.04)
    assert timings.moments_ms() == {"llm_start": 1.0}
    timings.reach("tts_first_audio")
    timings.begin("tts", 7.0)
    assert timings.spans_ms() == {"queue_llm": 5.0}


def samples(meters: Meters) -> dict[tuple[str, ...], float]:
    """What Prometheus reads: (name, label values...) -> value."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(meters.exposition().decode())
        for sample in family.samples
    }


def test_turns_are_counted_and_those_that_were_heard_are_timed() -> None:
    meters = Meters()
    meters.turn("finished", {"response": 250.0, "stt": 12.0})
    meters.turn("interrupted", {"response": 650.0})
    meters.turn("cancelled", {"stt": 9.0})
    read = samples(meters)
    for outcome in ("finished", "interrupted", "cancelled"):
        assert read["audiocore_turns_total", outcome] == 1
    assert read["audiocore_turn_seconds_count", "response"] == 2
    assert read["audiocore_turn_seconds_sum", "response"] == 0.9
    assert read["audiocore_turn_seconds_bucket", "0.3", "response"] == 1
    assert read["audiocore_turn_seconds_count", "stt"] == 1


def test_levels_are_read_when_asked_for() -> None:
    meters, calls = Meters(), 1
    meters.watch("calls", lambda: calls)
    assert samples(meters)["audiocore_level", "calls"] == 1
    calls = 2
    assert samples(meters)["audiocore_level", "calls"] == 2


def test_two_servers_in_one_process_do_not_share_meters() -> None:
    one, other = Meters(), Meters()
    one.turn("finished", {})
    assert ("audiocore_turns_total", "finished") not in samples(other)
