"""Batches and rates of the language model's training."""

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch
from tokenizers import Tokenizer

from models.train.llm import train


def test_targets_are_the_answer_and_nothing_else() -> None:
    x, y = train.padded([([1, 2, 3], [4, 5]), ([6, 7], [8])])
    assert x.shape == y.shape == (2, train.LENGTHS[0])
    assert x[0, :4].tolist() == [1, 2, 3, 4]
    assert y[0, :4].tolist() == [-100, -100, 4, 5]
    assert y[1, :2].tolist() == [-100, 8]
    assert (y[:, 4:] == -100).all()


def test_the_rate_rises_holds_and_falls() -> None:
    assert train.rate(0, 0.0) == 0.01
    assert train.rate(500, 0.2) == 1.0
    assert train.rate(5000, 0.7) == pytest.approx(0.5)
    assert 0 < train.rate(9000, 1.0) <= 0.01


def test_a_step_draws_the_same_batch_whenever_it_is_asked_for(tok: Tokenizer) -> None:
    """A resumed run is the run that it would have been."""
    going = train.Source(tok, copying=2, size=8, seed=3)
    seen = [going.batch(step) for step in range(8)]
    for step in (7, 1, 4):
        task, parts = train.Source(tok, copying=2, size=8, seed=3).batch(step)
        assert task == seen[step][0]
        for mine, theirs in zip(parts, seen[step][1], strict=True):
            assert all(torch.equal(a, b) for a, b in zip(mine, theirs, strict=True))


def test_of_twelve_batches_eight_are_of_understanding(tok: Tokenizer) -> None:
    source = train.Source(tok, copying=1, size=4, seed=1)
    kinds = [source.batch(step)[0] for step in range(13)]
    assert kinds[0] == "copy"
    assert (kinds[1:].count("understand"), kinds[1:].count("reply")) == (8, 3)
    assert kinds[1:].count("finished") == 1


def test_replies_of_a_batch_are_about_several_businesses(tok: Tokenizer) -> None:
    _, parts = train.Source(tok, copying=0, size=8, seed=1).batch(3)
    assert len(parts) == train.REPLYING
    assert all(len(prefix) % train.GRAIN == 0 for prefix, _, _ in parts)
