"""What several tests of the language model's training need."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tokenizers import Tokenizer

from models.train.llm import tokenizer

if TYPE_CHECKING:  # torch may not be installed
    from models.train.llm.model import Llama


@pytest.fixture(scope="session")
def tok() -> Tokenizer:
    """Learnt from few examples: the same in all but the number of its merges."""
    return tokenizer.build(rounds=4)


@pytest.fixture(scope="session")
def trained(tok: Tokenizer) -> "Llama":
    """A model that learned nothing."""
    import torch

    from models.train.llm.model import Llama, Shape

    torch.manual_seed(1)
    return Llama(Shape(tok.get_vocab_size(), width=64, layers=3, heads=4, kv_heads=2, hidden=96))


@pytest.fixture(scope="session")
def written(tok: Tokenizer, trained: "Llama", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same as GGUF."""
    from models.train.llm import export

    path: Path = tmp_path_factory.mktemp("llm") / "model.gguf"
    weights = {name: weight.detach() for name, weight in trained.named_parameters()}
    export.write(path, weights, tok, trained.shape)
    return path
