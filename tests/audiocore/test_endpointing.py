"""Endpointing: when someone began, paused, went on, was done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.endpointing import Endpointer, EndpointingOptions
from audiocore.events import SpeechEnded, SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted
from audiocore.units import FRAME_SAMPLES

OPTIONS = EndpointingOptions(
    start_ms=60, start_window_ms=100, resume_ms=40, pause_ms=140, end_ms=500, max_utterance_ms=2_000
)


def events(pattern: str) -> list[tuple[int, SpeechEvent]]:
    """Feed ``#`` as speech and ``.`` as silence; what happened, with the frame it happened in."""
    endpointer = Endpointer(OPTIONS)
    return [
        (frame, event)
        for frame, mark in enumerate(pattern)
        for event in endpointer.step(mark == "#")
    ]


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


@pytest.mark.parametrize(
    "wrong",
    [
        {"start_ms": 0},
        {"start_ms": 200, "start_window_ms": 100},
        {"pause_ms": 500, "end_ms": 500},
        {"resume_ms": 0},
        {"max_utterance_ms": 300},
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="_ms"):
        EndpointingOptions(**wrong)
