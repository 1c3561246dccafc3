"""Numbers, ordinals, years and times of day as English words."""

# ruff: noqa: SIM905 - lists of words are easiest to read as words

from __future__ import annotations

import re

_ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen""".split()
_TENS = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_NUMBER_WORDS = frozenset([*_ONES, *_TENS, "hundred", *(name for _, name in _SCALES), "oh"])
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(n: int) -> str:
    """``1984`` -> "one thousand nine hundred eighty-four"; beyond 10**15 digit by digit."""
    if n < 0:
        return f"minus {cardinal(-n)}"
    if n < 20:
        return _ONES[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_ONES[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{_ONES[n // 100]} hundred" + (f" {cardinal(n % 100)}" if n % 100 else "")
    for scale, name in _SCALES:
        if scale <= n < 1000 * scale:
            rest = f" {cardinal(n % scale)}" if n % scale else ""
            return f"{cardinal(n // scale)} {name}{rest}"
    return digits(str(n))


def ordinal(n: int) -> str:
    """``23`` -> "twenty-third"."""
    head, joint, last = re.fullmatch(r"(.*?)([ -]?)([a-z]+)", cardinal(n)).groups()  # type: ignore[union-attr]
    if last in _ORDINALS:
        last = _ORDINALS[last]
    elif last.endswith("y"):
        last = last[:-1] + "ieth"
    else:
        last += "th"
    return head + joint + last


def digits(text: str) -> str:
    """``"0107"`` -> "zero one zero seven"; anything but digits is skipped."""
    return " ".join(_ONES[int(d)] for d in text if d.isascii() and d.isdigit())


def year(n: int) -> str:
    """``1984`` -> "nineteen eighty-four", ``2026`` -> "twenty twenty-six", for 1000..2999."""
    century, rest = divmod(n, 100)
    if n % 1000 < 10:
        return cardinal(n)  # two thousand seven
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {'oh ' + _ONES[rest] if rest < 10 else cardinal(rest)}"


def clock(hour: int, minute: int, half: str = "") -> str:
    """``(3, 5, "P.M.")`` -> "three oh five P.M."; ``(3, 0)`` -> "three o'clock"."""
    if minute == 0:
        words = cardinal(hour) if half else f"{cardinal(hour)} o'clock"
    elif minute < 10:
        words = f"{cardinal(hour)} oh {_ONES[minute]}"
    else:
        words = f"{cardinal(hour)} {cardinal(minute)}"
    return f"{words} {half}".rstrip()


def is_number(word: str) -> bool:
    """Whether a word is a number or part of one: "3:30", "twenty-five", "oh", "hundred"."""
    return word[:1].isdigit() or word[-1:].isdigit() or is_number_word(word.lower())


def is_number_word(word: str) -> bool:
    last = re.split(r"[ -]", word)[-1]
    return last in _NUMBER_WORDS
