"""Everyday spoken English: grammatical sentences over the lists of ``words/``, in the starter form.

`sentence` draws a set phrase or builds a statement, question, request or answer with agreement, tense,
contraction and negation. Word order and forms are right; the sense may be odd, which is meant: a recogniser
has to hear what was said rather than what was likely.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from models.train.patterns import expand, parse
from models.train.stt.inflection import articles
from models.train.stt.noun_phrases import (
    Subject,
    adjective,
    adverb,
    object_of,
    one,
    phrase,
    pick,
    several,
    some,
    subject,
)
from models.train.stt.wordlists import ADJECTIVES, PHRASES, VERBS, Verb

LONGEST = 14
"""Words of a sentence."""


# --- verb phrases --------------------------------------------------------------------------------

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


def _being(rng: Random) -> Predicate:
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
    **{_acts(kind): len(VERBS[kind]) / 8 for kind in ("thing", "person", "food", "idea", "place", "clothes")},
    _alone: len(VERBS["alone"]) / 6, _going: 6, _thinking: 7, _wanting: 8, _liking: 6, _giving: 6,
    _asking: 4, _making: 3, _linking: 4,
}  # fmt: skip


def predicate(rng: Random) -> Predicate:
    """A verb with what belongs to it."""
    return rng.choices(list(PREDICATES), list(PREDICATES.values()))[0](rng)


def do(rng: Random, form: str) -> str:
    """A predicate in the form `form` of `Verb`: ``base``, ``doing``, ``done``."""
    what = rng.choice([_alone, _going, _acts("thing"), _acts("person"), _acts("food"), _acts("idea"), _being, predicate])  # fmt: skip
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
    Tense("do", "", "base"): 20, Tense("did", "", "base", "time past"): 18, Tense("be", "", "doing"): 13,
    Tense("was", "", "doing", "time past"): 4, Tense("have", "", "done"): 9, Tense("have", "been", "doing"): 2.5,
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


def _negated(word: str) -> str:
    return _NOT.get(word, f"{word}n't")


def _with_not(rng: Random, who: Subject, word: str) -> str:
    """Subject and negated first word, in one of the short forms mostly."""
    if (who.pronoun and word in ("am", "is", "are", "will") and rng.random() < 0.4) or word == "am":
        return f"{who.text}{_SHORT[word]} not"
    return f"{who.text} {_negated(word) if rng.random() < 0.9 else f'{word} not'}"


def _contracted(rng: Random, who: Subject, word: str) -> str:
    """Subject and first word, in one word where speakers make it one."""
    joins = word in _SHORT and not who.text.endswith(("s", "x", "ch", "sh", "se", "ce"))
    if joins and rng.random() < (0.8 if who.pronoun else 0.1 * (word in ("is", "has", "will"))):
        return f"{who.text}{_SHORT[word]}"
    return f"{who.text} {word}"


def _tense(rng: Random, what: Predicate) -> tuple[Tense, Predicate]:
    """A tense for the predicate, which may become one with "to"."""
    if rng.random() < 0.05:
        to, verb = rng.choices(list(_TO), list(_TO.values()))[0]
        return Tense("do", "", "base"), Predicate(verb, f"{to} {what.form('base')}")
    tense = rng.choices(list(_TENSES), list(_TENSES.values()))[0]
    if what.verb is BE and tense.form == "doing":
        tense = Tense("be", "", "base")
    return tense, what


def _words(tense: Tense, what: Predicate, who: Subject) -> tuple[str, str]:
    """The first word of the verb group, and the rest of the clause."""
    first = tense.first
    if what.verb is BE and not tense.between and first in ("do", "did", "be", "was"):
        return _finite({"do": "be", "did": "was"}.get(first, first), who), what.rest
    return _finite(first, who), f"{tense.between} {what.form(tense.form)}".strip()


def clause(rng: Random, who: Subject | None = None, what: Predicate | None = None) -> str:
    """Somebody does something, or does not."""
    who, what = who or subject(rng), what or (_being(rng) if rng.random() < 0.2 else predicate(rng))
    tense, what = _tense(rng, what)
    first, rest = _words(tense, what, who)
    often = some(rng, 0.12, adverb("frequency"))
    end = some(rng, 0.06, adverb("where")) + some(rng, 0.17, adverb(tense.when))
    if rng.random() < 0.16 and not who.text.startswith(("no ", "nobody", "neither", "nothing")):
        return f"{_with_not(rng, who, first)}{often} {rest}{end}"
    if first in ("do", "does", "did") and not tense.between:
        form = "past" if first == "did" else "third" if first == "does" else "base"
        return f"{who.text}{often} {what.form(form)}{end}"
    return f"{_contracted(rng, who, first)}{often} {rest}{end}"


def question(rng: Random) -> str:
    """Yes or no, or with a question word."""
    who = subject(rng)
    tense, what = _tense(rng, _being(rng) if rng.random() < 0.25 else predicate(rng))
    first, rest = _words(tense, what, who)
    kind = rng.random()
    ask = some(rng, 0.5, lambda r: pick(
        r, "when|where|why|why|how|how|how often|how long|how come|what time|since when|who else|how soon|for how long|in which {}|why on earth"
    ).replace("{}", one(r))).strip()  # fmt: skip
    if kind < 0.15:
        asked = Subject(pick(rng, "who|who|what|who else|which one|how many people"), "it")
        return clause(rng, asked, what)
    if kind < 0.35:
        verb = VERBS[pick(rng, "thing|food|idea|person|clothes|place")].draw(rng)
        what = Predicate(verb, verb.particle)
        first, rest = _words(tense, what, who)
        ask = pick(
            rng,
            "what|what|who|which one|which {}|what {}|what kind of {}|whose {}|how much|how many {}s",
        )
        ask = ask.replace("{}s", several(rng)).replace("{}", one(rng))
    if ask == "how come":
        return f"how come {clause(rng, who)}"
    if rng.random() < 0.12:
        negated = "aren't" if first == "am" else _negated(first)
        if " " not in negated:
            first = negated
    return f"{ask} {first} {who.text} {rest}{some(rng, 0.15, adverb(tense.when))}".strip()


def tagged(rng: Random) -> str:
    """A statement that asks for agreement."""
    who = rng.choice([Subject(w, "they") for w in ("you", "we", "they")] + [Subject(w, "it") for w in ("he", "she", "it")])  # fmt: skip
    tense, what = _tense(rng, predicate(rng))
    first, rest = _words(tense, what, who)
    if rng.random() < 0.4:
        return f"{_with_not(rng, who, first)} {rest} {first} {who.text}"
    if first in ("do", "does", "did"):
        rest = what.form({"do": "base", "does": "third", "did": "past"}[first])
        said = f"{who.text} {rest}"
    else:
        said = f"{_contracted(rng, who, first)} {rest}"
    negated = _negated(first)
    return f"{said} {negated} {who.text}" if " " not in negated else f"{said} right"


def request(rng: Random) -> str:
    """Do this, don't do that."""
    lead = pick(
        rng,
        "||||||don't |don't |please |please |please don't |let's |let's not |never |always |you should |can you |could you |could you please |would you |will you "
        "|just |let me |do |don't you |why don't we |why don't you |i'd like you to |try to |try not to |remember to |don't forget to |be sure to ",
    )
    return lead + do(rng, "base") + some(rng, 0.15, lambda r: pick(r, "please|right away|for me|if you can|will you|would you|okay|again|first"))  # fmt: skip


