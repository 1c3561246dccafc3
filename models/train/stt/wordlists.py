"""Everyday English words with their forms, read from ``words/``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Generic, TypeVar

from models.train.patterns import sections
from models.train.stt.inflection import doing, with_e, with_s

_HERE = Path(__file__).parent / "words"


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb's forms, without its particle."""

    base: str
    third: str
    past: str
    done: str
    doing: str
    particle: str = ""

    def forms(self) -> Iterator[str]:
        yield from (self.base, self.third, self.past, self.done, self.doing, *self.particle.split())


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun's forms; one is empty where there is none."""

    one: str
    many: str

    def forms(self) -> Iterator[str]:
        yield from (self.one, self.many)


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective's forms; the compared ones are empty where "more" and "most" are said."""

    base: str
    more: str = ""
    most: str = ""

    def forms(self) -> Iterator[str]:
        yield from (self.base, self.more, self.most)


T = TypeVar("T")


RARER = "--"
"""What stands between the common words of a list and the rarer ones."""
RARELY = 0.12
"""How often a rarer word is drawn for each time that a common one is."""


class List(Generic[T]):
    """Words of one kind, the first `common` of them drawn more often than the others."""

    def __init__(self, words: list[T], common: int) -> None:
        self.words = words
        self.common = words[:common]
        self._weights = list(accumulate([1.0] * common + [RARELY] * (len(words) - common)))
        self.weight = self._weights[-1]

    def draw(self, rng: Random) -> T:
        return rng.choices(self.words, cum_weights=self._weights)[0]


def _listed(entries: list[str], word: Callable[[str], T]) -> List[T]:
    common = entries.index(RARER) if RARER in entries else len(entries)
    return List([word(entry) for entry in entries if entry != RARER], common)


def _read(name: str) -> dict[str, list[str]]:
    """Heading -> its entries, each once, lowercase."""
    return {
        heading: list(dict.fromkeys(" ".join(lines).lower().split()))
        for heading, lines in sections(_HERE / name, "= ")
        if heading
    }


def _verb(entry: str, irregular: dict[str, tuple[str, str]], doubling: list[str]) -> Verb:
    head, _, particle = entry.partition("_")
    stem = f"{head}+" if head in doubling else head
    past, done = irregular.get(head) or (with_e(stem, "ed"),) * 2
    third = "has" if head == "have" else with_s(head)
    return Verb(head, third, past, done, doing(stem), particle.replace("_", " "))


def _verbs() -> dict[str, List[Verb]]:
    read = _read("verbs.txt")
    irregular = {
        base: (past, done)
        for base, past, done in (entry.split("/") for entry in read.pop("irregular"))
    }
    doubling = read.pop("doubling")
    return {
        kind: _listed(entries, lambda entry: _verb(entry, irregular, doubling))
        for kind, entries in read.items()
    }


def _noun(entry: str, kind: str) -> Noun:
    one, _, many = entry.replace("_", " ").partition("/")
    if kind.endswith(" mass"):
        return Noun(one, "")
    if kind.endswith(" plural"):
        return Noun("", one)
    return Noun(one, many or with_s(one))


def _adjective(entry: str, kind: str) -> Adjective:
    if "/" in entry:
        return Adjective(*entry.split("/"))
    if kind.endswith(" er"):
        return Adjective(entry, with_e(entry, "er"), with_e(entry, "est"))
    return Adjective(entry.replace("_", " "))


VERBS = _verbs()
"""What follows the verb -> verbs."""

NOUNS = {
    kind: _listed(entries, partial(_noun, kind=kind))
    for kind, entries in _read("nouns.txt").items()
}
"""What they name, with " mass" or " plural" behind it -> nouns."""

ADJECTIVES = {
    kind: _listed(entries, partial(_adjective, kind=kind))
    for kind, entries in _read("adjectives.txt").items()
}
"""Of a ``person`` or a ``quality``, with " er" behind it where endings compare -> adjectives."""

INFLECTED: list[List[Verb] | List[Noun] | List[Adjective]] = [
    *VERBS.values(),
    *NOUNS.values(),
    *ADJECTIVES.values(),
]

ADVERBS = {
    kind: _listed(entries, lambda entry: entry.replace("_", " "))
    for kind, entries in _read("adverbs.txt").items()
}
"""Where they stand in a sentence -> adverbs and adverbials."""

PHRASES = {
    kind: [phrase for line in lines for phrase in line.split("; ")]
    for kind, lines in sections(_HERE / "phrases.txt", "= ")
    if kind
}
"""What they are for -> patterns (`models.train.patterns`)."""


def lemmas() -> set[str]:
    """All entries of the lists in their base form, phrases left out."""
    return {
        *(f"{v.base} {v.particle}".strip() for listed in VERBS.values() for v in listed.words),
        *(n.one or n.many for nouns in NOUNS.values() for n in nouns.words),
        *(a.base for adjectives in ADJECTIVES.values() for a in adjectives.words),
        *(adverb for adverbs in ADVERBS.values() for adverb in adverbs.words),
    }


def surface_forms(*, common: bool = False) -> set[str]:
    """Every single word that the lists and their inflections hold, phrases left out; or the common ones alone."""
    forms = {
        form
        for listed in INFLECTED
        for word in (listed.common if common else listed.words)
        for form in word.forms()
    }
    forms.update(adverb for adverbs in ADVERBS.values() for adverb in adverbs.words)
    return {word for form in forms for word in form.split()}
