import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # their dependencies may not be installed
    from models.train.stt.model import Recognizer
    from models.train.stt.voices import Festival


@pytest.fixture(scope="session")
def write_run() -> "Callable[..., Recognizer]":
    """Puts a model of a shape into a training folder; it learned nothing."""
    import torch

    from models.train.stt import tokenizer as bpe
    from models.train.stt.data import CHARACTERS, PHONES
    from models.train.stt.model import Recognizer, Shape

    def write(folder: Path, **sizes: int) -> Recognizer:
        tokenizer = bpe.build(["yes please", "no thank you"])
        tokenizer.save(str(folder / "tokenizer.json"))
        torch.manual_seed(0)
        shape = Shape(tokenizer.get_vocab_size(), **sizes)
        model = Recognizer(shape, len(CHARACTERS) + 1, len(PHONES))
        torch.save({"model": model.state_dict(), "shape": asdict(shape)}, folder / "checkpoint.pt")
        return model

    return write


@pytest.fixture
def festival() -> "Iterator[Festival]":
    """Closed afterwards; tests with it are skipped where its voice is not installed."""
    from models.train.stt.foreign import VOICES
    from models.train.stt.voices import Festival

    if shutil.which("festival") is None or not (VOICES / "english" / "kal_diphone").exists():
        pytest.skip("festival or festvox-kallpc16k is not installed")
    process = Festival()
    yield process
    process.close()
