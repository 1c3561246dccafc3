"""Writes GGUF files, version 3, and random tensors in ggml's block formats.

Tensors are made block by block while they are written, so that a model of any size takes no
memory. Sources: ggml ``docs/gguf.md`` and ``src/ggml-common.h`` (ggml-org/ggml).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
import numpy.typing as npt

Format = Literal["F32", "Q4_0", "Q8_0", "Q6_K"]
Value = str | bool | int | float | Sequence[str] | Sequence[int]

_FORMATS: Mapping[Format, tuple[int, int, int]] = {
    "F32": (0, 1, 4),
    "Q4_0": (2, 32, 18),
    "Q8_0": (8, 32, 34),
    "Q6_K": (14, 256, 210),
}
"""ggml's number of the type, values per block, bytes per block."""
_ALIGNMENT = 32
_TILE = 1 << 20
"""Random bytes that are made once and repeated."""
_STD = 0.02
"""Standard deviation of the weights, as in freshly initialised transformers."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor to be made: random, or every value the same."""

    name: str
    shape: tuple[int, ...]
    """Rows first, as in numpy."""
    format: Format = "F32"
    value: float | None = None
    """Of every element; random if None."""
    zero_rows: int = 0
    """Rows at the end that are all zero."""

    @property
    def size(self) -> int:
        """Bytes."""
        _, per_block, bytes_ = _FORMATS[self.format]
        assert self.shape[-1] % per_block == 0, f"{self.name}: rows of whole blocks only"
        return int(np.prod(self.shape)) // per_block * bytes_


def write(path: Path, metadata: Mapping[str, Value], tensors: Sequence[Tensor]) -> None:
    """Write one file; the weights are the same every time."""
    rng = np.random.default_rng(0)
    with path.open("wb") as file:
        file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)))
        for key, value in metadata.items():
            file.write(_text(key) + _value(value))
        offset = 0
        for tensor in tensors:
            file.write(_text(tensor.name) + struct.pack("<I", len(tensor.shape)))
            file.write(struct.pack(f"<{len(tensor.shape)}Q", *reversed(tensor.shape)))
            file.write(struct.pack("<IQ", _FORMATS[tensor.format][0], offset))
            offset += -(-tensor.size // _ALIGNMENT) * _ALIGNMENT
        for tensor in tensors:
            file.write(bytes(-file.tell() % _ALIGNMENT))
            _write_data(file, tensor, rng)
        file.write(bytes(-file.tell() % _ALIGNMENT))


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Value) -> bytes:
    match value:
        case bool():
            return struct.pack("<I?", 7, value)
        case int():
            return struct.pack("<II", 4, value)
        case float():
            return struct.pack("<If", 6, value)
        case str():
            return struct.pack("<I", 8) + _text(value)
        case [str(), *_]:
            items = b"".join(_text(str(item)) for item in value)
            return struct.pack("<IIQ", 9, 8, len(value)) + items
    return struct.pack("<IIQ", 9, 5, len(value)) + np.array(value, "<i4").tobytes()


def _write_data(file: BinaryIO, tensor: Tensor, rng: np.random.Generator) -> None:
    if tensor.value is not None:
        assert tensor.format == "F32", "constant tensors are F32"
        file.write(np.full(tensor.shape, tensor.value, "<f4").tobytes())
        return
    zeros = tensor.zero_rows * tensor.size // tensor.shape[0]
    tile = _random(tensor.format, rng)
    left = tensor.size - zeros
    while left > 0:
        left -= file.write(tile[:left])
    while zeros > 0:
        zeros -= file.write(bytes(min(zeros, _TILE)))


def _random(format: Format, rng: np.random.Generator) -> memoryview:
    """About a megabyte of whole blocks."""
    _, _, block_bytes = _FORMATS[format]
    count = _TILE // block_bytes
    if format == "F32":
        return memoryview(rng.normal(0, _STD, count).astype("<f4").tobytes())
    blocks: npt.NDArray[np.uint8] = rng.integers(0, 256, (count, block_bytes), np.uint8)
    # A block is its numbers and their scale, which makes uniform numbers as large as is wanted.
    match format:
        case "Q4_0":  # -8..7
            blocks[:, :2] = _half(_STD / 4.6)
        case "Q8_0":  # -128..127
            blocks[:, :2] = _half(_STD / 74)
        case "Q6_K":  # -32..31, with a scale of its own for every 16 numbers
            blocks[:, 192:208] = 1
            blocks[:, 208:] = _half(_STD / 18.5)
    return memoryview(blocks.tobytes())


def _half(scale: float) -> npt.NDArray[np.uint8]:
    return np.frombuffer(np.float16(scale).tobytes(), np.uint8)
