"""Written English to spoken English: what a voice should be given instead of what a model wrote.

Voices read "3:30 p.m.", "$12.50" or "(555) 010-7788" each in its own way, often wrongly; here they
become words. Every written word keeps its place, so that what a caller has heard can be told in the
words that were written.
"""

# ruff: noqa: SIM905 - lists of words are easiest to read as words

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

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
MONTHS = """January February March April May June July August September October November
December""".split()
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
CALENDAR = frozenset(MONTHS + _DAYS)
_CURRENCIES = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny")}
ABBREVIATIONS = {
    "dr": "Doctor",
    "mr": "Mister",
    "mrs": "Missus",
    "ms": "Miz",
    "prof": "Professor",
    "st": "Street",
    "ave": "Avenue",
    "rd": "Road",
    "blvd": "Boulevard",
    "apt": "apartment",
    "ext": "extension",
    "appt": "appointment",
    "dept": "department",
    "approx": "approximately",
    "min": "minutes",
    "hr": "hour",
    "hrs": "hours",
    "vs": "versus",
    "etc": "et cetera",
    "jr": "Junior",
    "sr": "Senior",
    "jan": "January",
    "feb": "February",
    "mar": "March",
    "apr": "April",
    "jun": "June",
    "jul": "July",
    "aug": "August",
    "sep": "September",
    "sept": "September",
    "oct": "October",
    "nov": "November",
    "dec": "December",
    "mon": "Monday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "thurs": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
"""Read so when a full stop follows; the clause does not end there."""
TITLES = frozenset("dr mr mrs ms prof st".split())
"""Those that a name follows; all but the last two are read so without a full stop too."""
_SYMBOLS = {"&": "and", "+": "plus", "=": "equals", "@": "at", "/": "or", "%": "percent"}


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
    return word[:1].isdigit() or word[-1:].isdigit() or _is_number_word(word.lower())


def _is_number_word(word: str) -> bool:
    last = re.split(r"[ -]", word)[-1]
    return last in _NUMBER_WORDS


# --- written words to spoken ones --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Piece:
    """One or more written words and how they are said."""

    written: str
    spoken: str
    """Empty for what has no sound, such as a dash."""


def spoken_pieces(clause: str) -> list[Piece]:
    """Cut a clause into pieces; their ``written`` joined by spaces are its words, none lost."""
    text = " ".join(clause.split())
    pieces: list[Piece] = []
    at = 0
    while at < len(text):
        piece = _piece(text, at, pieces[-1].spoken if pieces else "")
        at += len(piece.written) + 1
        if not any(c.isalnum() for c in piece.spoken):
            mark = piece.spoken[-1:]  # alone it has no sound, but the word before may pause
            if mark and pieces and (pieces[-1].spoken[-1:].isalnum() or _ends_half(pieces[-1])):
                pieces[-1] = Piece(pieces[-1].written, pieces[-1].spoken + mark)
            piece = Piece(piece.written, "")
        pieces.append(piece)
    return pieces


def spoken_text(pieces: list[Piece]) -> str:
    """What a voice is given."""
    return " ".join(piece.spoken for piece in pieces if piece.spoken)


def _ends_half(piece: Piece) -> bool:
    return piece.spoken.endswith(("A.M.", "P.M."))


def _piece(text: str, at: int, before: str) -> Piece:
    start = _OPENING.match(text, at).end()  # type: ignore[union-attr]
    for pattern, say in _RULES:
        found = pattern.match(text, start)
        if found is None:
            continue
        said = say(found, before)
        if said is not None:
            pause = re.sub(r"[^,.!?;:]", "", found["close"])[-1:]
            return Piece(text[at : found.end()], said + pause)
    end = text.find(" ", at)
    word = text[at : end if end >= 0 else len(text)]
    return Piece(word, _bare(word))


def _bare(word: str) -> str:
    """A word without what no voice can say: mark-up, quotes, pictures."""
    word = word.replace("\u2019", "'").replace("\u2026", ",")
    word = re.sub(r"[\u2014\u2013]|--+", ",", word)
    word = re.sub(r"[&+=@/%]", lambda m: f" {_SYMBOLS[m[0]]} ", word)
    word = re.sub(r"\bor +or\b", "or", word)  # and/or
    kept = "".join(c for c in word if c.isalnum() or c in "'-,.!?;: " or 0x300 <= ord(c) < 0x370)
    kept = re.sub(r"[,.!?;:]+([,.!?;:])", r"\1", " ".join(kept.split())).strip("'")
    return kept if any(c.isalnum() for c in kept) else kept.strip("-' ")


_Rule = Callable[[re.Match[str], str], "str | None"]
_OPENING = re.compile(r"""["'\u201c\u2018(\[*_]*""")
_CLOSE = r"""(?P<close>["'\u201d\u2019)\]*_]*[,.!?;:\u2026]*["'\u201d\u2019)\]*_]*)(?= |$)"""
_HALF = r"(?P<half>[AaPp])\.? ?[Mm]\b\.?"
_CLOCK = r"\d{1,2}(?::\d{2})?(?:[AaPp]\.?[Mm]\b\.?)?"


def _time(found: re.Match[str], before: str) -> str | None:
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = found["half"]
    if minute > 59 or hour > 23 or (half and not 1 <= hour <= 12):
        return None
    return clock(hour, minute, f"{half.upper()}.M." if half else "")


def _time_range(found: re.Match[str], before: str) -> str | None:
    if found["a"].isdigit() and found["b"].isdigit():
        return None  # any two numbers
    ends = [spoken_text(spoken_pieces(found[end])) for end in ("a", "b")]
    return " to ".join(ends)


def _half(found: re.Match[str], before: str) -> str | None:
    written = found[0].removesuffix(found["close"])
    if written in ("am", "Am") and not _is_number_word(before):
        return None  # the verb
    if written == "AM" and before == "I":
        return None
    return f"{found['half'].upper()}.M."


def _date(found: re.Match[str], before: str) -> str | None:
    month, day = int(found["month"]), int(found["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    words = f"{MONTHS[month - 1]} {ordinal(day)}"
    if found["year"]:
        number = int(found["year"])
        words += f", {year(number + 2000 if number < 100 else number)}"
    return words


def _money(found: re.Match[str], before: str) -> str | None:
    unit, part = _CURRENCIES[found["sign"]]
    whole = int(found["whole"].replace(",", ""))
    if found["scale"]:
        return f"{_decimal(found['whole'], found['part'])} {found['scale']} {unit}s"
    words = f"{cardinal(whole)} {unit if whole == 1 else unit + 's'}"
    if not found["part"]:
        return words
    if len(found["part"]) != 2:
        return f"{_decimal(found['whole'], found['part'])} {unit}s"
    cents = int(found["part"])
    if not cents:
        return words
    many = "pence" if part == "penny" else part + "s"
    small = f"{cardinal(cents)} {part if cents == 1 else many}"
    return f"{words} and {small}" if whole else small


def _decimal(whole: str, part: str | None) -> str:
    words = cardinal(int(whole.replace(",", "")))
    return f"{words} point {digits(part)}" if part else words


def _number(found: re.Match[str], before: str) -> str | None:
    whole, part = found["whole"], found["part"]
    plain = whole.replace(",", "")
    percent = " percent" if found["percent"] else ""
    if part or percent or "," in whole:
        return f"{_decimal(whole, part)}{percent}"
    number = int(plain)
    last = before.rstrip(",").split(" ")[-1]
    if last in MONTHS and 1 <= number <= 31:
        return ordinal(number)
    if len(plain) == 4 and 1900 <= number < 2100:
        return year(number)
    if len(plain) > 4 or (len(plain) > 1 and plain[0] == "0") or plain in ("411", "911"):
        return digits(plain)
    return cardinal(number)


def _phone(found: re.Match[str], before: str) -> str | None:
    return ", ".join(digits(group) for group in re.findall(r"\d+", found["number"]))


def _letters(found: re.Match[str], before: str) -> str | None:
    # With commas: "A" between spaces would be read as the article.
    return ", ".join(re.findall(r"[A-Za-z]", found["letters"])).upper()


def _abbreviation(found: re.Match[str], before: str) -> str | None:
    word, dot = found["word"], found["dot"]
    key = word.lower()
    said = ABBREVIATIONS.get(key)
    if said is None or not (dot or key in TITLES - {"prof", "st"}):
        return None
    if said in CALENDAR and not word[0].isupper():
        return None  # "he sat."
    following = found.string[found.end() + 1 : found.end() + 2]
    if (
        key == "st"
        and following.isupper()
        and not (before[:1].isupper() or _is_number_word(before))
    ):
        return "Saint"
    return said


def _rule(pattern: str, say: _Rule) -> tuple[re.Pattern[str], _Rule]:
    return re.compile(pattern + _CLOSE, re.ASCII), say


_RULES = [
    _rule(r"(?P<number>(?:\+?1[-. ]?)?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}|\d{3}[-.]\d{4})", _phone),
    _rule(rf"(?P<a>{_CLOCK})[-\u2013](?P<b>{_CLOCK})", _time_range),
    _rule(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", _date),
    _rule(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?", _date),
    _rule(rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?: ?{_HALF})?", _time),
    _rule(rf"(?P<hour>\d{{1,2}})(?P<minute>) ?{_HALF}", _time),
    _rule(r"(?P<half>[AaPp])(?:\.[Mm]\.?| [Mm]|[Mm])", _half),
    _rule(
        r"(?P<sign>[$€£])(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"
        r"(?: (?P<scale>thousand|million|billion))?",
        _money,
    ),
    _rule(r"#(?P<n>\d{1,12})", lambda m, _: f"number {cardinal(int(m['n']))}"),
    _rule(r"[Nn]o\. ?(?P<n>\d{1,12})", lambda m, _: f"number {cardinal(int(m['n']))}"),
    _rule(r"(?P<n>\d{1,6})(?:st|nd|rd|th)", lambda m, _: ordinal(int(m["n"]))),
    _rule(
        r"(?P<a>\d{1,3})[-\u2013](?P<b>\d{1,3})",
        lambda m, _: f"{cardinal(int(m['a']))} to {cardinal(int(m['b']))}",
    ),
    _rule(
        r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?(?P<percent>%| percent)?", _number
    ),
    _rule(r"(?P<letters>[A-Z](?:[- ][A-Z])+|[a-z](?: [a-z]){2,})", _letters),
    _rule(r"(?P<letter>[A-Z])\.(?= [A-Z])", lambda m, _: m["letter"]),
    _rule(r"(?P<word>[A-Za-z]+)(?P<dot>\.?)", _abbreviation),
]
