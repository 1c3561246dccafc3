"""The weights and the tokenizer of an exported GGUF, to train on from: checkpoints are too large to be kept."""

from __future__ import annotations

from pathlib import Path

import gguf
import torch
from tokenizers import Tokenizer
from torch import Tensor

from models.train.llm import tokenizer


def weights(path: Path) -> dict[str, Tensor]:
    """By their names in `Llama`, float32; those in Q8_0 as near as it kept them."""
    return {
        tensor.name: torch.from_numpy(
            gguf.quants.dequantize(tensor.data, tensor.tensor_type).copy()
        )
        for tensor in gguf.GGUFReader(path).tensors
    }


def vocabulary(path: Path) -> Tokenizer:
    """The tokenizer that `tokenizer.build` made of the same tokens and merges."""
    fields = gguf.GGUFReader(path).fields
    tokens, merges = (fields[f"tokenizer.ggml.{key}"].contents() for key in ("tokens", "merges"))
    return tokenizer.of({token: n for n, token in enumerate(tokens)}, [m.split() for m in merges])