def statement(rng: Random) -> str:
    """A clause with what people put before and behind."""
    opening = f"{adverb('opening')(rng)} " if rng.random() < 0.12 else ""
    return opening + clause(rng) + some(rng, 0.07, adverb("ending"))


_JOINTS = (
    "because|because|if|if|when|when|but|but|and|and|so|so|or|before|after|until|since|while|although|though|as soon as|unless"
    "|even if|even though|as long as|whenever|where|once|in case|just because|so that|except that|whether or not|as if|than"
)


def joined(rng: Random) -> str:
    """Two clauses."""
    link = pick(rng, _JOINTS)
    if link not in ("but", "and", "so", "or", "than", "as if") and rng.random() < 0.3:
        return f"{link} {clause(rng)} {clause(rng)}"
    return f"{clause(rng)} {link} {clause(rng)}"


def relative(rng: Random) -> str:
    """A noun with a clause of its own."""
    kind = pick(rng, "person|thing|idea|place|food|event")
    noun = phrase(kind)(rng)
    lead = pick(
        rng,
        "|||it's |that's |this is |i know |where's |i need |here's |who's |do you know |is that |i lost |tell me about ",
    )
    if rng.random() < 0.45:
        link = Subject("who" if kind == "person" else "that", "it", pronoun=False)
        return f"{lead}{noun} {clause(rng, link)}"
    verb = VERBS[kind if kind in VERBS else "thing"].draw(rng)
    return f"{lead}{noun} {pick(rng, '|that ')}{clause(rng, what=Predicate(verb, verb.particle))}"


