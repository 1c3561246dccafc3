from pathlib import Path
from random import Random

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch

from models.train.stt.export import export
from models.train.stt.synthesize import save_shard
from models.train.stt.train import HEADS_APART, Run
from models.train.stt.voices import Utterance


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
    first.course.step, first.course.spent_s = 7, 3.0
    first.course.save()
    second = Run(tmp_path, tmp_path / "out", minutes=1.0, seed=2)
    assert (second.course.step, second.course.spent_s) == (7, 3.0)
    for mine, theirs in zip(first.model.parameters(), second.model.parameters(), strict=True):
        assert torch.equal(mine, theirs)


def test_a_run_may_start_from_a_shallower_model(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    shard = [Utterance("nine ten", "flite:rms", noise.integers(-3000, 3000, 8000).astype(np.int16))]
    save_shard(tmp_path, "000", shard)
    first = Run(tmp_path, tmp_path / "first", minutes=1.0, seed=1)
    del first.model.encoder[1:]
    first.course.save()
    second = Run(
        tmp_path, tmp_path / "second", 1.0, seed=2, start=tmp_path / "first" / "checkpoint.pt"
    )
    assert (second.course.step, second.course.done, second.warm) == (0, 0.0, False)
    assert torch.equal(second.model.tokens.weight, first.model.tokens.weight)
    assert second.tokenizer.to_str() == first.tokenizer.to_str()


def test_a_run_may_start_from_an_exported_model(tmp_path: Path) -> None:
    noise = np.random.default_rng(1)
    shard = [Utterance("nine ten", "flite:rms", noise.integers(-3000, 3000, 8000).astype(np.int16))]
    save_shard(tmp_path, "000", shard)
    first = Run(tmp_path, tmp_path / "first", minutes=1.0, seed=1)
    first.course.save()
    export(tmp_path / "first", tmp_path / "model", "float32")
    second = Run(tmp_path, tmp_path / "second", 1.0, seed=2, start=tmp_path / "model")
    assert second.tokenizer.to_str() == first.tokenizer.to_str()
    assert torch.equal(second.model.tokens.weight, first.model.tokens.weight)
    assert not torch.equal(second.model.phone_head.weight, first.model.phone_head.weight)
    assert second.heads_apart
    second.course.step = HEADS_APART
    assert not second.heads_apart
