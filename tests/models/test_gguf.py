"""GGUF files made here: llama.cpp reads them, and their weights are as large as weights are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from audiocore.errors import ModelError
from models import formats, gguf
from models.gguf import Tensor


def test_what_is_written_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "model.gguf"
    tensors = [Tensor("random", (3, 64), "Q8_0", zero_rows=1), Tensor("ones", (5,), value=1.0)]
    metadata: dict[str, gguf.Value] = {
        "tokenizer.chat_template": "{{ messages }}",
        "tokens": ["a", "b"],
        "types": [1, 1],
        "count": 2,
        "epsilon": 1e-6,
        "add_bos": False,
    }
    gguf.write(file, metadata, tensors)
    formats.check_gguf(file)
    whole = file.read_bytes()
    assert np.frombuffer(whole[-32:][:20], "<f4").tolist() == [1.0] * 5
    file.write_bytes(whole[:-32])
    with pytest.raises(ModelError, match="bytes of"):
        formats.check_gguf(file)


@pytest.mark.parametrize("format", ["Q4_0", "Q8_0", "Q6_K"])
def test_blocks_hold_numbers_of_the_size_of_weights(format: gguf.Format) -> None:
    raw = np.frombuffer(gguf._random(format, np.random.default_rng(0)), np.uint8)
    per_block = gguf._FORMATS[format][2]
    blocks = raw.reshape(-1, per_block)
    at = {"Q4_0": 0, "Q8_0": 0, "Q6_K": 208}[format]
    scale = float(blocks[0, at : at + 2].copy().view(np.float16)[0])
    if format == "Q8_0":
        numbers = blocks[:, 2:].view(np.int8).astype(float)
    elif format == "Q4_0":
        numbers = (blocks[:, 2:] & 15).astype(float) - 8
    else:
        numbers = (blocks[:, :128] & 15) + 16.0 * (blocks[:, :128] >> 6) - 32
    assert (numbers * scale).std() == pytest.approx(0.02, rel=0.1)
