"""Sets of models by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiocore.errors import ConfigError
from benchmarks.turns.models import model_set


def test_the_starter_models_are_named_whatever_is_configured(tmp_path: Path) -> None:
    models = model_set("starter", tmp_path)
    assert models.settings.keys() == {"models.stt", "models.llm", "models.tts"}
    assert not models.random


def test_what_is_configured_is_left_as_it_is(tmp_path: Path) -> None:
    assert model_set("configured", tmp_path).settings == {}


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("huge", "starter, configured, or shapes:"),
        ("shapes:tiny.en+qwen2.5-0.5b-q4_0", "recogniser, language model and voice"),
        ("shapes:tiny.fr+qwen2.5-0.5b-q4_0+piper-x_low", "'tiny.fr' is none of"),
        ("shapes:tiny.en+qwen9-0.5b-q4_0+piper-x_low", "'qwen9-0.5b' is none of"),
        ("shapes:tiny.en+qwen2.5-0.5b-q3_k+piper-x_low", "'q3_k' is none of"),
        ("shapes:tiny.en+qwen2.5-0.5b-q4_0+piper-high", "'high' is none of"),
    ],
)
def test_a_name_that_means_nothing_says_which_part(name: str, fault: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=fault):
        model_set(name, tmp_path)
    assert list(tmp_path.iterdir()) == []
