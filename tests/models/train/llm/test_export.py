"""What is trained against what llama.cpp makes of the exported file."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")
pytest.importorskip("gguf", reason="training dependencies are not installed")

import torch
from llama_cpp import Llama as LlamaCpp
from tokenizers import Tokenizer

from models.train.llm import export
from models.train.llm.model import Llama


@pytest.fixture(scope="module")
def exported(written: Path) -> LlamaCpp:
    return LlamaCpp(str(written), n_ctx=256, logits_all=True, verbose=False, n_threads=1)


def test_llama_cpp_computes_what_was_trained(
    tok: Tokenizer, trained: Llama, exported: LlamaCpp
) -> None:
    ids = tok.encode("<|im_start|>user\ni'd like to book for anna<|im_end|>\n").ids
    with torch.no_grad():
        hidden = trained(torch.tensor(ids[:3]), torch.tensor([ids[3:]]))
        expected = trained.logits(hidden)[0].numpy()
    exported.eval(ids)
    found = exported.scores[3 : len(ids)]
    # Weights of 8 bits; what is left of a logit must be far less than what tells tokens apart.
    assert np.abs(found - expected).mean() < 0.03 * expected.std()
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.999


@pytest.mark.parametrize("text", ["i'd like 3 30 p m", ' {"name":"o\'brien"}', "a\n\n  b\u00e9"])
def test_llama_cpp_splits_text_alike(tok: Tokenizer, exported: LlamaCpp, text: str) -> None:
    ids = exported.tokenize(text.encode(), add_bos=False, special=True)
    assert ids == tok.encode(text).ids


def test_the_end_of_an_answer_ends_it(tok: Tokenizer, exported: LlamaCpp) -> None:
    assert exported.token_eos() == tok.token_to_id("<|im_end|>")
    assert exported.metadata["tokenizer.chat_template"] == export.CHATML
