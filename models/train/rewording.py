"""What callers say, with some of it said in other words: breadth that no list of patterns has.

Only training rewords; what is measured is what was written.
"""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

_ALIKE = Path(__file__).parent / "phrases/alike.txt"
_LONGEST = 4
"""Words of a phrase that has others."""

Phrase = tuple[str, ...]


@cache
def _others() -> dict[Phrase, list[Phrase]]:
    """Each phrase, with those that may stand for it; one in several rows has those of all."""
    found: dict[Phrase, list[Phrase]] = {}
    for line in _ALIKE.read_text().splitlines():
        if line and not line.startswith("#"):
            row = [tuple(phrase.split()) for phrase in line.split("|")]
            for phrase in row:
                found.setdefault(phrase, []).extend(other for other in row if other != phrase)
    return found


def reworded(rng: random.Random, words: list[str], share: float) -> list[str]:
    """``words`` with about ``share`` of the phrases that have others exchanged."""
    others, out, position = _others(), list[str](), 0
    while position < len(words):
        rest = [tuple(words[position : position + n]) for n in range(_LONGEST, 0, -1)]
        phrase = next((one for one in rest if one in others), rest[-1])
        change = phrase in others and rng.random() < share
        out.extend(rng.choice(others[phrase]) if change else phrase)
        position += len(phrase)
    return out
