"""Which words of speech that still goes on can be relied on.

What does it do: takes what a recogniser makes of a growing utterance, again and again, and tells
the words that will stay from those that may still change.

How does it work: LocalAgreement with two hypotheses (D. Liu, G. Spanakis and J. Niehues,
Interspeech 2020; for Whisper: D. Macháček, R. Dabre and O. Bojar, "Turning Whisper into Real-Time
Transcription System", 2023). A word is stable once two hypotheses in a row agree on it and on all
words before it. What was stable stays so: a later hypothesis can only add to it. Case and
punctuation, which move as a sentence grows, are no disagreement.

How do I use it: one :class:`Agreement` per utterance; ``hear`` each hypothesis in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from audiocore.backchannel import plain_words


@dataclass(frozen=True, slots=True)
class Caption:
    """What has been heard so far."""

    stable: str = ""
    """Words that will not change."""
    unstable: str = ""
    """Words after them that still may."""


class Agreement:
    """One utterance's."""

    def __init__(self) -> None:
        self._stable: list[str] = []
        self._last: list[str] = []

    def hear(self, text: str) -> Caption:
        """Take the newest hypothesis of everything said so far."""
        words = text.split()
        pairs = zip(self._last, words, strict=False)
        agreed = sum(1 for _ in takewhile(lambda pair: _same(*pair), pairs))
        self._last = words
        if agreed > len(self._stable) and _starts(words, self._stable):
            self._stable = words[:agreed]
        return Caption(" ".join(self._stable), " ".join(words[len(self._stable) :]))


def _same(one: str, other: str) -> bool:
    return one == other or plain_words(one) == plain_words(other)


def _starts(words: Sequence[str], stable: Sequence[str]) -> bool:
    return all(map(_same, words, stable))
