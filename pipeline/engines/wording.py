"""How likely words are as language, whatever was heard.

What does it do?
    :class:`Wording` gives texts a log probability that owes nothing to sound. A recogniser's own
    decoder has read the text of its training too, but a small one leans on the sound: it writes
    "forteen hundred" where "fourteen hundred" sounds as likely.

How does it work?
    A small transformer over the recogniser's own tokens, run by CTranslate2 as the recogniser is,
    predicts each token from those before it. ``models.train.stt.wording`` trains it and puts it
    into one file, a zip of what CTranslate2 expects in a folder.

How do I use it?
    ``Wording.read(folder / WORDING_FILE, end)``, then :meth:`Wording.log_probability`, which is
    thread-safe.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import ctranslate2

from audiocore.errors import ModelError

WORDING_FILE = "wording.zip"

LONGEST = 120
"""Tokens of a text that it was trained on."""


@dataclass(frozen=True, slots=True)
class Wording:
    """A loaded model."""

    _model: ctranslate2.Generator
    _tokens: Sequence[str]
    """By id; the last is what ends a text, and stands before its first token."""

    @classmethod
    def read(cls, path: Path, end: int, threads: int = 1) -> Wording | None:
        """The model in the file ``path`` for a recogniser whose texts end with the token ``end``;
        None if there is no such file, as with stock recognisers.

        Raises:
            ModelError: the file is none, or for other tokens.
        """
        if not path.is_file():
            return None
        try:
            with ZipFile(path) as file:
                parts = {name: file.read(name) for name in file.namelist()}
            tokens = json.loads(parts["vocabulary.json"])
            if len(tokens) != end + 1:
                raise ValueError(f"it knows {len(tokens)} tokens, the recogniser writes {end + 1}")
            model = ctranslate2.Generator(
                str(path), files=parts, compute_type="int8", intra_threads=threads
            )
        except (BadZipFile, KeyError, OSError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"{path} does not tell how likely words are ({error}): remove it, or train it "
                "again with models.train.stt.wording"
            ) from error
        return cls(model, tokens)

    def log_probability(self, texts: Sequence[Sequence[int]]) -> list[float]:
        """Of each of the ``texts``, tokens without the end, as a whole with its end, in nats.

        More than :data:`LONGEST` tokens count as several texts.
        """
        end = self._tokens[-1]
        pieces = [
            [text[at : at + LONGEST] for at in range(0, len(text) or 1, LONGEST)] for text in texts
        ]
        scored = iter(
            self._model.score_batch(
                [
                    [end, *(self._tokens[token] for token in piece), end]
                    for each in pieces
                    for piece in each
                ]
            )
        )
        return [sum(sum(next(scored).log_probs) for _ in each) for each in pieces]
