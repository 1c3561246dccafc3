"""One voice stands out; many voices fill each other's gaps."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.crowd import SILENT_DBFS, Background, CrowdOptions, Sound

OPTIONS = CrowdOptions()
LEVELS = st.floats(SILENT_DBFS, 0)


def sound(levels: list[float]) -> Sound:
    heard = Sound()
    for level in levels:
        heard.add(level, True)
    return heard


def test_what_starts_and_stops_is_one_voice_and_what_never_does_is_a_crowd() -> None:
    rng = random.Random(1)
    voice = [-20 - 25 * abs(math.sin(frame * 0.4)) for frame in range(60)]
    crowd = [-25 + rng.gauss(0, 2.5) for _ in range(60)]
    assert not sound(voice).is_crowd(OPTIONS)
    assert sound(crowd).is_crowd(OPTIONS)


def test_a_sound_is_as_likely_a_voice_as_its_likeliest_frame_of_speech() -> None:
    heard = Sound()
    for probability, speech in ((0.9, False), (0.4, True), (0.7, True), (0.6, True)):
        heard.add(-20.0, speech, probability)
    assert heard.voice == 0.7


def test_silence_after_the_last_speech_makes_no_difference() -> None:
    heard = sound([-20.0] * 50)
    before = (heard.length_ms, heard.spread_db, heard.speech_ms)
    for _ in range(30):
        heard.add(SILENT_DBFS, False)
    assert (heard.length_ms, heard.spread_db, heard.speech_ms) == before
    heard.add(-20.0, True)
    assert heard.spread_db > 40, "a pause within speech does"


@given(st.lists(LEVELS, max_size=39))
def test_a_short_sound_is_never_a_crowd(levels: list[float]) -> None:
    assert not sound(levels).is_crowd(OPTIONS)


@given(st.lists(st.floats(-50, -20), min_size=40, max_size=300), st.floats(-20, 20))
def test_only_the_spread_counts_and_not_the_level(levels: list[float], gain: float) -> None:
    plain, louder = sound(levels), sound([level + gain for level in levels])
    assert louder.spread_db == pytest.approx(plain.spread_db, abs=1e-6)
    assert plain.spread_db >= 0


def test_a_dismissed_crowd_is_covered_until_it_fades_and_a_louder_voice_never() -> None:
    background = Background(OPTIONS)
    assert not background.covers(SILENT_DBFS)
    background.dismiss(sound([-30.0] * 80))
    assert background.covers(-30)
    assert not background.covers(-30 + OPTIONS.above_db + 1)
    seconds = (OPTIONS.above_db + 1) / OPTIONS.fade_db_per_s
    assert not [background.covers(-30) for _ in range(round(seconds * 50))][-1]


def test_options_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="least_ms"):
        CrowdOptions(least_ms=2_000, dismiss_ms=1_000)
