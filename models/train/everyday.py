"""What is nobody's business at a clinic or a restaurant, said with everyday words.

Whatever is named in what callers want of a business (``phrases/``, all but ``other``) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

from models.train.patterns import PHRASES
from models.train.stt import english
from models.train.stt.inflection import articles
from models.train.stt.wordlists import INFLECTED, NOUNS, VERBS, Noun

_NAMED = ("thing", "thing plural", "animal", "clothes", "clothes plural", "place")
"""Kinds of nouns that callers name; food, bodies, people and parties are too near to a business."""


@cache
def _wanted() -> frozenset[str]:
    """Every word in what callers want of a business."""
    patterns = (
        pattern
        for phrases in PHRASES.values()
        for asked, groups in phrases.items()
        if not asked.startswith("held out")
        for label, (_, some) in groups.items()
        if not label.startswith("other")
        for pattern in some
    )
    return frozenset(re.findall(r"[a-z']+", " ".join(patterns)))


@cache
def _nouns(many: bool) -> list[str]:
    """Nouns of no business, in the singular or the plural."""
    nouns: list[Noun] = [noun for kind in _NAMED for noun in NOUNS[kind].words]
    forms = {noun.many if many else noun.one for noun in nouns if not _told(*noun.forms())}
    return sorted(forms - {""})


def _told(*texts: str) -> bool:
    return any(word in _wanted() for text in texts for word in text.split())


def thing(rng: Random) -> str:
    """A noun without its article."""
    return rng.choice(_nouns(False))


def things(rng: Random) -> str:
    """A noun in the plural."""
    return rng.choice(_nouns(True))


def deed(rng: Random) -> str:
    """A verb with something of no business, in the infinitive: "paint my old ladder"."""
    verb = VERBS["thing"].draw(rng)
    whose = rng.choice(("a", "a", "the", "my", "our", "some", "this", "his", "their", "that"))
    what = things(rng) if whose == "some" else thing(rng)
    return articles(f"{verb.base} {verb.particle} {whose} {what}".replace("  ", " "))


@cache
def _meaning() -> frozenset[str]:
    """Nouns, verbs and adjectives in what callers want of a business, all forms."""
    words = {form for some in INFLECTED for word in some.words for form in word.forms()}
    light = "be is are was were have has had do does did get got go went make made".split()
    return frozenset(words & _wanted()) - frozenset(light)


def _remark(kind: Callable[[Random], str]) -> Callable[[Random], str]:
    def draw(rng: Random) -> str:
        while True:
            text = articles(" ".join(kind(rng).lower().split()))
            words = text.split()
            if 3 <= len(words) <= 11 and not _meaning().intersection(words):
                return text

    return draw


remark = _remark(english.statement)
"""A statement about something else."""

query = _remark(english.question)
"""A question about something else."""
