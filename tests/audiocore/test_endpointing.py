"""Endpointing: when someone began, paused, went on, was done."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.endpointing import (
    UNKNOWN,
    Endpointer,
    EndpointingOptions,
    Patience,
    believed,
    combined,
    wait_ms,
)
from audiocore.events import SpeechEnded, SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted
from audiocore.units import FRAME_SAMPLES

OPTIONS = EndpointingOptions(
    start_ms=60,
    start_window_ms=100,
    interrupt_ms=40,
    interrupt_window_ms=60,
    resume_ms=40,
    pause_ms=140,
    min_end_ms=500,
    max_end_ms=500,
    max_utterance_ms=2_000,
)
ADAPTIVE = EndpointingOptions()
PATIENCES: list[Patience] = ["eager", "balanced", "patient"]


def events(
    pattern: str, options: EndpointingOptions = OPTIONS, expect: dict[int, int] | None = None
) -> list[tuple[int, SpeechEvent]]:
    """What happened, with the frame it happened in.

    Args:
        pattern: ``#`` is speech, ``.`` is silence, ``~`` is quiet while the detector holds on.
        options: of the endpointer.
        expect: waits to be told of, by the frame after which they are.
    """
    endpointer = Endpointer(options)
    happened = []
    for frame, mark in enumerate(pattern):
        happened += [(frame, event) for event in endpointer.step(mark != ".", mark == "~")]
        if expect and frame in expect:
            endpointer.expect(expect[frame])
    return happened


def frames(count: int) -> int:
    return count * FRAME_SAMPLES


def test_an_utterance() -> None:
    assert events("." * 10 + "#" * 20 + "." * 30) == [
        (12, SpeechStarted(frames(10))),
        (36, SpeechPaused(frames(30))),
        (54, SpeechEnded(frames(30))),
    ]


def test_a_click_is_no_speech() -> None:
    assert events("..##......#....") == []


def test_speech_may_flicker_within_the_window() -> None:
    assert events("..#.#.#")[0] == (6, SpeechStarted(frames(2)))


def test_who_speaks_over_us_is_believed_sooner() -> None:
    endpointer = Endpointer(OPTIONS)
    assert [endpointer.step(mark == "#", interrupting=True) for mark in "..#.#"][-1] == (
        SpeechStarted(frames(2)),
    )
    endpointer = Endpointer(OPTIONS)
    assert not any(endpointer.step(mark == "#", interrupting=True) for mark in "..#..#..#")


def test_who_is_dismissed_has_to_begin_again() -> None:
    endpointer = Endpointer(OPTIONS)
    for _ in range(10):
        endpointer.step(True)
    endpointer.dismiss()
    assert [endpointer.step(True) for _ in range(3)] == [(), (), (SpeechStarted(frames(10)),)]


def test_a_pause_that_is_broken_resumes_where_speech_went_on() -> None:
    assert events("#" * 10 + "." * 10 + "#" * 10)[1:] == [
        (16, SpeechPaused(frames(10))),
        (21, SpeechResumed(frames(20))),
    ]


def test_a_click_does_not_break_a_pause() -> None:
    happened = events("#" * 10 + "." * 10 + "#" + "." * 30)
    assert [type(event) for _, event in happened] == [SpeechStarted, SpeechPaused, SpeechEnded]
    assert happened[-1] == (34, SpeechEnded(frames(10)))


def test_an_endless_utterance_is_ended() -> None:
    happened = events("#" * 150)
    assert [type(event) for _, event in happened] == [
        SpeechStarted,
        SpeechPaused,
        SpeechEnded,
        SpeechStarted,
    ]
    assert happened[2][0] == 2_000 // 20 - 1


def test_silence_counts_from_the_last_sound_though_the_detector_holds_on() -> None:
    assert events("#" * 10 + "~" * 6 + "." * 30)[1:] == [
        (16, SpeechPaused(frames(10))),
        (34, SpeechEnded(frames(10))),
    ]


def test_nobody_is_finished_while_the_detector_hears_speech() -> None:
    options = replace(OPTIONS, max_end_ms=1_000)
    happened = events("#" * 10 + "~" * 30 + "." * 5, options, {20: 500})
    assert happened[-1] == (40, SpeechEnded(frames(10)))


def test_a_detector_that_never_lets_go_is_not_waited_for() -> None:
    assert events("#" * 10 + "~" * 60)[2] == (34, SpeechEnded(frames(10)))


def test_words_that_sound_finished_end_the_pause_early() -> None:
    happened = events("#" * 10 + "." * 80, ADAPTIVE, {15: 200})
    assert happened[1:] == [(14, SpeechPaused(frames(10))), (19, SpeechEnded(frames(10)))]


def test_a_wait_that_is_over_when_it_is_told_ends_at_once() -> None:
    assert events("#" * 10 + "." * 80, ADAPTIVE, {25: 200})[-1][0] == 26


def test_nothing_told_is_the_wait_of_not_knowing() -> None:
    ended, _ = events("#" * 10 + "." * 80, ADAPTIVE)[-1]
    assert ended == 9 + -(-wait_ms(UNKNOWN, "balanced", ADAPTIVE) // 20)


@pytest.mark.parametrize(("told", "frame"), [(0, 19), (60_000, 69)])
def test_no_wait_leaves_its_bounds(told: int, frame: int) -> None:
    assert events("#" * 10 + "." * 80, ADAPTIVE, {14: told})[-1][0] == frame


def test_what_was_told_of_one_pause_does_not_hold_in_the_next() -> None:
    pattern = "#" * 10 + "." * 7 + "#" * 10 + "." * 80
    assert events(pattern, ADAPTIVE, {15: 1_200}) == events(pattern, ADAPTIVE)
    assert events(pattern, ADAPTIVE, {5: 200}) == events(pattern, ADAPTIVE), "nobody paused"


@pytest.mark.parametrize("patience", PATIENCES)
def test_the_surer_the_shorter_the_wait(patience: Patience) -> None:
    waits = [wait_ms(tenth / 10, patience, ADAPTIVE) for tenth in range(11)]
    assert waits == sorted(waits, reverse=True)
    assert (waits[0], waits[-1]) == (1_200, 200)
    assert wait_ms(-1, patience, ADAPTIVE) == 1_200
    assert wait_ms(2, patience, ADAPTIVE) == 200


@given(st.floats(0.01, 0.99))
def test_patience_makes_the_difference_where_there_is_doubt(finished: float) -> None:
    eager, balanced, patient = (wait_ms(finished, p, ADAPTIVE) for p in PATIENCES)
    assert eager <= balanced <= patient


@given(st.floats(0, 1), st.floats(0, 1))
def test_words_that_were_not_understood_say_nothing(finished: float, confidence: float) -> None:
    assert believed(finished, 0) == UNKNOWN
    assert believed(finished, 1) == pytest.approx(finished)
    low, high = sorted((finished, UNKNOWN))
    assert low - 1e-9 <= believed(finished, confidence) <= high + 1e-9


def test_a_node_moves_the_patience_of_its_assistant_by_one_step() -> None:
    table = [[combined(assistant, node) for node in PATIENCES] for assistant in PATIENCES]
    assert table == [
        ["eager", "eager", "balanced"],
        ["eager", "balanced", "patient"],
        ["balanced", "patient", "patient"],
    ]


@given(st.lists(st.booleans(), max_size=600))
def test_events_come_in_their_only_order_and_time_never_goes_back(speech: list[bool]) -> None:
    endpointer = Endpointer(OPTIONS)
    follows: dict[type | None, set[type]] = {
        None: {SpeechStarted},
        SpeechStarted: {SpeechPaused},
        SpeechPaused: {SpeechResumed, SpeechEnded},
        SpeechResumed: {SpeechPaused},
        SpeechEnded: {SpeechStarted},
    }
    last: type | None = None
    last_at = 0
    for frame in speech:
        for event in endpointer.step(frame):
            assert type(event) in follows[last]
            assert last_at <= event.at_samples <= endpointer.now_samples
            last, last_at = type(event), event.at_samples
    assert endpointer.now_samples == frames(len(speech))


@given(st.lists(st.booleans(), max_size=200))
def test_silence_always_ends_what_was_said(speech: list[bool]) -> None:
    endpointer = Endpointer(OPTIONS)
    happened = [event for frame in [*speech, *[False] * 26] for event in endpointer.step(frame)]
    assert not happened or isinstance(happened[-1], SpeechEnded)


FRAMES = st.tuples(st.booleans(), st.booleans(), st.none() | st.integers(-100, 2_000))


@given(st.lists(FRAMES, max_size=400))
def test_any_schedule_keeps_order_time_and_bounds(
    schedule: list[tuple[bool, bool, int | None]],
) -> None:
    """Whatever the detector says and whatever waits are told: a pause comes before every end, ends
    lie between the shortest and the longest wait after the last sound, and nothing is left open."""
    endpointer = Endpointer(ADAPTIVE)
    paused_at: int | None = None
    for speech, quiet, told in [*schedule, *[(False, False, None)] * 60]:
        for event in endpointer.step(speech, quiet):
            match event:
                case SpeechPaused(at):
                    paused_at = at
                case SpeechResumed(at):
                    assert paused_at is not None
                    assert paused_at <= at
                    paused_at = None
                case SpeechEnded(at):
                    assert at == paused_at
                    silence_ms = (endpointer.now_samples - at) // 8
                    assert ADAPTIVE.min_end_ms <= silence_ms <= ADAPTIVE.max_end_ms
                    paused_at = None
        if told is not None:
            endpointer.expect(told)
        silence = endpointer.silence_ms
        assert silence is None or 0 <= silence < ADAPTIVE.max_end_ms
    assert paused_at is None
    assert endpointer.silence_ms is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_ms": 0},
        {"start_ms": 200, "start_window_ms": 100},
        {"pause_ms": 200, "min_end_ms": 200},
        {"min_end_ms": 500, "max_end_ms": 400},
        {"resume_ms": 0},
        {"max_utterance_ms": 300},
        {"patience": "endless"},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong)).split("_")[-1]):
        EndpointingOptions(**wrong)
