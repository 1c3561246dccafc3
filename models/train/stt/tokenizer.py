"""The starter recogniser's tokenizer: a small byte-level BPE with Whisper's special tokens behind it.

The order is what faster-whisper and CTranslate2 rely on: text tokens, `<|endoftext|>`, the other
specials, then 1501 timestamps of 0.02 s. faster-whisper decodes only ids below `<|endoftext|>`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

MERGED_VOCABULARY = 640
TIMESTAMPS = 1501
SPECIALS = """
<|endoftext|> <|startoftranscript|> <|en|> <|translate|> <|transcribe|> <|startoflm|> <|startofprev|> <|nospeech|>
<|notimestamps|>
""".split()


def build(sentences: Iterable[str]) -> Tokenizer:
    """Learn the merges from text in the starter form."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=MERGED_VOCABULARY,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=[],
        show_progress=False,
    )
    letters = [f" {c}" for c in "abcdefghijklmnopqrstuvwxyz"] * 50
    tokenizer.train_from_iterator((f" {s}" for s in [*sentences, *letters]), trainer)
    stamps = [f"<|{i * 0.02:.2f}|>" for i in range(TIMESTAMPS)]
    tokenizer.add_special_tokens(
        [AddedToken(s, special=True, normalized=False) for s in [*SPECIALS, *stamps]]
    )
    return tokenizer


@dataclass(frozen=True, slots=True)
class Ids:
    """Ids of the tokens that training and export name."""

    end: int
    start: int
    no_speech: int
    no_timestamps: int

    @property
    def first_timestamp(self) -> int:
        return self.no_timestamps + 1


def ids(tokenizer: Tokenizer) -> Ids:
    """Look the ids up."""
    name = tokenizer.token_to_id
    return Ids(
        end=name("<|endoftext|>"),
        start=name("<|startoftranscript|>"),
        no_speech=name("<|nospeech|>"),
        no_timestamps=name("<|notimestamps|>"),
    )
