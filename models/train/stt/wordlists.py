"""Everyday English words with their forms, read from ``words/``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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


class List(Generic[T]):
    """Words of one kind, the earlier ones drawn twice as often as the last."""

    def __init__(self, words: list[T]) -> None:
        self.words = words
        self._weights = list(accumulate(1 / (1 + rank / len(words)) for rank in range(len(words))))

    def draw(self, rng: Random) -> T:
        return rng.choices(self.words, cum_weights=self._weights)[0]

    def __len__(self) -> int:
        return len(self.words)


def _read(name: str) -> dict[str, list[str]]:
    """Heading -> its entries, each once, lowercase."""
    return {
        heading: list(dict.fromkeys(" ".join(lines).lower().split()))
        for heading, lines in sections(_HERE / name, "= ")
        if heading
    }


def _verb(entry: str, irregular: dict[str, tuple[str, str]]) -> Verb:
    head, _, particle = entry.rstrip("+").partition("_")
    mark = head + "+" * entry.endswith("+")
    past, done = irregular.get(head) or (with_e(mark, "ed"),) * 2
    third = "has" if head == "have" else with_s(head)
    return Verb(head, third, past, done, doing(mark), particle.replace("_", " "))


def _verbs() -> dict[str, List[Verb]]:
    read = _read("verbs.txt")
    irregular = {
        base: (past, done)
        for base, past, done in (entry.split("/") for entry in read.pop("irregular"))
    }
    return {
        kind: List([_verb(entry, irregular) for entry in entries]) for kind, entries in read.items()
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
        return Adjective(entry.rstrip("+"), with_e(entry, "er"), with_e(entry, "est"))
    return Adjective(entry.replace("_", " "))


VERBS = _verbs()
"""What follows the verb -> verbs."""

NOUNS = {
    kind: List([_noun(entry, kind) for entry in entries])
    for kind, entries in _read("nouns.txt").items()
}
"""What they name, with " mass" or " plural" behind it -> nouns."""

ADJECTIVES = {
    kind: List([_adjective(entry, kind) for entry in entries])
    for kind, entries in _read("adjectives.txt").items()
}
"""Of a ``person`` or a ``quality``, with " er" behind it where endings compare -> adjectives."""

ADVERBS = {
    kind: List([entry.replace("_", " ") for entry in entries])
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


def surface_forms() -> set[str]:
    """Every single word that the lists and their inflections hold, phrases left out."""
    listed = [*VERBS.values(), *NOUNS.values(), *ADJECTIVES.values()]
    forms = {form for words in listed for word in words.words for form in word.forms()}
    forms.update(adverb for adverbs in ADVERBS.values() for adverb in adverbs.words)
    return {word for form in forms for word in form.split()}
