"""The tokens of the starter language model."""

import pytest
from tokenizers import Tokenizer

from models.train.llm import tokenizer


@pytest.fixture(scope="module")
def built() -> Tokenizer:
    return tokenizer.build(rounds=4)


def test_text_comes_back(built: Tokenizer) -> None:
    for text in (
        "i'd like 3 30 p m",
        '{"intent":"book","name":"o\'brien"}',
        "caf\u00e9 \u2615\n\n  x",
    ):
        assert built.decode(built.encode(text).ids) == text


@pytest.mark.parametrize("name", ["mitchell", "o'brien", "zqxv"])
def test_a_name_is_the_same_tokens_wherever_it_stands(built: Tokenizer, name: str) -> None:
    """Copying a name into JSON is then copying tokens."""
    alone = built.encode(name).tokens
    for before in (" ", '"', "\n", "a "):
        assert built.encode(f"{before}{name}").tokens[-len(alone) :] == alone


def test_digits_stand_alone(built: Tokenizer) -> None:
    assert built.encode("1234").tokens == ["1", "2", "3", "4"]


def test_special_tokens_come_last_and_are_whole(built: Tokenizer) -> None:
    ids = [built.token_to_id(token) for token in tokenizer.SPECIAL]
    assert ids == list(range(built.get_vocab_size() - len(ids), built.get_vocab_size()))
    assert built.encode("<|im_end|>").ids == [built.token_to_id("<|im_end|>")]


def test_merges_are_in_the_order_in_which_they_were_learnt(built: Tokenizer) -> None:
    merges = tokenizer.merges(built)
    assert all(merge.count(" ") == 1 for merge in merges)
    assert len(merges) == built.get_vocab_size() - 256 - len(tokenizer.SPECIAL)
