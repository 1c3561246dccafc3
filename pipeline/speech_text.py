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

from pipeline.abbreviations import (
    ABBREVIATIONS,
    BARE_TITLES,
    CALENDAR,
    DAYS,
    MONTHS,
    UNITS,
)
from pipeline.number_words import cardinal, clock, digits, is_number_word, ordinal, year

_CURRENCIES = {"$": ("dollar", "cent"), "€": ("euro", "cent"), "£": ("pound", "penny")}
_DOMAINS = "com org net edu gov info biz io health clinic co uk us ca au de".split()
_SYMBOLS = {"&": "and", "+": "plus", "=": "equals", "@": "at", "/": "or", "%": "percent"}
_ADDRESS_MARKS = {".": "dot", "/": "slash", "@": "at", "-": "dash", "_": "underscore", "+": "plus"}


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
            if pause == "." and text[found.end() + 1 : found.end() + 2].islower():
                pause = ""  # "5 lbs. of it"
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
_CLOCK = r"\d{1,2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\b\.?)?"
_TO = r" ?[-\u2013] ?"
_NUMBER = r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?"
_PATH = r"(?:/[\w./-]*\w)?"
_QUERY = r"/?(?:\?[^ ]*\w)?"  # not said
_MONTH = "|".join(MONTHS)
_DAY = "|".join([*DAYS, *(k.title() for k, name in ABBREVIATIONS.items() if name in DAYS)])


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


def _days(found: re.Match[str], before: str) -> str | None:
    ends = [ABBREVIATIONS.get(found[end].lower(), found[end]) for end in ("a", "b")]
    return " to ".join(ends)


def _half(found: re.Match[str], before: str) -> str | None:
    written = found[0].removesuffix(found["close"])
    if written in ("am", "Am") and not is_number_word(before):
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


def _day_of_month(found: re.Match[str], before: str) -> str | None:
    if not 1 <= int(found["n"]) <= 31:
        return None
    article = "" if before.lower() == "the" else "the "
    return f"{article}{ordinal(int(found['n']))} of {found['month']}"


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
    if _after_month(before) and 1 <= number <= 31:
        return ordinal(number)
    if len(plain) == 4 and 1900 <= number < 2100:
        return year(number)
    if len(plain) == 10:
        return ", ".join(map(digits, (plain[:3], plain[3:6], plain[6:])))
    if len(plain) > 4 or (len(plain) > 1 and plain[0] == "0") or plain in ("411", "911"):
        return digits(plain)
    return cardinal(number)


def _after_month(before: str) -> bool:
    return before.rstrip(",").split(" ")[-1] in MONTHS


def _range(found: re.Match[str], before: str) -> str | None:
    say = ordinal if _after_month(before) else cardinal
    return f"{say(int(found['a']))} to {say(int(found['b']))}"


def _money_range(found: re.Match[str], before: str) -> str | None:
    unit, _ = _CURRENCIES[found["sign"]]
    return f"{cardinal(int(found['a']))} to {cardinal(int(found['b']))} {unit}s"


def _quantity(found: re.Match[str], before: str) -> str | None:
    """A number with its unit."""
    unit, per, rest = UNITS[found["unit"]].partition(" ")
    one = found["whole"] == "1" and not found["part"]
    many = unit if one else "feet" if unit == "foot" else unit + "s"
    return f"{_decimal(found['whole'], found['part'])} {many}{per}{rest}"


def _fraction(found: re.Match[str], before: str) -> str | None:
    part = {"\u00bd": "1/2", "\u00bc": "1/4", "\u00be": "3/4"}.get(found["part"], found["part"])
    words = {"1/2": "half", "1/4": "quarter", "3/4": "three quarters"}[part]
    if not found["whole"]:
        return words if part == "3/4" else f"a {words}"
    return f"{cardinal(int(found['whole']))} and {'' if part == '3/4' else 'a '}{words}"


def _address(found: re.Match[str], before: str) -> str | None:
    """A web or e-mail address as one dictates it."""
    parts = re.findall(r"[A-Za-z]+|\d+|[-./@_+]", found["address"])
    words = [
        _ADDRESS_MARKS.get(part) or (digits(part) if part.isdigit() else part) for part in parts
    ]
    if len(words[-1]) == 2 and words[-1] != "co" and "slash" not in words:
        words[-1] = ", ".join(words[-1].upper())  # a country
    return " ".join(words)


def _phone(found: re.Match[str], before: str) -> str | None:
    plus = "plus " if found["number"].startswith("+") else ""
    return plus + ", ".join(digits(group) for group in re.findall(r"\d+", found["number"]))


