"""Noun phrases and what describes them: article or number, adjective, noun, with agreement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from models.train.stt.wordlists import ADJECTIVES, ADVERBS, NOUNS, List, T


def pick(rng: Random, options: str) -> str:
    """One of the alternatives written `a|b|c`."""
    return rng.choice(options.split("|"))


def some(rng: Random, chance: float, draw: Callable[[Random], str]) -> str:
    """What is drawn, with a space before it, or nothing."""
    return f" {draw(rng)}" if rng.random() < chance else ""


def adverb(kind: str) -> Callable[[Random], str]:
    """Draws from one of the lists of adverbs."""
    return ADVERBS[kind].draw


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a clause is about, and how verbs agree: ``i``, ``it`` or ``they``."""

    text: str
    agrees: str
    pronoun: bool = True


PRONOUNS = [
    *(Subject(word, "they") for word in "you you you you we we we they they they these those".split()),
    *(Subject(word, "it") for word in "he he he she she she it it it it that that this".split()),
    *[Subject("i", "i")] * 5,
]  # fmt: skip
SOMEBODY = (
    "everyone|everybody|someone|somebody|nobody|no one|anyone|anybody|everything|nothing|something"
    "|one of them|one of us|each of them|neither of them|the other one|the rest"
)
POSSESSIVES = "my|my|your|your|his|her|our|their|its"
ONE = f"a|a|a|a|the|the|the|the|the|this|that|every|each|another|any|no|the other|the same|one|{POSSESSIVES}"
MANY = (
    "the|the|these|those|some|some|any|no|all the|all these|both|many|most|most of the|several|a few|few|a lot of|lots of|so many"
    "|two|three|four|five|six|ten|twenty|enough|more|fewer|too many|how many|other|all of these|some of the|none of the"
    f"|a couple of|plenty of|||||{POSSESSIVES}"
)
MUCH = (
    f"the|the|some|some|any|no|all the|much|a lot of|too much|so much|a little|enough|more|less|this|that|most of the|plenty of||||||{POSSESSIVES}"
)  # fmt: skip


def _kinds(lists: Mapping[str, List[T]], *starts: str) -> tuple[list[List[T]], list[float]]:
    """The lists of all kinds that start so, and how often each is drawn from."""
    found = [words for kind, words in lists.items() if kind.startswith(starts)]
    return found, [words.weight for words in found]


_ADJECTIVES = {kind: _kinds(ADJECTIVES, kind) for kind in ("", *ADJECTIVES)}
_NOUNS = {kind.split()[0]: _kinds(NOUNS, kind.split()[0]) for kind in NOUNS}
_NOUNS |= {"thing": _kinds(NOUNS, "thing", "clothes", "animal", "body"), "": _kinds(NOUNS, "")}


def adjective(rng: Random, kind: str = "") -> str:
    """An adjective, now and then compared or with a degree before it."""
    word = rng.choices(*_ADJECTIVES[kind])[0].draw(rng)
    chance = rng.random()
    if chance < 0.56 and word.more:
        return word.more if chance < 0.28 else f"the {word.most}"
    if chance < 0.03 and not word.more:
        return f"{pick(rng, 'more|less|more|the most|the least')} {word.base}"
    if chance > 0.85:
        return f"{adverb('degree')(rng)} {word.base}"
    return word.base


def _noun(rng: Random, kind: str, many: bool | None = None) -> tuple[str, str]:
    """A bare noun of a kind and the determiners it takes."""
    while True:
        noun = rng.choices(*_NOUNS[kind])[0].draw(rng)
        plural = not noun.one or bool(noun.many and rng.random() < 0.48)
        if many is None or (many == plural and noun.many):
            return (noun.many, MANY) if plural else (noun.one, ONE if noun.many else MUCH)


def one(rng: Random) -> str:
    """A countable noun in the singular, without an article."""
    return _noun(rng, "", many=False)[0]


def several(rng: Random) -> str:
    """A plural noun, without an article."""
    return _noun(rng, "", many=True)[0]


def phrase(kind: str) -> Callable[[Random], str]:
    """Draws noun phrases of a kind."""
    return lambda rng: _named(rng, kind).text


def _named(rng: Random, kind: str) -> Subject:
    noun, determiners = _noun(rng, kind)
    before = pick(rng, determiners)
    if kind != "person" and rng.random() < 0.06:
        before = f"{pick(rng, POSSESSIVES)} {_noun(rng, 'person', many=False)[0]}'s"
    of = "person" if kind == "person" else "quality"
    like = adjective(rng, of) if rng.random() < 0.34 else ""
    if like.startswith("the "):
        before = ""
    elif like.startswith("a "):  # a little, a bit: not before a noun
        like = like.split(" ", 2)[2]
    text = " ".join(f"{before} {like} {noun}".split())
    if rng.random() < 0.05:
        text += f" {pick(rng, 'of|from|with|near|for|without|behind|beside|about|like')} {phrase('')(rng)}"
    plural = determiners is MANY
    return Subject(text.strip(), "they" if plural else "it", pronoun=False)


def subject(rng: Random) -> Subject:
    """Mostly a pronoun, as in speech."""
    chance = rng.random()
    if chance < 0.54:
        return rng.choice(PRONOUNS)
    if chance < 0.58:
        somebody = pick(rng, SOMEBODY)
        return Subject(somebody, "they" if somebody == "the rest" else "it", pronoun=False)
    who = _named(rng, rng.choices(["person", "thing", "", "idea"], [4, 4, 2, 2])[0])
    if rng.random() < 0.07:
        return Subject(f"{who.text} and {pick(rng, 'i|he|she|we|they|you')}", "they", False)
    return who


def object_of(rng: Random, kind: str) -> str:
    """What a verb acts on."""
    if rng.random() < (0.40 if kind == "person" else 0.15):
        return pick(
            rng,
            "me|you|him|her|us|them|me|you|him|her|everyone|somebody|nobody|anyone|each other|one another|people"
            if kind == "person"
            else "it|it|it|them|that|this|one|these|those|something|anything|nothing|everything|everything else|both of them"
            "|mine|yours|hers|theirs|ours|another one|the other one|the same one|all of it|some of them",
        )
    return phrase(kind)(rng)
