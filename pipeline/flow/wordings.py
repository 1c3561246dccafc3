"""The pieces of a caller's words by which a classifier tells intents."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.flow.prompts import Asked

WORDS = 3
"""Of the longest piece but the whole."""
LETTERS = 4
"""Of a piece that need not be of whole words, spaces included."""


def pieces(asked: Asked, words: str, kind: str) -> Iterator[str]:
    """Every run of a few words, alone, with what was ``asked`` and with the ``kind`` of business;
    the whole with what was asked; every run of a few letters."""
    said = ["<", *words.split(), ">"]
    line = " ".join(said)
    yield f"{asked}={line}"
    for length in range(1, WORDS + 1):
        for at in range(len(said) - length + 1):
            run = " ".join(said[at : at + length])
            yield run
            if length < WORDS:
                yield f"{asked}:{run}"
                yield f"{kind}:{run}"
    for at in range(len(line) - LETTERS + 1):
        yield "#" + line[at : at + LETTERS]
