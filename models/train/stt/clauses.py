"""Clauses: somebody does something, with tense, agreement, contraction and negation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from models.train.stt.noun_phrases import (
    Subject,
    adjective,
    adverb,
    object_of,
    phrase,
    pick,
    some,
    subject,
)
from models.train.stt.wordlists import ADJECTIVES, VERBS, Verb

_PARTICLES = frozenset("up down off out away back together apart".split())
_ALSO_SPLIT = frozenset("put on|try on|turn on|switch on|plug in|hand in|hand over|think over|talk over|point out".split("|"))  # fmt: skip
HAVE = Verb("have", "has", "had", "had", "having")
BE = Verb("be", "is", "was", "been", "being")


@dataclass(frozen=True, slots=True)
class Predicate:
    """A verb and all that follows it."""

    verb: Verb
    rest: str = ""

    def form(self, name: str) -> str:
        """The predicate with its verb in the form `name` of `Verb`."""
        return f"{getattr(self.verb, name)} {self.rest}".strip()


def _acting(rng: Random, kind: str) -> Predicate:
    """A verb with an object of its kind, which may stand before a particle."""
    verb = VERBS[kind].draw(rng)
    what, particle = object_of(rng, kind), verb.particle
    split = particle in _PARTICLES or f"{verb.base} {particle}" in _ALSO_SPLIT
    if split and (len(what.split()) == 1 or rng.random() < 0.5):
        return Predicate(verb, f"{what} {particle}")
    return Predicate(verb, f"{particle} {what}".strip())


def _alone(rng: Random) -> Predicate:
    verb = VERBS["alone"].draw(rng)
    return Predicate(verb, verb.particle + some(rng, 0.35, adverb("manner")))


def _going(rng: Random) -> Predicate:
    return Predicate(
        VERBS["going"].draw(rng),
        adverb("way")(rng)
        if rng.random() < 0.4
        else f"{pick(rng, 'to|to|to|into|through|past|around|toward|out of|across|from|over|along|up|down')} {phrase('place')(rng)}",
    )


def _thinking(rng: Random) -> Predicate:
    verb = VERBS["that"].draw(rng)
    link = pick(rng, "|||that |that |why |how |if |where |what time |when ")
    return Predicate(verb, f"{verb.particle} {link}{clause(rng)}".strip())


def _wanting(rng: Random) -> Predicate:
    return Predicate(
        VERBS["to do"].draw(rng), f"{pick(rng, 'to|to|to|to|not to')} {do(rng, 'base')}"
    )


def _liking(rng: Random) -> Predicate:
    verb = VERBS["doing"].draw(rng)
    return Predicate(verb, f"{verb.particle} {do(rng, 'doing')}".strip())


def _giving(rng: Random) -> Predicate:
    verb, to = VERBS["giving"].draw(rng), object_of(rng, "person")
    what = phrase(pick(rng, "thing|thing|food|idea"))(rng)
    return Predicate(
        verb,
        f"{to} {what}" if rng.random() < 0.7 else f"{what} {pick(rng, 'to|for')} {to}",
    )


def _asking(rng: Random) -> Predicate:
    return Predicate(
        VERBS["asking"].draw(rng),
        f"{object_of(rng, 'person')} {pick(rng, 'to|to|to|not to')} {do(rng, 'base')}",
    )


def _making(rng: Random) -> Predicate:
    return Predicate(VERBS["making"].draw(rng), f"{object_of(rng, 'person')} {do(rng, 'base')}")


def _linking(rng: Random) -> Predicate:
    return Predicate(VERBS["linking"].draw(rng), adjective(rng))


def being(rng: Random) -> Predicate:
    kind = rng.random()
    if kind < 0.50:
        rest = adjective(rng, pick(rng, "person|quality|"))
    elif kind < 0.62:
        rest = phrase(pick(rng, "person|thing|idea|place|"))(rng)
    elif kind < 0.72:
        rest = adverb("where")(rng)
    elif kind < 0.84:
        verb = VERBS[pick(rng, "thing|person|food|idea|place")].draw(rng)
        rest = f"{verb.done} {verb.particle}".strip() + some(
            rng, 0.3, lambda r: f"by {object_of(r, 'person')}"
        )
    elif kind < 0.92:
        rest = f"{adjective(rng, pick(rng, 'person er|quality er|quality')).removeprefix('the ')} than {phrase('')(rng)}"
    else:
        rest = f"as {rng.choice(ADJECTIVES[pick(rng, 'person er|quality er')].words).base} as {phrase('')(rng)}"
    return Predicate(BE, rest)


def _acts(kind: str) -> Callable[[Random], Predicate]:
    return lambda rng: _acting(rng, kind)


PREDICATES: dict[Callable[[Random], Predicate], float] = {
    **{_acts(kind): VERBS[kind].weight / 8 for kind in ("thing", "person", "food", "idea", "place", "clothes")},
    _alone: VERBS["alone"].weight / 6, _going: 6, _thinking: 7, _wanting: 8, _liking: 6, _giving: 6,
    _asking: 4, _making: 3, _linking: 4,
}  # fmt: skip


def predicate(rng: Random) -> Predicate:
    """A verb with what belongs to it."""
    return rng.choices(list(PREDICATES), list(PREDICATES.values()))[0](rng)


def do(rng: Random, form: str) -> str:
    """A predicate in the form `form` of `Verb`: ``base``, ``doing``, ``done``."""
    what = rng.choice([_alone, _going, _acts("thing"), _acts("person"), _acts("food"), _acts("idea"), being, predicate])  # fmt: skip
    return what(rng).form(form)


# --- clauses -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tense:
    """The words around a verb: the first one agrees, is negated and is put first to ask."""

    first: str
    between: str
    form: str
    when: str = "time any"


_TENSES: dict[Tense, float] = {
    Tense("do", "", "base"): 46, Tense("did", "", "base", "time past"): 25, Tense("be", "", "doing"): 25,
    Tense("was", "", "doing", "time past"): 4, Tense("have", "", "done"): 15, Tense("have", "been", "doing"): 2.5,
    Tense("had", "", "done", "time past"): 3.5, Tense("had", "been", "doing", "time past"): 1,
    Tense("be", "going to", "base", "time future"): 4, Tense("was", "going to", "base"): 1,
    Tense("be", "about to", "base"): 0.5, Tense("be", "supposed to", "base"): 1, Tense("be", "able to", "base"): 1,
    Tense("was", "able to", "base"): 0.5, Tense("will", "", "base", "time future"): 6, Tense("would", "", "base"): 4,
    Tense("can", "", "base"): 5, Tense("could", "", "base"): 3, Tense("should", "", "base"): 3,
    Tense("might", "", "base", "time future"): 1.5, Tense("may", "", "base", "time future"): 1, Tense("must", "", "base"): 1.5,
    Tense("will", "be", "doing", "time future"): 1, Tense("will", "have", "done", "time future"): 0.7,
    Tense("would", "have", "done", "time past"): 1, Tense("could", "have", "done", "time past"): 1,
    Tense("should", "have", "done", "time past"): 1, Tense("might", "have", "done", "time past"): 0.7,
    Tense("must", "have", "done", "time past"): 0.7, Tense("will", "have to", "base", "time future"): 0.7,
    Tense("will", "be able to", "base", "time future"): 0.5, Tense("would", "like to", "base"): 2,
    Tense("would", "rather", "base"): 0.3, Tense("had", "better", "base"): 0.3, Tense("might", "be", "doing"): 0.5,
}  # fmt: skip
_TO: dict[tuple[str, Verb], float] = {
    ("to", HAVE): 5, ("to", Verb("need", "needs", "needed", "needed", "needing")): 1,
    ("got to", HAVE): 1,
}  # fmt: skip

_AGREEING = {
    "be": {"i": "am", "it": "is", "they": "are"},
    "was": {"i": "was", "it": "was", "they": "were"},
    "have": {"i": "have", "it": "has", "they": "have"},
    "do": {"i": "do", "it": "does", "they": "do"},
}
_SHORT = {"am": "'m", "is": "'s", "are": "'re", "have": "'ve", "has": "'s", "had": "'d", "will": "'ll", "would": "'d"}  # fmt: skip
_NOT = {"am": "am not", "may": "may not", "might": "might not", "will": "won't", "can": "can't", "shall": "shan't"}  # fmt: skip


def _finite(first: str, who: Subject) -> str:
    """The first word of a verb group as it agrees with `who`."""
    return _AGREEING[first][who.agrees] if first in _AGREEING else first


def negated(word: str) -> str:
    return _NOT.get(word, f"{word}n't")


def with_not(rng: Random, who: Subject, word: str) -> str:
    """Subject and negated first word, in one of the short forms mostly."""
    joins = who.pronoun and not who.text.endswith(("s", "se"))
    if word == "am" or (joins and word in ("is", "are", "will") and rng.random() < 0.4):
        return f"{who.text}{_SHORT[word]} not"
    return f"{who.text} {negated(word) if rng.random() < 0.9 else f'{word} not'}"


def contracted(rng: Random, who: Subject, word: str) -> str:
    """Subject and first word, in one word where speakers make it one."""
    joins = word in _SHORT and not who.text.endswith(("s", "x", "ch", "sh", "se", "ce"))
    if joins and rng.random() < (0.8 if who.pronoun else 0.1 * (word in ("is", "has", "will"))):
        return f"{who.text}{_SHORT[word]}"
    return f"{who.text} {word}"


def tensed(rng: Random, what: Predicate) -> tuple[Tense, Predicate]:
    """A tense for the predicate, which may become one with "to"."""
    if rng.random() < 0.05:
        to, verb = rng.choices(list(_TO), list(_TO.values()))[0]
        return Tense("do", "", "base"), Predicate(verb, f"{to} {what.form('base')}")
    tense = rng.choices(list(_TENSES), list(_TENSES.values()))[0]
    if what.verb is BE and tense.form == "doing":
        tense = Tense("be", "", "base")
    return tense, what


def verb_group(tense: Tense, what: Predicate, who: Subject) -> tuple[str, str]:
    """The first word of the verb group, and the rest of the clause."""
    first = tense.first
    if what.verb is BE and not tense.between and first in ("do", "did", "be", "was"):
        return _finite({"do": "be", "did": "was"}.get(first, first), who), what.rest
    return _finite(first, who), f"{tense.between} {what.form(tense.form)}".strip()


def clause(rng: Random, who: Subject | None = None, what: Predicate | None = None) -> str:
    """Somebody does something, or does not."""
    who, what = (
        who or subject(rng),
        what or (being(rng) if rng.random() < 0.15 else predicate(rng)),
    )
    tense, what = tensed(rng, what)
    first, rest = verb_group(tense, what, who)
    often = some(rng, 0.12, adverb("frequency"))
    end = some(rng, 0.06, adverb("where")) + some(rng, 0.17, adverb(tense.when))
    if rng.random() < 0.16 and not who.text.startswith(("no ", "nobody", "neither", "nothing")):
        return f"{with_not(rng, who, first)}{often} {rest}{end}"
    if first in ("do", "does", "did") and not tense.between:
        form = "past" if first == "did" else "third" if first == "does" else "base"
        also = some(
            rng, 0.15, lambda r: f"{pick(r, 'and|and|and|or|but|then')} {predicate(r).form(form)}"
        )
        return f"{who.text}{often} {what.form(form)}{also}{end}"
    return f"{contracted(rng, who, first)}{often} {rest}{end}"
