"""Techniques are switched off by settings that a server has."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.turns.variants import VARIANTS, environment, with_threads
from pipeline import app, config


def load(name: str, threads: int) -> config.Config:
    variables = environment(with_threads(VARIANTS[name], threads))
    return config.load(None, variables, starter=app.STARTER_MODELS)


def test_each_variant_switches_off_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("on", 0) == config.load(None, {}, starter=app.STARTER_MODELS)
    found = {
        name: (settings.call.speculation, settings.stt.window == "full")
        for name, settings in ((name, load(name, 0)) for name in VARIANTS)
    }
    assert found == {
        "on": (True, False),
        "no-speculation": (False, False),
        "full-window": (True, True),
        "neither": (False, True),
    }


def test_threads_are_those_of_the_models_that_take_any(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load("full-window", 2)
    assert (settings.stt.threads, settings.llm.threads) == (2, 2)
    assert settings.stt.window == "full"
