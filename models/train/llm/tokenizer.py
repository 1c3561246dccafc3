"""A byte-level BPE whose merges never cross a space or a digit.

llama.cpp splits text for ``pre = "gpt-2"`` into words that carry their leading space. Merges are
learnt from text in which the space stands alone, so ``mitchell`` becomes the same tokens after a
space, after a quote and at the start of a line: copying a name into JSON is then copying tokens.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from models.train.corpus import BUSINESSES, FIRST, LAST
from models.train.llm import data

GPT2_SPLIT = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
VOCABULARY = 1536


def _pre_tokenizer(split: str) -> pre_tokenizers.PreTokenizer:
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(split), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def _text(rng: random.Random, rounds: int) -> Iterator[str]:
    for _ in range(rounds):
        business = rng.choice(BUSINESSES)
        for batch in (
            data.understanding_batch(rng, 64, business=business, pseudo=0.1),
            data.reply_batch(rng, 32, business),
            data.finished_batch(rng, 16, business=business),
        ):
            yield batch.system.content
            for example in batch.examples:
                yield example.user
                yield example.answer
    for word in FIRST + LAST:
        yield from (word, word.title())


def build(seed: int = 1, rounds: int = 400) -> Tokenizer:
    """Learn the merges from the corpus and the prompts, so many rounds of examples of each."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = _pre_tokenizer(
        r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+|\s"
    )
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_text(random.Random(seed), rounds), trainer)
    return _finished(tokenizer)


def of(vocabulary: Mapping[str, int], merges: Iterable[Sequence[str]]) -> Tokenizer:
    """The tokenizer of a vocabulary and its merges, in order, that :func:`build` learnt."""
    learnt = {token: n for token, n in vocabulary.items() if token not in SPECIAL}
    return _finished(Tokenizer(models.BPE(learnt, [(left, right) for left, right in merges])))


def _finished(tokenizer: Tokenizer) -> Tokenizer:
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    tokenizer.pre_tokenizer = _pre_tokenizer(GPT2_SPLIT)
    return tokenizer


def load(path: Path) -> Tokenizer:
    """Read what :func:`build` made, or make it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        build().save(str(path))
    return Tokenizer.from_file(str(path))


def merges(tokenizer: Tokenizer) -> list[str]:
    """The merges in order, as GGUF keeps them."""
    kept = json.loads(tokenizer.to_str())["model"]["merges"]
    return [pair if isinstance(pair, str) else " ".join(pair) for pair in kept]
