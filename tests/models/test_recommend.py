"""Recommendations: by what was measured, within the time and memory there is."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.endpointing import EndpointingOptions
from audiocore.errors import ModelError
from models import catalog, recommend
from models.machine import Machine
from models.measure import Speed
from models.recommend import propose, respond_ms, stage_ms

ENTRIES = catalog.load()
LARGE = Machine(16, 64_000, ())
# What stock models took on a quiet 2-core machine: Whisper tiny.en 7 ms for 3 s and 2.4 ms a token;
# a 0.5-billion-parameter model 305 tokens of prompt a second and 17.3 ms a token; a medium voice
# 0.043 s for a second of speech.
QUIET = Speed(
    encoder=161.5e6,
    decoder=11.7e6,
    prefill=150.7e6,
    decode=20.2e6,
    float32=58.1e6,
    share=1.0,
)


def scaled(factor: float) -> Speed:
    """A machine that is so many times as fast."""
    speeds = dataclasses.asdict(QUIET)
    return Speed(**{name: 1.0 if name == "share" else v * factor for name, v in speeds.items()})


@pytest.mark.parametrize(
    ("name", "measured_ms"),
    [
        ("whisper-base.en", 17 + 14 * 5.9),
        ("whisper-small.en", 65 + 14 * 15.7),
        ("llama-3.2-1b-instruct", 30 / 128 * 1000 + 10 * 37.4),
        ("qwen2.5-1.5b-instruct", 30 / 92 * 1000 + 10 * 43.8),
        ("es_ES-carlfm-x_low", 1.5 * 27),
        ("en_US-ljspeech-high", 1.5 * 700),
    ],
)
def test_other_models_are_predicted_from_the_measured_ones(name: str, measured_ms: float) -> None:
    assert stage_ms(ENTRIES[name], QUIET) == pytest.approx(measured_ms, rel=0.3)


def test_a_quick_machine_gets_larger_models_and_a_slow_one_smaller() -> None:
    def sizes(factor: float) -> list[int]:
        found = propose(ENTRIES.values(), LARGE, scaled(factor), language="en", within_ms=1000)
        assert found.response_ms <= 1000
        return [entry.size_mb for entry in found]

    slow, middle, quick = sizes(0.7), sizes(2), sizes(30)
    assert sum(slow) < sum(middle) < sum(quick)
    assert quick[1] > 2000


def test_where_nothing_is_in_time_the_quickest_is_proposed() -> None:
    found = propose(ENTRIES.values(), LARGE, scaled(0.01), language="en", within_ms=1000)
    assert found.stt.name == "whisper-tiny.en"
    assert found.llm.name == "qwen2.5-0.5b-instruct"
    assert found.response_ms > 1000


def test_memory_bounds_the_choice() -> None:
    found = propose(
        ENTRIES.values(), Machine(2, 3_000, ()), scaled(30), language="en", within_ms=1000
    )
    assert found.memory_mb <= 0.7 * 3_000
    with pytest.raises(ModelError, match="keep the starter models, or add memory"):
        propose(ENTRIES.values(), Machine(2, 500, ()), QUIET, language="en", within_ms=1000)


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "it", "pl", "pt"])
def test_every_language_that_has_a_voice_gets_a_set(language: str) -> None:
    found = propose(ENTRIES.values(), LARGE, QUIET, language=language, within_ms=1000)
    assert all(entry.speaks(language) for entry in found)
    assert not any(entry.accept for entry in found)


def test_a_voice_of_the_wanted_gender_is_chosen() -> None:
    for gender in ("female", "male"):
        found = propose(
            ENTRIES.values(), LARGE, QUIET, language="en", within_ms=1000, gender=gender
        )
        assert found.tts.gender == gender
    with pytest.raises(ModelError, match="prefers no voice for 'xx'"):
        propose(ENTRIES.values(), LARGE, QUIET, language="xx", within_ms=1000)


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_more_work_never_answers_sooner_and_a_little_is_hidden(a: float, b: float) -> None:
    options = EndpointingOptions()
    assert respond_ms(min(a, b)) <= respond_ms(max(a, b))
    assert respond_ms(a) >= respond_ms(0) == options.min_end_ms
    assert respond_ms(options.min_end_ms - options.pause_ms) == respond_ms(0)


def test_a_busy_machine_is_said_to_be_one() -> None:
    assert "fairly sure" in recommend.certainty(QUIET)
    assert "got 10% of a processor" in recommend.certainty(dataclasses.replace(QUIET, share=0.1))
