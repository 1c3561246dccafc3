"""Numbers as callers say them: ``twenty five``, ``25``, ``twenty fifth``, ``3rd``."""

from __future__ import annotations

import re


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


def cardinal_at(said: list[str], at: int) -> tuple[int, int] | None:
    """The number 0..59 that begins at a word, and where it ends."""
    if at >= len(said):
        return None
    if re.fullmatch(r"\d{1,2}", said[at]):
        return int(said[at]), at + 1
    value = CARDINAL.get(said[at])
    if value is None:
        return None
    unit = CARDINAL.get(said[at + 1]) if at + 1 < len(said) else None
    if said[at] in _TENS and unit is not None and 1 <= unit <= 9:
        return value + unit, at + 2
    return value, at + 1


def ordinal_at(said: list[str], at: int) -> tuple[int, int] | None:
    """The ordinal 1st..31st that begins at a word, and where it ends."""
    if at >= len(said):
        return None
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)", said[at]):
        return int(match[1]), at + 1
    if said[at] in ORDINAL:
        return ORDINAL[said[at]], at + 1
    if said[at] in ("twenty", "thirty") and at + 1 < len(said):
        unit = ORDINAL.get(said[at + 1], 99)
        if 1 <= unit <= 9:
            return _TENS[said[at]] + unit, at + 2
    return None
