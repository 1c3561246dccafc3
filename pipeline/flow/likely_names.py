"""Which name a caller has, after all that was heard of it.

Recognisers do not know names; a list of common ones does. Every answer is evidence: how unlike its
sounds are to each name, said or spelled (:mod:`pipeline.flow.sounds`), makes the name less likely,
and so does being rare. What was spelled clearly and is in no list may still be a name. Answers add
up, so that a name that is misheard differently three times is found all the same, and a name that
the caller has rejected is not proposed again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, product
from pathlib import Path
from typing import Literal

import numpy as np

from pipeline.flow import sounds
from pipeline.flow.names import NO_NAME
from pipeline.flow.sounds import Floats, Sounds

Part = Literal["first", "last"]
PARTS: tuple[Part, ...] = ("first", "last")
Asked = Literal["first", "last", "full", "any"]
"""What an answer holds: one part, the full name, or nobody knows which of these."""

_SHARPNESS = 5.0
"""Nats per unit of cost: what an exchanged consonant makes a name less likely."""
_UNLISTED = 13.0
"""Nats against a name that is in no list."""
_RARE = 0.75
"""Power of the rank by which names become rarer (Zipf's law, less steep)."""
_EXACT = 0.5
"""Cost that is taken off a name heard exactly: recognisers rarely write a wrong name right."""
_DEAREST = 6.0
"""Cost that no answer exceeds: words that are no name at all say nothing against any."""
_LETTERS_AT_LEAST = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """What was heard when a name was asked for."""

    asked: Asked
    words: str
    """Lowercase, with letters by themselves; without "my name is" and the like."""
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One word of a name, and how likely it is."""

    word: str
    likelihood: float


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest name, in lower case."""

    first: Candidate
    last: Candidate
    likelihood: float
    """Of both together, 0..1."""
    vague: Mapping[Part, bool]
    """Whether another name that sounds the same is about as likely: only spelling tells."""

    @property
    def name(self) -> str:
        return f"{self.first.word} {self.last.word}"


def likely(answers: Sequence[Answer], rejected: Iterable[str] = ()) -> Likely:
    """The name after all ``answers``, other than those ``rejected``."""
    found = {part: _likelihoods(part, tuple(answers)) for part in PARTS}
    wrong = set(rejected)
    pairs = [
        (first.likelihood * last.likelihood, first, last)
        for first, last in product(found["first"], found["last"])
    ]
    gone = sum(p for p, first, last in pairs if f"{first.word} {last.word}" in wrong)
    left = [p for p in pairs if f"{p[1].word} {p[2].word}" not in wrong]
    p, first, last = max(left, key=lambda pair: pair[0])
    chosen = {"first": first, "last": last}
    vague = {part: _vague(part, chosen[part], found[part]) for part in PARTS}
    return Likely(first, last, p / max(1e-9, 1 - gone), vague)


def named(said: Sequence[str]) -> bool:
    """Whether a common first name is said, and behind it a word that may be the last."""
    first = _listed("first").words
    return any(a in first and b not in NO_NAME for a, b in pairwise(said))


def _vague(part: Part, best: Candidate, others: Sequence[Candidate]) -> bool:
    sound = _listed(part).sound
    return any(
        other.likelihood > best.likelihood / 3
        and other.word != best.word
        and sound(other.word) == sound(best.word)
        for other in others
    )


# --- evidence -----------------------------------------------------------------------------------


class _Names:
    """Words for one part of a name, to be compared with what was heard."""

    def __init__(self, words: Sequence[str], respelled: Sequence[str] | None = None) -> None:
        """``respelled``: the same as they sound, if it is not as they are spelled."""
        self.words = tuple(words)
        self._sounds = [sounds.of_word(word) for word in respelled or words]
        self.said = Sounds(self._sounds)
        self.backwards = Sounds([sound[::-1] for sound in self._sounds])
        self.spelled = Sounds([sounds.of_letters(word) for word in words])
        self._places: dict[str, list[int]] = {}
        for place, sound in enumerate(self._sounds):
            self._places.setdefault(sound, []).append(place)

    def heard_in(self, words: str) -> Floats:
        """What it saves a name that a word of the answer sounds exactly like it."""
        saved = np.zeros(len(self.words), np.float32)
        for word in words.split():
            saved[self._places.get(sounds.of_word(word), [])] = _EXACT
            if word in self.words:
                saved[self._places[self.sound(word)]] = _EXACT
        return saved

    def sound(self, word: str) -> str:
        """How one of the words sounds."""
        return self._sounds[self.words.index(word)] if word in self.words else ""


_OTHER: Mapping[Part, Part] = {"first": "last", "last": "first"}


@cache
def _listed(part: Part) -> _Names:
    text = (Path(__file__).parent / "common_names.txt").read_text()
    entries = text.partition(f"= {part}\n")[2].partition("\n= ")[0].split()
    pairs = [entry.partition(":") for entry in entries]
    return _Names([word for word, _, _ in pairs], [sound or word for word, _, sound in pairs])


@lru_cache(maxsize=256)
def _likelihoods(part: Part, answers: tuple[Answer, ...]) -> tuple[Candidate, ...]:
    """The likeliest words for one part, best first."""
    listed = _listed(part)
    new = _Names([word for word in _spelled(part, answers) if word not in listed.words])
    costs = np.zeros(len(listed.words) + len(new.words))
    for answer in dict.fromkeys(answers):
        cost = np.concatenate((_listed_costs(part, answer), _costs(part, answer, new)))
        costs += _weight(answer) * np.minimum(cost, cost.min() + _DEAREST)
    rare = _RARE * np.log(np.arange(1, len(listed.words) + 1))
    scores = -_SHARPNESS * costs - np.concatenate((rare, np.full(len(new.words), _UNLISTED)))
    weights = np.exp(scores - scores.max())
    weights /= weights.sum()
    words = listed.words + new.words
    return tuple(Candidate(words[i], float(weights[i])) for i in np.argsort(-weights)[:8])


def _weight(answer: Answer) -> float:
    """What an answer counts: letters are the surer source."""
    known = 0.4 + 0.6 * answer.confidence
    return known if answer.asked in ("first", "last") or _split(answer.words)[1] else known * 0.9


def _spelled(part: Part, answers: Sequence[Answer]) -> list[str]:
    """Words that were spelled letter by letter."""
    runs = ["".join(_split(a.words)[1]) for a in answers if a.asked != _OTHER[part]]
    return list(dict.fromkeys(run for run in runs if len(run) >= _LETTERS_AT_LEAST))


def _split(words: str) -> tuple[list[str], list[str]]:
    """The words that are said, and the letters that end them."""
    said = words.split()
    letters: list[str] = []
    while said and re.fullmatch("[a-z]", said[-1]):
        letters.insert(0, said.pop())
    return said, letters if len(letters) >= _LETTERS_AT_LEAST else []


@lru_cache(maxsize=512)
def _listed_costs(part: Part, answer: Answer) -> Floats:
    return _costs(part, answer, _listed(part))


def _costs(part: Part, answer: Answer, names: _Names) -> Floats:
    """Of taking ``answer`` for each of ``names``, the other part being whatever fits best."""
    if not names.words:
        return np.zeros(0, np.float32)
    if answer.asked == part:
        alone: Floats = _alone(answer.words, names) - names.heard_in(answer.words)
        return alone
    if answer.asked == _OTHER[part]:
        return np.zeros(len(names.words), np.float32)
    said, letters = _split(answer.words)
    costs: Floats = _beside(part, sounds.of_words(said), names) - names.heard_in(answer.words)
    if answer.asked == "full":
        if part == "last" and letters:
            costs += names.spelled.costs(sounds.of_words(letters))[:, -1]
        return costs
    other = _alone(answer.words, _listed(_OTHER[part])).min()
    either: Floats = np.minimum(np.minimum(costs, _alone(answer.words, names)), other)
    return either


def _alone(words: str, names: _Names) -> Floats:
    """Of each as all that was said: said, spelled, or both."""
    said, letters = _split(words)
    heard = sounds.of_words(words.split())
    whole = np.minimum(names.said.costs(heard)[:, -1], names.spelled.costs(heard)[:, -1])
    if not said or not letters:
        return whole
    word = names.said.costs(sounds.of_words(said))[:, -1]
    both = np.minimum(word, 2.0) + names.spelled.costs(sounds.of_words(letters))[:, -1]
    return np.minimum(whole, both)


def _beside(part: Part, heard: str, names: _Names) -> Floats:
    """Of each as one part of a full name."""
    other = _listed(_OTHER[part])
    if part == "first":
        before, after = names.said.costs(heard), other.backwards.costs(heard[::-1]).min(axis=0)
    else:
        before, after = names.backwards.costs(heard[::-1]), other.said.costs(heard).min(axis=0)
    cheapest: Floats = (before + after[::-1]).min(axis=1)
    return cheapest
