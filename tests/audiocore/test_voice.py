"""From probabilities to speech."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.voice import Voice, VoiceOptions

PROBABILITIES = st.lists(st.floats(0, 1), max_size=100)


def steps(probabilities: list[float], *, eager: bool = False) -> list[bool]:
    voice = Voice()
    return [voice.step(p, eager=eager) for p in probabilities]


def test_speech_begins_above_and_is_over_below() -> None:
    assert steps([0.49, 0.5, 0.1, 0.09, 0.49]) == [False, True, True, False, False]


def test_less_is_enough_over_our_own_speech() -> None:
    assert steps([0.29, 0.3, 0.5, 0.2], eager=True) == [False, True, True, True]


@given(PROBABILITIES)
def test_being_eager_only_adds_speech(probabilities: list[float]) -> None:
    for calm, eager in zip(steps(probabilities), steps(probabilities, eager=True), strict=True):
        assert calm <= eager


def test_who_was_mistaken_is_calm_for_a_while() -> None:
    voice = Voice(VoiceOptions(calm_ms=60))
    voice.mistaken()
    assert [voice.step(0.4, eager=True) for _ in range(4)] == [False, False, False, True]


@pytest.mark.parametrize("wrong", [{"off": 0.4}, {"eager_on": 0.6}, {"on": 1.1}, {"off": -0.1}])
def test_thresholds_out_of_order_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="eager_on must be between"):
        VoiceOptions(**wrong)
