from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")
pytest.importorskip("gguf", reason="training dependencies are not installed")

import torch
from tokenizers import Tokenizer

from models.train.llm import restore
from models.train.llm.model import Llama


def test_the_weights_come_back(trained: Llama, written: Path) -> None:
    found = restore.weights(written)
    kept = dict(trained.named_parameters())
    assert found.keys() == kept.keys()
    for name, weight in found.items():
        # A block of 32 shares a scale; a norm is kept as it is.
        step = 0.0 if weight.ndim == 1 else float(kept[name].detach().abs().max()) / 127
        torch.testing.assert_close(weight, kept[name].detach(), atol=step, rtol=0, msg=name)


@pytest.mark.parametrize(
    "text", ["i'd like 3 30 p m", "<|im_start|>user\nanna o'brien<|im_end|>\n", "a\n\n  b\u00e9"]
)
def test_the_tokenizer_comes_back(tok: Tokenizer, written: Path, text: str) -> None:
    found = restore.vocabulary(written)
    assert found.encode(text).ids == tok.encode(text).ids
    assert found.decode(found.encode(text).ids) == tok.decode(tok.encode(text).ids)
    assert found.get_vocab() == tok.get_vocab()
