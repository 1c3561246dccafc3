"""The language model as training computes it."""

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch

from models.train.llm.model import Llama, Shape


@pytest.fixture
def model() -> Llama:
    torch.manual_seed(1)
    return Llama(Shape(vocabulary=60, width=32, layers=2, heads=4, kv_heads=2, hidden=64))


def test_a_prefix_is_read_once_for_all_rows_and_changes_nothing(model: Llama) -> None:
    prefix, rows = torch.randint(60, (7,)), torch.randint(60, (3, 5))
    shared = model(prefix, rows)
    for row, expected in zip(rows, shared, strict=True):
        whole = model(torch.cat([prefix, row])[:1], torch.cat([prefix, row])[None, 1:])
        torch.testing.assert_close(whole[0, 6:], expected, atol=1e-4, rtol=1e-3)


def test_no_token_sees_what_comes_after_it(model: Llama) -> None:
    prefix, row = torch.randint(60, (4,)), torch.randint(60, (1, 8))
    changed = row.clone()
    changed[0, 5] = (changed[0, 5] + 1) % 60
    before, after = model(prefix, row), model(prefix, changed)
    torch.testing.assert_close(before[:, :5], after[:, :5])
    assert not torch.allclose(before[:, 5:], after[:, 5:])


def test_logits_are_over_the_vocabulary(model: Llama) -> None:
    hidden = model(torch.tensor([1, 2]), torch.tensor([[3, 4, 5]]))
    assert hidden.shape == (1, 3, 32)
    assert model.logits(hidden).shape == (1, 3, 60)
