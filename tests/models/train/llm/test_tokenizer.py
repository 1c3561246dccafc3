"""The tokens of the starter language model."""

import pytest
from tokenizers import Tokenizer

from models.train.llm import tokenizer


def test_text_comes_back(tok: Tokenizer) -> None:
    for text in (
        "i'd like 3 30 p m",
        '{"intent":"book","name":"o\'brien"}',
        "caf\u00e9 \u2615\n\n  x",
    ):
        assert tok.decode(tok.encode(text).ids) == text


@pytest.mark.parametrize("name", ["mitchell", "o'brien", "zqxv"])
def test_a_name_is_the_same_tokens_wherever_it_stands(tok: Tokenizer, name: str) -> None:
    """Copying a name into JSON is then copying tokens."""
    alone = tok.encode(name).tokens
    for before in (" ", '"', "\n", "a "):
        assert tok.encode(f"{before}{name}").tokens[-len(alone) :] == alone


def test_digits_stand_alone(tok: Tokenizer) -> None:
    assert tok.encode("1234").tokens == ["1", "2", "3", "4"]


def test_special_tokens_come_last_and_are_whole(tok: Tokenizer) -> None:
    ids = [tok.token_to_id(token) for token in tokenizer.SPECIAL]
    assert ids == list(range(tok.get_vocab_size() - len(ids), tok.get_vocab_size()))
    assert tok.encode("<|im_end|>").ids == [tok.token_to_id("<|im_end|>")]


def test_merges_are_in_the_order_in_which_they_were_learnt(tok: Tokenizer) -> None:
    merges = tokenizer.merges(tok)
    assert all(merge.count(" ") == 1 for merge in merges)
    assert len(merges) == tok.get_vocab_size() - 256 - len(tokenizer.SPECIAL)
