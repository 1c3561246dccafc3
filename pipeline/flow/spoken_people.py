"""How many people, read by rule: ``a table for four``, ``two adults and a child``, ``just me``."""

from __future__ import annotations

import re

from pipeline.flow.spoken_numbers import cardinal_at

_NUMBER = r"(?:twenty |thirty |forty |fifty )?[a-z]+|\d{1,2}"
_OF_US = (
    r"people|persons?|guests|adults?|grown ups|diners|seats|heads|of us|friends and me"
    r"|in (?:total|all)|altogether|all together"
)
_BOOKED = (
    r"table|reservation|booking|party|group|dinner|lunch|brunch|supper|seats?|room|space|spot|place"
    r"|meal(?: out)?"
)
_ONE = (
    r"(?:my (?:wife|husband|partner|girlfriend|boyfriend|mother|father|mom|dad|son|daughter|friend"
    r"|sister|brother|boss|colleague)|a (?:friend|colleague))"
)
_OTHERS = r"friends?|pals?|mates?|others?|cousins?|colleagues?|guests?|people|relatives|neighbours"
_SAID = (
    rf"(?:the |for |of )?(?P<n1>{_NUMBER}) (?:{_OF_US})\b"
    rf"(?: (?:and|with|plus) (?P<more>{_NUMBER}) (?:kids?|child|children|bab(?:y|ies)))?",
    rf"(?:(?:{_BOOKED}) (?:for|of)|(?:eat|sit|reserve|book) for|accommodate|seat)"
    rf" (?P<n2>{_NUMBER})\b(?: (?:{_OF_US})\b)?",
    rf"with (?P<n4>{_NUMBER})(?= (?:on|at|this|next|around|about|please)\b|$)",
    r"(?:we are|we're|(?:we|there)(?:'ll|'d| will| would| might| should) be|there are)"
    rf" (?P<n3>{_NUMBER})\b(?: (?:{_OF_US})\b)?",
    rf"(?:me|myself) (?:and|plus|with) (?P<others>{_NUMBER})"
    r"(?: (?:friends?|others?|colleagues?|guests?|people|more))?",
    rf"(?P<others2>{_NUMBER}) (?:of my )?(?:{_OTHERS}) (?:and|plus|along with|with|so count)"
    r" (?:me|myself|i|yours truly)\b",
    rf"(?P<two>(?:{_ONE}|me) and (?:i|me|{_ONE})|a couple(?: of us)?)(?![\w'])",
    r"(?P<one>(?:just|only) (?:me|myself)\b|by myself\b|on my own\b)",
    r"(?P<six>half a dozen\b)|(?P<twelve>a dozen\b)",
)
_FIXED = {"one": 1, "two": 2, "six": 6, "twelve": 12}
_NO_TIME = r"(?! (?:o'clock|[ap] m|thirty|fifteen|forty|oh|in the|past|to|:))"
_BARE = re.compile(rf"(?P<n1>{_NUMBER})\b{_NO_TIME}")
_DROPPED = re.compile(r"\b(?:not|instead of|rather than)(?: for)?$")


def read(words: str, asked: bool) -> tuple[int | None, str]:
    """The number of people that a caller wants, and the other words.

    ``asked``: a number alone is one, as that is what was asked. Of several the last counts.
    """
    patterns = [re.compile(rf"(?<!\S)(?:{pattern})") for pattern in _SAID]
    found = _matches(words, patterns) or (_matches(words, [_BARE]) if asked else [])
    people = None
    for value, start, _ in found:
        if not _DROPPED.search(words[:start].rstrip()):
            people = value
    for _, start, end in reversed(found):
        words = f"{words[:start]} {words[end:]}"
    return people, " ".join(words.split())


def _matches(words: str, patterns: list[re.Pattern[str]]) -> list[tuple[int, int, int]]:
    """Number, start and end of what the patterns find, in order and without overlaps."""
    found: list[tuple[int, int, int]] = []
    position = 0
    while position < len(words):
        hits = [
            (value, match.start(), match.end())
            for pattern in patterns
            for match in pattern.finditer(words, position)
            if (value := _value(match)) is not None
        ]
        if not hits:
            break
        found.append(min(hits, key=lambda hit: (hit[1], -hit[2])))
        position = found[-1][2]
    return found


def _value(match: re.Match[str]) -> int | None:
    """The number that a match means; None where its words are no number."""
    groups = {key: said for key, said in match.groupdict().items() if said}
    for key, value in _FIXED.items():
        if key in groups:
            return value
    numbers = {key: _number(said) for key, said in groups.items()}
    if None in numbers.values() or {"a", "an"} & {groups.get("n1"), groups.get("n2")}:
        return None
    itself = any(key.startswith("others") for key in numbers)
    total = sum(n for n in numbers.values() if n) + itself
    return total or None


def _number(said: str) -> int | None:
    words = said.split()
    found = cardinal_at(words, 0)
    return found[0] if found and found[1] == len(words) else 1 if said in ("a", "an") else None
