"""Numbers as callers say them: ``twenty five``, ``25``, ``twenty fifth``, ``3rd``."""

from __future__ import annotations

import re
from functools import lru_cache


def listed(text: str) -> list[str]:
    """A list of words, written as a sentence."""
    return text.split()


_ONES = listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_ORDINALS = listed(
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
)

_MISHEARD = {"ate": 8, "won": 1, "fore": 4}

CARDINAL = {word: n for n, word in enumerate(_ONES)} | _TENS | _MISHEARD
ORDINAL = {word: n for n, word in enumerate(_ORDINALS)} | {"thirtieth": 30}

_MISSPELT = tuple(word for word in (*CARDINAL, *ORDINAL) if len(word) > 5)
"""Words that few others resemble, so that they are known with a wrong letter: ``fiften``."""
_OTHERS = frozenset(listed("seconds thirsty seventy eighty"))


@lru_cache(maxsize=4096)
def _meant(word: str) -> str:
    if word in CARDINAL or word in ORDINAL or word in _OTHERS:
        return word
    return next((meant for meant in _MISSPELT if _one_letter(word, meant)), word)


def _one_letter(said: str, meant: str) -> bool:
    """Whether a letter more, fewer or other tells the words apart."""
    return any(
        said[:i] + said[i + more :] == meant[:i] + meant[i + fewer :]
        for i in range(len(meant) + 1)
        for more, fewer in ((1, 1), (1, 0), (0, 1))
    )


def cardinal_at(said: list[str], at: int) -> tuple[int, int] | None:
    """The number 0..59 that begins at a word, and where it ends."""
    if at >= len(said):
        return None
    if re.fullmatch(r"\d{1,2}", said[at]):
        return int(said[at]), at + 1
    word = _meant(said[at])
    value = CARDINAL.get(word)
    if value is None:
        return None
    unit = CARDINAL.get(said[at + 1]) if at + 1 < len(said) else None
    if word in _TENS and unit is not None and 1 <= unit <= 9:
        return value + unit, at + 2
    return value, at + 1


def ordinal_at(said: list[str], at: int) -> tuple[int, int] | None:
    """The ordinal 1st..31st that begins at a word, and where it ends."""
    if at >= len(said):
        return None
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", said[at]):
        return int(match[1]), at + 1
    word = _meant(said[at])
    if word in ORDINAL:
        return ORDINAL[word], at + 1
    if word in ("twenty", "thirty") and at + 1 < len(said):
        unit = ORDINAL.get(said[at + 1], 99)
        if 1 <= unit <= 9:
            return _TENS[word] + unit, at + 2
    return None
