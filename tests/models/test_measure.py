"""The measurement: the models that it builds run in the engines, and its figures make sense."""

from __future__ import annotations

from pathlib import Path

from models.measure import measure
from pipeline.app import prepare_llama


def test_every_speed_is_measured_and_prompts_are_cheaper_than_answers(tmp_path: Path) -> None:
    speed = measure(tmp_path, prepare_llama)
    assert min(speed.encoder, speed.decoder, speed.prefill, speed.decode, speed.float32) > 0
    assert 0 < speed.share <= 1
    # Prompt tokens share one reading of the weights, which take 4.5 bits each.
    assert speed.prefill * 4.5 / 8 > speed.decode