def _letters(found: re.Match[str], before: str) -> str | None:
    # With commas: "A" between spaces would be read as the article.
    return ", ".join(re.findall(r"[A-Za-z]", found["letters"])).upper()


def _abbreviation(found: re.Match[str], before: str) -> str | None:
    word, dot = found["word"], found["dot"]
    key = word.lower()
    said = ABBREVIATIONS.get(key)
    following = found.string[found.end() + 1 : found.end() + 2]
    dated = said in MONTHS and following.isdigit()
    if said is None or not (dot or dated or key in BARE_TITLES):
        return None
    if said in CALENDAR and not word[0].isupper():
        return None  # "he sat."
    if key == "st" and following.isupper() and not (before[:1].isupper() or is_number_word(before)):
        return "Saint"
    return said


def _rule(pattern: str, say: _Rule) -> tuple[re.Pattern[str], _Rule]:
    return re.compile(pattern + _CLOSE, re.ASCII), say


_RULES = [
    _rule(r"(?P<address>[\w.+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})", _address),
    _rule(
        rf"(?:https?://(?:www\.)?|www\.)(?P<address>(?:[\w-]+\.)+[\w-]+{_PATH}){_QUERY}", _address
    ),
    _rule(rf"(?P<address>(?:[\w-]+\.)+(?:{'|'.join(_DOMAINS)}){_PATH}){_QUERY}", _address),
    _rule(r"(?P<number>\+\d{1,3}(?:[-. ]\d{2,4}){2,5})", _phone),
    _rule(
        r"(?P<number>(?:\+?1[-. ]?)?\(?\d{3}(?:\) ?|[-. ]|, )\d{3}(?:[-. ]|, )\d{4}"
        r"|\d{3}[-.]\d{4})",
        _phone,
    ),
    _rule(r"24/7", lambda *_: "twenty-four seven"),
    _rule(rf"(?P<a>{_CLOCK}){_TO}(?P<b>{_CLOCK})", _time_range),
    _rule(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", _date),
    _rule(r"(?P<whole>\d{1,3}) ?(?P<part>[13]/[24]|[\u00bd\u00bc\u00be])", _fraction),
    _rule(r"(?P<whole>)(?P<part>[\u00bd\u00bc\u00be])", _fraction),
    _rule(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})(?:/(?P<year>\d{4}|\d{2}))?", _date),
    _rule(
        rf"(?P<n>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH})",
        _day_of_month,
    ),
    _rule(rf"(?P<a>{_DAY}){_TO}(?P<b>{_DAY})", _days),
    _rule(rf"(?P<hour>\d{{1,2}}):(?P<minute>\d{{2}})(?: ?{_HALF})?", _time),
    _rule(rf"(?P<hour>\d{{1,2}})(?P<minute>) ?{_HALF}", _time),
    _rule(r"(?P<half>[AaPp])(?:\.[Mm]\.?| [Mm]|[Mm])", _half),
    _rule(rf"(?P<sign>[$€£])(?P<a>\d+){_TO}[$€£]?(?P<b>\d+)", _money_range),
    _rule(rf"(?P<sign>[$€£]){_NUMBER}(?: (?P<scale>thousand|million|billion))?", _money),
    _rule(r"#(?P<n>\d{1,12})", lambda m, _: f"number {cardinal(int(m['n']))}"),
    _rule(r"[Nn]o\. ?(?P<n>\d{1,12})", lambda m, _: f"number {cardinal(int(m['n']))}"),
    _rule(r"(?P<n>\d{1,6})(?:st|nd|rd|th)", lambda m, _: ordinal(int(m["n"]))),
    _rule(rf"(?P<a>\d{{1,3}}){_TO}(?P<b>\d{{1,3}})", _range),
    _rule(rf"{_NUMBER} ?(?P<unit>{'|'.join(UNITS)})", _quantity),
    _rule(rf"{_NUMBER}(?P<percent>%| percent)?", _number),
    _rule(rf"[-\u2212]{_NUMBER}", lambda m, _: f"minus {_decimal(m['whole'], m['part'])}"),
    _rule(r"\.(?P<part>\d+)", lambda m, _: f"point {digits(m['part'])}"),
    _rule(r"Ph\.?D\.?", lambda *_: "P, H, D"),
    _rule(r"(?P<letters>[A-Z](?:[- ][A-Z])+|[a-z](?: [a-z]){2,})", _letters),
    _rule(r"(?P<letter>[A-Z])\.(?= [A-Z])", lambda m, _: m["letter"]),
    _rule(r"(?P<word>[A-Za-z]+)(?P<dot>\.?)", _abbreviation),
]
