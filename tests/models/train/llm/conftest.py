"""What several tests of the language model's training need."""

import pytest
from tokenizers import Tokenizer

from models.train.llm import tokenizer


@pytest.fixture(scope="session")
def tok() -> Tokenizer:
    """Learnt from few examples: the same in all but the number of its merges."""
    return tokenizer.build(rounds=4)
