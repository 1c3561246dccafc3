"""The callers of the booking benchmark."""

from __future__ import annotations

from pathlib import Path

from benchmarks.bookings.scenarios import scenarios
from benchmarks.bookings.typed import Caller
from pipeline.caller.script import load
from pipeline.flow import lines
from pipeline.flow.clinic import Clinic


def test_the_same_seed_makes_the_same_callers() -> None:
    assert list(scenarios(1, 20)) == list(scenarios(1, 20))
    assert list(scenarios(1, 20)) != list(scenarios(2, 20))


def test_scripts_can_be_called(tmp_path: Path) -> None:
    for scenario in scenarios(3, 10):
        file = tmp_path / "script.toml"
        file.write_text(scenario.toml())
        script = load(file, lambda _: bytes(320))
        assert [turn.words for turn in script.turns] == scenario.lines()
        assert script.expect["time"] == scenario.time


def test_a_caller_objects_to_what_is_wrong() -> None:
    (scenario,) = scenarios(1, 1)
    caller = Caller(scenario, lambda words: words)
    assert caller.answer(lines.greeting(Clinic())) == scenario.opening
    assert scenario.name in caller.answer("An appointment for Someone Else on. Is that right?")
