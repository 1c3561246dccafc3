"""Everyday spoken English: grammatical sentences over the lists of ``words/``, in the starter form.

`sentence` draws a set phrase or builds a statement, question, request or answer with agreement, tense,
contraction and negation. Word order and forms are right; the sense may be odd, which is meant: a recogniser
has to hear what was said rather than what was likely.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from models.train.patterns import expand, parse
from models.train.stt.clauses import (
    Predicate,
    being,
    clause,
    contracted,
    do,
    negated,
    predicate,
    tensed,
    verb_group,
    with_not,
)
from models.train.stt.inflection import articles
from models.train.stt.noun_phrases import (
    Subject,
    adjective,
    adverb,
    one,
    phrase,
    pick,
    several,
    some,
    subject,
)
from models.train.stt.wordlists import PHRASES, VERBS

LONGEST = 14
"""Words of a sentence."""


def question(rng: Random) -> str:
    """Yes or no, or with a question word."""
    who = subject(rng)
    tense, what = tensed(rng, being(rng) if rng.random() < 0.25 else predicate(rng))
    first, rest = verb_group(tense, what, who)
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
        first, rest = verb_group(tense, what, who)
        ask = pick(
            rng,
            "what|what|who|which one|which {}|what {}|what kind of {}|whose {}|how much|how many {}s",
        )
        ask = ask.replace("{}s", several(rng)).replace("{}", one(rng))
    if ask == "how come":
        return f"how come {clause(rng, who)}"
    if rng.random() < 0.12:
        short = "aren't" if first == "am" else negated(first)
        if " " not in short:
            first = short
    return f"{ask} {first} {who.text} {rest}{some(rng, 0.15, adverb(tense.when))}".strip()


def tagged(rng: Random) -> str:
    """A statement that asks for agreement."""
    who = rng.choice([Subject(w, "they") for w in ("you", "we", "they")] + [Subject(w, "it") for w in ("he", "she", "it")])  # fmt: skip
    tense, what = tensed(rng, predicate(rng))
    first, rest = verb_group(tense, what, who)
    if rng.random() < 0.4:
        return f"{with_not(rng, who, first)} {rest} {first} {who.text}"
    if first in ("do", "does", "did"):
        rest = what.form({"do": "base", "does": "third", "did": "past"}[first])
        said = f"{who.text} {rest}"
    else:
        said = f"{contracted(rng, who, first)} {rest}"
    short = negated(first)
    return f"{said} {short} {who.text}" if " " not in short else f"{said} right"


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


def listing(rng: Random) -> str:
    """Several things, doings or qualities of one kind in a row."""
    kind, count = rng.random(), rng.choice([2, 2, 3, 3, 4])
    if kind < 0.5:
        lead, draw = (
            pick(rng, "|||i need |we have |there's |it's |do you have |between ||"),
            phrase(pick(rng, "food|thing|person|place|idea|event|")),
        )
    elif kind < 0.8:
        lead, form = rng.choice([("he ", "third"), ("who ", "third"), ("she ", "third"), ("it ", "third"), ("", "third"), ("i ", "past"), ("we ", "past"), ("they've ", "done"),
                                 ("", "doing"), ("i'm ", "doing"), ("", "doing"), ("to ", "base")])  # fmt: skip
        verbs = VERBS[pick(rng, "alone|thing|person|food|idea")]

        def draw(rng: Random) -> str:
            verb = verbs.draw(rng)
            return f"{getattr(verb, form)} {verb.particle}".strip()
    else:
        lead, draw = (
            pick(rng, "it's |that's |he's |they're |you're |she was |i feel ||"),
            lambda r: adjective(r),
        )
    *items, last = (draw(rng) for _ in range(count))
    return f"{lead}{' '.join(items)} {pick(rng, 'and|and|or|but')} {last}"


# --- sentences -----------------------------------------------------------------------------------

_NUMBERS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fifteen eighteen twenty thirty forty fifty sixty seventy"
    " eighty ninety".split()
)
_SLOTS: dict[str, Callable[[Random], str]] = {
    **{kind: phrase(kind) for kind in ("thing", "person", "place", "food", "idea", "event")},
    "doing": lambda rng: do(rng, "doing"), "done": lambda rng: do(rng, "done"),
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
    set_phrase: 17, statement: 34, question: 12, listing: 14, request: 7, joined: 6, relative: 5, existing: 3, tagged: 3,
}  # fmt: skip


def sentence(rng: Random) -> str:
    """One sentence of 1 to `LONGEST` words."""
    while True:
        text = rng.choices(list(SENTENCES), list(SENTENCES.values()))[0](rng)
        if len(text.split()) <= LONGEST:
            return articles(" ".join(text.lower().split()))
