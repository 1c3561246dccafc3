"""How words sound, roughly, and how unlike two of them are: for names, which recognisers misspell.

A sound is one letter. Spelling rules of English turn a word into sounds (``phillips`` and
``filips`` both into ``filips``); a letter by itself stands for its name (``b`` for ``bi``), so that
what was spelled aloud is compared by the same costs: *b* and *d* are alike, *b* and *s* are not.
Costs are those of the weighted edit distance: sounds that telephones and recognisers confuse are
cheap to exchange, vowels are cheap to lose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from pipeline.flow.spoken_numbers import listed

Floats = npt.NDArray[np.float32]

_RULES = tuple(
    (re.compile(pattern), sounds)
    for pattern, sounds in (
        (r"['\u2019-]", ""),
        (r"^(?:kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^mc", "mak"),
        (r"^x", "z"),
        (r"^thom", "tom"),
        (r"ch(?=r|an|ae)", "k"),
        (r"mb$", "m"),
        (r"sch(?=[mnrlw])", "S"),
        (r"tch|ch|cz", "C"),
        (r"sh|sch|(?<=.)ti(?=on|a)|ci(?=a)", "S"),
        (r"ph", "f"),
        (r"(?<=[aeiou])gh", ""),
        (r"gh", "g"),
        (r"th", "T"),
        (r"dg", "j"),
        (r"ck|q(?!u)", "k"),
        (r"qu", "kw"),
        (r"x", "ks"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"g(?=[eiy][^lbfv])", "j"),
        (r"wh", "w"),
        (r"(?<=[^aeiou])e$", ""),
        (r"oo", "u"),
        (r"([a-zA-Z])\1+", r"\1"),
        (r"^y(?=[aeou])", "Y"),
        (r"(?<=[aeiou])y(?=[aeiou])", "Y"),
        (r"(?:ai|ay|ei(?!n)|ey(?=.))", "e"),
        (r"(?:ie|ea|ey|y)", "i"),
        (r"(?:au|aw|oa|oe|ow)", "o"),
        (r"(?:ou|ew|eu|ue)", "u"),
        (r"(?<=[aeiou])w", ""),
        (r"(?<=[^aeiou])h|h(?=[^aeiou]|$)", ""),
        (r"([a-zA-Z])\1+", r"\1"),
    )
)
LETTERS = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyz",
        listed("e bi si di i ef ji eC ai je ke el em en o pi kiu ar es ti iu vi dabliu eks wai zi"),
        strict=True,
    )
)
_SOUNDS = "abdefgijklmnoprstuvwzCSTYh"
_VOWELS = "aeiou"
_ALIKE = {
    0.3: ("pb", "td", "kg", "mn", "sz", "fv", "fT", "TS", "SC", "Cj", "iY", "jz", "zS"),
    0.5: ("bdgv", "ptkf", "sTf", "lrw", "jgY", "wuv", "Tdt", "Cts", "nl", "mb"),
}
_LOST = {**dict.fromkeys(_SOUNDS, 0.7), **dict.fromkeys(_VOWELS, 0.4), "h": 0.3, "Y": 0.4, "w": 0.5}


def _exchanges() -> Floats:
    costs = np.ones((len(_SOUNDS) + 1,) * 2, np.float32)
    for cost, groups in sorted(_ALIKE.items(), reverse=True):
        for group in groups:
            for one in group:
                for other in group:
                    costs[_SOUNDS.index(one), _SOUNDS.index(other)] = cost
    vowels = [_SOUNDS.index(v) for v in _VOWELS]
    costs[np.ix_(vowels, vowels)] = 0.35
    np.fill_diagonal(costs, 0.0)
    return costs


_EXCHANGED = _exchanges()
_LOSSES = np.array([*(_LOST[sound] for sound in _SOUNDS), 0.0], np.float32)
_NOTHING = len(_SOUNDS)
"""Code of the padding behind a word."""


@lru_cache(maxsize=8192)
def of_word(word: str) -> str:
    """The sounds of one lowercase word, or of the name of a letter."""
    if word in LETTERS:
        return LETTERS[word]
    for pattern, sounds in _RULES:
        word = pattern.sub(sounds, word)
    return "".join(sound for sound in word if sound in _SOUNDS)


def of_letters(word: str) -> str:
    """The sounds of a word that is spelled aloud."""
    return "".join(LETTERS.get(letter, "") for letter in word)


def of_words(words: Sequence[str]) -> str:
    """The sounds of several words."""
    return "".join(map(of_word, words))


class Sounds:
    """Many words at once, to be compared with what was heard."""

    def __init__(self, sounds: Sequence[str]) -> None:
        """``sounds`` of each, of :func:`of_word` and the like."""
        self._lengths = np.array([len(s) for s in sounds])
        self._codes = np.full((len(sounds), max(1, self._lengths.max(initial=0))), _NOTHING)
        for row, one in zip(self._codes, sounds, strict=True):
            row[: len(one)] = _coded(one)
        self._lost = np.zeros((len(sounds), self._codes.shape[1] + 1), np.float32)
        """Cost of not hearing the beginnings of each."""
        np.cumsum(_LOSSES[self._codes], axis=1, out=self._lost[:, 1:])

    def costs(self, heard: str) -> Floats:
        """Of taking the beginnings of ``heard`` for each: (words, len(heard) + 1)."""
        rows = np.arange(len(self._codes))
        now = self._lost
        found = [now[rows, self._lengths]]
        for code in _coded(heard):
            best = now + _LOSSES[code]
            best[:, 1:] = np.minimum(best[:, 1:], now[:, :-1] + _EXCHANGED[code][self._codes])
            # Sounds of the word that were not heard may follow at any place.
            now = self._lost + np.minimum.accumulate(best - self._lost, axis=1)
            found.append(now[rows, self._lengths])
        return np.stack(found, axis=1)


def _coded(sounds: str) -> list[int]:
    return [_SOUNDS.index(sound) for sound in sounds]
