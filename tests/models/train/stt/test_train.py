from pathlib import Path
from random import Random

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch

from models.train.stt.export import export
from models.train.stt.model import Recognizer, Shape
from models.train.stt.synthesize import save_shard
from models.train.stt.train import FINAL_RATE, HEADS_APART, PEAK_RATE, Run, optimizers, rate
from models.train.stt.voices import Utterance


def test_every_weight_belongs_to_one_optimizer() -> None:
    model = Recognizer(Shape(vocabulary=300, width=24, encoder_layers=1, decoder_layers=1), 28, 40)
    both = optimizers(model, model.encoder, model.decoder)
    taken = [p for o in both for group in o.param_groups for p in group["params"]]
    assert {id(p) for p in taken} == {id(p) for p in model.parameters()}
    assert len(taken) == len(list(model.parameters()))


def test_the_rate_rises_from_nothing_and_falls_to_almost_nothing() -> None:
    assert rate(0.0, 0) < PEAK_RATE / 100
    assert rate(0.0, 300) == pytest.approx(PEAK_RATE)
    assert rate(0.9, 300) < rate(0.5, 300) < rate(0.1, 300)
    assert rate(1.0, 300) == pytest.approx(PEAK_RATE * FINAL_RATE)


def test_a_run_goes_on_where_the_last_one_stopped(tmp_path: Path) -> None:
    rng, noise = Random(1), np.random.default_rng(1)
    words = ["monday", "tuesday", "yes", "no", "please", "nine", "ten"]
    shard = [
        Utterance(
            " ".join(rng.choices(words, k=2)),
            "flite:rms",
            noise.integers(-3000, 3000, 8000).astype(np.int16),
            [("pau", 0.1), ("n", 0.3), ("ow", 0.5)],
        )
        for _ in range(40)
    ]
    save_shard(tmp_path, "000", shard)
    first = Run(tmp_path, tmp_path / "out", minutes=1.0, seed=1)
    first.step, first.spent_s = 7, 3.0
    first.save()
    second = Run(tmp_path, tmp_path / "out", minutes=1.0, seed=2)
    assert (second.step, second.spent_s) == (7, 3.0)
    for mine, theirs in zip(first.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_run_may_start_from_a_shallower_model(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    shard = [Utterance("nine ten", "flite:rms", noise.integers(-3000, 3000, 8000).astype(np.int16))]
    save_shard(tmp_path, "000", shard)
    first = Run(tmp_path, tmp_path / "first", minutes=1.0, seed=1)
    del first.model.encoder[1:]
    first.save()
    second = Run(
        tmp_path, tmp_path / "second", 1.0, seed=2, start=tmp_path / "first" / "checkpoint.pt"
    )
    assert (second.step, second.spent_s, second.warm) == (0, 0.0, False)
    assert torch.equal(second.model.tokens.weight, first.model.tokens.weight)
    assert second.tokenizer.to_str() == first.tokenizer.to_str()


def test_a_run_may_start_from_an_exported_model(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    shard = [Utterance("nine ten", "flite:rms", noise.integers(-3000, 3000, 8000).astype(np.int16))]
    save_shard(tmp_path, "000", shard)
    first = Run(tmp_path, tmp_path / "first", minutes=1.0, seed=1)
    first.save()
    export(tmp_path / "first", tmp_path / "model", "float32")
    second = Run(tmp_path, tmp_path / "second", 1.0, seed=2, start=tmp_path / "model")
    assert second.tokenizer.to_str() == first.tokenizer.to_str()
    assert torch.equal(second.model.tokens.weight, first.model.tokens.weight)
    assert not torch.equal(second.model.phone_head.weight, first.model.phone_head.weight)
    assert second.heads_apart
    second.step = HEADS_APART
    assert not second.heads_apart