def existing(rng: Random) -> str:
    """There is, there are."""
    many = rng.random() < 0.5
    first = pick(rng, "are|are|were|have been|will be|might be|should be" if many else "is|is|was|has been|will be|might be|should be|must be")  # fmt: skip
    what = f"{pick(rng, 'some|any|no|two|three|a lot of|many|too many|not enough|several|other|a few|more')} {several(rng)}" if many else f"{pick(rng, 'a|a|a|no|another|one|always a|still a|only one')} {one(rng)}"  # fmt: skip
    head, _, more = first.partition(" ")
    there = (
        f"{head} there" if rng.random() < 0.3 else "there's" if head == "is" else f"there {head}"
    )
    return f"{there} {more} {what}" + some(rng, 0.4, adverb("where"))


# --- sentences -----------------------------------------------------------------------------------

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fifteen eighteen twenty thirty forty fifty sixty seventy"
    " eighty ninety".split()
)
_SLOTS: dict[str, Callable[[Random], str]] = {
    **{kind: phrase(kind) for kind in ("thing", "person", "place", "food", "idea", "event")},
    **{form: (lambda rng, form=form: do(rng, form)) for form in ("doing", "done")},
    **{name: adverb(f"time {name}") for name in ("past", "future")},
    "do": lambda rng: do(rng, "base"), "time": adverb("time any"), "where": adverb("where"),
    "noun": one, "nouns": several, "kin": lambda rng: phrase("person")(rng).split()[-1],
    "adj": lambda rng: adjective(rng, "quality").removeprefix("the "),
    "feeling": lambda rng: adjective(rng, "person").removeprefix("the "),
    "clause": clause, "number": lambda rng: rng.choice(_NUMBERS),
}  # fmt: skip


def set_phrase(rng: Random) -> str:
    """Something people say as a whole."""
    kinds = list(PHRASES)
    kind = rng.choices(kinds, [len(PHRASES[k]) for k in kinds])[0]
    words = expand(rng, parse(rng.choice(PHRASES[kind])))
    return " ".join(_SLOTS[w[1:-1]](rng) if w.startswith("{") else w for w in words)


SENTENCES: dict[Callable[[Random], str], float] = {
    set_phrase: 20, statement: 34, question: 14, request: 8, joined: 6, relative: 5, existing: 3, tagged: 3,
}  # fmt: skip


def sentence(rng: Random) -> str:
    """One sentence of 1 to `LONGEST` words."""
    while True:
        text = rng.choices(list(SENTENCES), list(SENTENCES.values()))[0](rng)
        if len(text.split()) <= LONGEST:
            return articles(" ".join(text.lower().split()))
