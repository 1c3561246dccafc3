"""The weights of a model folder that `export` wrote, to train on from: checkpoints are too large to be kept."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer
from torch import Tensor

from models.train.stt.data import CHARACTERS, PHONES
from models.train.stt.export import specification
from models.train.stt.model import Recognizer, Shape

DTYPES = ("float32", "int8", "int16", "int32", "float16")
"""Of CTranslate2's model.bin, in the order of its numbers."""


def restored(folder: Path) -> dict[str, Tensor]:
    """The weights of the model in `folder` by their names in `Recognizer`, float32; int8 as near as it kept them.

    The heads that only training needs are not in such a folder and left out.

    Raises:
        ValueError: it is of another width than `Shape`.
    """
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    stored = _variables((folder / "model.bin").read_bytes())
    encoder_layers, decoder_layers = (
        sum(name.startswith(part) and name.endswith("ffn/linear_0/weight") for name in stored)
        for part in ("encoder", "decoder")
    )
    shape = Shape(
        tokenizer.get_vocab_size(), encoder_layers=encoder_layers, decoder_layers=decoder_layers
    )
    model = Recognizer(shape, len(CHARACTERS) + 1, len(PHONES))
    # The arrays of a specification share their memory with the model that it was made of.
    for name, weight in specification(model, tokenizer).variables().items():
        if name not in stored or not isinstance(weight, np.ndarray):
            continue
        found = stored[name]
        if found.shape != weight.shape:
            raise ValueError(f"{folder}: {name} is {found.shape} there and {weight.shape} here")
        scale = stored.get(f"{name}_scale", np.ones(1))
        weight[...] = found / scale.reshape(-1, *[1] * (found.ndim - 1))
    return {name: t for name, t in model.state_dict().items() if "_head." not in name}


def _variables(data: bytes) -> dict[str, npt.NDArray[np.generic]]:
    """What CTranslate2's `ModelSpec.save` wrote into model.bin (format 6), by name."""
    at = 0

    def read(form: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(f"<{form}", data, at)
        at += struct.calcsize(f"<{form}")
        return int(value)

    def text() -> str:
        nonlocal at
        length = read("H")
        at += length
        return data[at - length : at - 1].decode()

    read("I"), text(), read("I")
    found: dict[str, npt.NDArray[np.generic]] = {}
    for _ in range(read("I")):
        name = text()
        shape = [read("I") for _ in range(read("B"))]
        dtype, size = DTYPES[read("B")], read("I")
        found[name] = np.frombuffer(data[at : at + size], dtype).reshape(shape)
        at += size
    return found
