"""What callers of a clinic or a restaurant say: endless, labelled, seeded sentences.

Shared by the training of the language model (text -> intent and slots) and of the recogniser
(what there is to speak). The sentences are in ``phrases/``, the names in ``names.txt``::

    rng = random.Random(7)
    u = utterance(rng)                      # one sentence
    for u in sentences(rng): ...            # for ever
    u = utterance(rng, held_out=0.5)        # names, and half of the phrasings, training never sees
    u = utterance(rng, business="restaurant")

``Utterance.text`` is the spoken form (lowercase words, "three thirty p m", "j o n e s") and
``written`` the same sentence as a recogniser with capitals and digits prints it
("3:30 p.m.", "J-O-N-E-S").

Labels:

- ``name``: the words of the name as said; ``spelled``: letters, space separated;
- ``day``: ``today``, ``tomorrow``, ``day after tomorrow``, ``monday``, ``next monday``,
  ``march 3``, ``the 3rd``, ``in 3 days``, ``next week``, ``any``;
- ``time``: ``3:30``, ``3:30 pm``, ``15:30``, ``morning``, ``afternoon``, ``evening``, ``any``;
- ``people``: a number.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from models.train import everyday
from models.train.patterns import BUSINESSES as BUSINESSES
from models.train.patterns import PHRASES as PHRASES
from models.train.patterns import expand, measures, parse, sections
from models.train.rewording import reworded
from models.train.values import (
    Value,
    day_value,
    guests_value,
    listed,
    number_value,
    others_value,
    people_value,
    time_value,
    vague_day,
    vague_time,
)

INTENTS = listed(
    "emergency book move cancel check hours question human repeat wait goodbye yes no inform chat "
    "unclear other"
)
ASKED = ("help", "name", "people", "day", "time", "confirm", "more")
"""What the agent had asked when this was said: how to help, a slot, yes or no, anything else."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """One thing a caller says."""

    text: str
    written: str
    intent: str
    slots: dict[str, str] = field(default_factory=dict)
    asked: str = "help"
    topic: str = ""
    """What a question or small talk is about: ``parking``, ``greeting``."""
    business: str = "clinic"


# --- names -------------------------------------------------------------------------------------


_HERE = Path(__file__).parent
_NAMES = {title: " ".join(lines).split() for title, lines in sections(_HERE / "names.txt", "= ")}
FIRST, LAST = _NAMES["first"], _NAMES["last"]

_ONSET = listed("b br c ch cl d dr f fl g gr h j k kr l m n p pr r s sh st t th tr v w y z")
_NUCLEUS = listed("a a a e e i i o o u ai ea ee ie oo ou")
_CODA = ["", "", "", "n", "r", "l", "s", "m", "t", "ck", "nd", "rd", "th", "rt", "ng", "sh", "x"]
_ENDING = listed("son ton ski ez ini ova man ley field worth berg stein well ford a o i er en")


def is_held_out(word: str) -> bool:
    """Whether a name is kept for evaluation: one word in eight, by checksum."""
    return zlib.crc32(word.encode()) % 8 == 7


def pseudo_name(rng: random.Random) -> str:
    """A pronounceable name that nobody has: two to four syllables."""
    word = "".join(
        rng.choice(_ONSET)
        + rng.choice(_NUCLEUS)
        + (rng.choice(_CODA) if rng.random() < 0.5 else "")
        for _ in range(rng.choice((1, 2, 2, 2, 3)))
    )
    return (word + rng.choice(_ENDING) if rng.random() < 0.4 or len(word) < 4 else word)[:12]


def name_word(rng: random.Random, source: list[str], held_out: bool, pseudo: float) -> str:
    """One first or last name from the wanted side of the held-out split."""
    while True:
        word = pseudo_name(rng) if rng.random() < pseudo else rng.choice(source)
        if is_held_out(word) == held_out:
            return word


# --- what is asked, and how often ----------------------------------------------------------------

_MIX = {"help": 0.36, "name": 0.17, "day": 0.15, "time": 0.14, "confirm": 0.13, "more": 0.05}
_PEOPLE = 0.1
"""Share of questions for the number of people, where they are asked."""
_ELSEWHERE = 0.28
"""Share of sentences that do not answer what was asked."""
_NOT_BEFORE_YES = ("chat/praise", "chat/greeting")
"""What would say yes where a yes is awaited: *great*."""


class _Slots:
    """Draws the slot values of one sentence, each once, and remembers the labels."""

    def __init__(self, rng: random.Random, held_out: bool, pseudo: float) -> None:
        self.rng, self.held_out, self.pseudo = rng, held_out, pseudo
        self.labels: dict[str, str] = {}

    def draw(self, slot: str) -> tuple[str, str]:
        """The spoken and the written form of ``slot``."""
        return _DRAW[slot](self)

    def word(self, source: list[str]) -> str:
        return name_word(self.rng, source, self.held_out, self.pseudo)

    def name(self) -> tuple[str, str]:
        first, last = self.word(FIRST), self.word(LAST)
        parts = [first, last]
        if self.rng.random() < 0.04:
            parts.insert(1, self.word(FIRST))
        return self._name(" ".join(parts))

    def one(self, source: list[str], *, title: bool = False) -> tuple[str, str]:
        word = self.word(source)
        if "name" in self.labels:
            self.labels["name"] += f" {word}"
        else:
            self.labels["name"] = word
        return word, word.title()

    def plain(self, draw: Callable[[random.Random], str]) -> tuple[str, str]:
        words = draw(self.rng)
        return words, words

    def _name(self, text: str) -> tuple[str, str]:
        self.labels["name"] = text
        return text, text.title().replace("'S", "'s")

    def spell(self, word: str) -> tuple[str, str]:
        letters = [c for c in word if c.isalpha()]
        self.labels["spelled"] = " ".join(letters)
        return " ".join(letters), self.rng.choice(["-", ", ", " "]).join(c.upper() for c in letters)

    def day(self, labelled: bool, preposition: bool) -> tuple[str, str]:
        (label, spoken, written), lead = day_value(self.rng)
        if labelled:
            self.labels["day"] = label
        lead = f"{lead} " if lead and preposition else ""
        return lead + spoken, lead + written

    def time(self, labelled: bool, preposition: bool) -> tuple[str, str]:
        if preposition and self.rng.random() < 0.12:
            return self.vague("time")
        (label, spoken, written), lead = time_value(self.rng)
        if labelled:
            self.labels["time"] = label
        if preposition:
            lead = self.rng.choice([lead] * 6 + ["around", "about", "for", "at around", "at about"])
            return f"{lead} {spoken}", f"{lead} {written}"
        return spoken, written

    def vague(self, slot: str) -> tuple[str, str]:
        label, spoken, written = vague_day(self.rng) if slot == "day" else vague_time(self.rng)
        self.labels[slot] = label
        return spoken, written

    def people(self, draw: Callable[[random.Random], Value]) -> tuple[str, str]:
        self.labels["people"], spoken, written = draw(self.rng)
        return spoken, written

    def more(self, value: Value) -> tuple[str, str]:
        label, spoken, written = value
        self.labels["people"] = str(int(self.labels["people"]) + int(label))
        return spoken, written


_DRAW: dict[str, Callable[[_Slots], tuple[str, str]]] = {
    "{name}": lambda s: s.name(),
    "{first}": lambda s: s.one(FIRST),
    "{last}": lambda s: s.one(LAST),
    "{wrong_name}": lambda s: (lambda n: (n, n.title()))(f"{s.word(FIRST)} {s.word(LAST)}"),
    "{spelled_last}": lambda s: s.spell(s.labels["name"].split()[-1]),
    "{spelled_only}": lambda s: s.spell(s.word(LAST)),
    "{day}": lambda s: s.day(True, False),
    "{on_day}": lambda s: s.day(True, True),
    "{old_day}": lambda s: s.day(False, False),
    "{on_old_day}": lambda s: s.day(False, True),
    "{wrong_day}": lambda s: s.day(False, False),
    "{vague_day}": lambda s: s.vague("day"),
    "{time}": lambda s: s.time(True, False),
    "{at_time}": lambda s: s.time(True, True),
    "{wrong_time}": lambda s: s.time(False, False),
    "{vague_time}": lambda s: s.vague("time"),
    "{people}": lambda s: s.people(people_value),
    "{number}": lambda s: s.people(number_value),
    "{wrong_number}": lambda s: number_value(s.rng)[1:],
    "{few}": lambda s: s.more(number_value(s.rng, most=4)),
    "{others}": lambda s: s.people(others_value),
    "{guests}": lambda s: s.people(guests_value),
    "{thing}": lambda s: s.plain(everyday.thing),
    "{things}": lambda s: s.plain(everyday.things),
    "{deed}": lambda s: s.plain(everyday.deed),
    "{remark}": lambda s: s.plain(everyday.remark),
    "{query}": lambda s: s.plain(everyday.query),
}
_FILLERS = listed("um um uh uh er like well so okay yeah hmm")
_BEFORE = (
    "hi|hello|hey|yeah hi|yes hello|okay so|so|well|listen|look|right so|yeah|oh|ah|actually|sorry"
    "|excuse me|quick question|i was just wondering|i just wanted to ask|maybe you can help me"
    "|i'm calling because|the thing is|you see|good morning|good afternoon|and|one thing|tell me"
).split("|")
_AFTER = (
    "please|please|thanks|thank you|if possible|if that's okay|if you don't mind|today|for me|then"
    "|you know|right|okay|i think|actually|by the way|at all|now|if i may ask|my dear|sir|ma'am"
).split("|")


def _disfluent(rng: random.Random, words: list[str]) -> list[str]:
    """Fillers and restarts between words, never inside a slot."""
    out: list[str] = []
    for word in words:
        if rng.random() < 0.06:
            out.append(rng.choice(_FILLERS))
        if rng.random() < 0.02 and not word.startswith("{"):
            out.append(word)
        out.append(word)
    return out


def _framed(rng: random.Random, words: list[str], intent: str) -> list[str]:
    """Words that change nothing, before or after; not around what they could be part of."""
    if intent in ("inform", "yes", "no", "goodbye", "chat", "repeat", "wait", "unclear"):
        return words
    before = rng.choice(_BEFORE).split() if rng.random() < 0.12 else []
    after = rng.choice(_AFTER).split() if rng.random() < 0.08 and "{" not in words[-1] else []
    return before + words + after


def _finish(rng: random.Random, text: str, intent: str) -> str:
    text = re.sub(r"\bi\b(?=[ ']|$)", "I", text)
    mark = "?" if intent in ("hours", "question", "check") else rng.choice([".", ".", "", "!", "?"])
    return text[:1].upper() + text[1:] + (mark if not text.endswith(".") else "")


def render(
    rng: random.Random,
    pattern: str,
    label: str,
    asked: str,
    *,
    business: str = "clinic",
    held_out: bool = False,
    pseudo: float = 0.25,
    otherwise: float = 0.0,
) -> Utterance:
    """Expand one pattern; ``pseudo`` is the share of names made of random syllables.

    ``otherwise``: the share of its phrases said in other words.
    """
    intent, _, topic = label.partition("/")
    words = expand(rng, parse(pattern))
    if otherwise:
        other = reworded(rng, words, otherwise)
        words = words if measures(business, other) else other
    words = _framed(rng, words, intent)
    if intent not in ("yes", "no", "unclear") and rng.random() < 0.3:
        words = _disfluent(rng, words)
    slots = _Slots(rng, held_out, pseudo)
    spoken, written = [], []
    for word in words:
        said, printed = slots.draw(word) if word.startswith("{") else (word, word)
        spoken.append(said)
        written.append(printed)
    order = [key for key in ("name", "spelled", "day", "time", "people") if key in slots.labels]
    return Utterance(
        " ".join(spoken),
        _finish(rng, " ".join(written), intent),
        intent,
        {key: slots.labels[key] for key in order},
        asked,
        topic,
        business,
    )


def utterance(
    rng: random.Random,
    *,
    business: str = "clinic",
    held_out: float = 0.0,
    pseudo: float = 0.25,
    asked: str | None = None,
    elsewhere: float = _ELSEWHERE,
    even: float = 0.0,
    otherwise: float = 0.0,
) -> Utterance:
    """One caller sentence.

    ``held_out``: the share of phrasings that training never draws; if not 0, neither are names.
    ``elsewhere``: the share of sentences that do not answer what was asked.
    ``even``: the share drawn with all patterns alike, whatever the weight of their intent.
    ``otherwise``: the share of phrases said in other words.
    """
    phrases = PHRASES[business]
    if asked is None:
        asked = rng.choices(list(_MIX), list(_MIX.values()))[0]
        if "people" in phrases and rng.random() < _PEOPLE:
            asked = "people"
    goal = asked != "help" and rng.random() < 0.06
    if held_out and rng.random() < held_out:
        groups = phrases[f"held out {asked}"]
    elif goal:
        groups = phrases["help"]
    elif rng.random() < elsewhere:
        groups = phrases["anywhere"]
    else:
        groups = phrases[asked]
    alike = even > 0 and rng.random() < even
    weights = [len(patterns) if alike else weight for weight, patterns in groups.values()]
    while True:
        label = rng.choices(list(groups), weights)[0]
        pattern = rng.choice(groups[label][1])
        answer = goal and label == "book" and "{" in pattern  # "something on friday?" is an answer
        if not answer and not (asked == "confirm" and label in _NOT_BEFORE_YES):
            break
    return render(
        rng,
        pattern,
        label,
        asked,
        business=business,
        held_out=bool(held_out),
        pseudo=pseudo,
        otherwise=otherwise,
    )


def sentences(
    rng: random.Random, *, business: str = "clinic", held_out: float = 0.0, pseudo: float = 0.25
) -> Iterator[Utterance]:
    """Caller sentences without end."""
    while True:
        yield utterance(rng, business=business, held_out=held_out, pseudo=pseudo)


if __name__ == "__main__":
    import sys

    source = sentences(random.Random(0), business=sys.argv[1] if len(sys.argv) > 1 else "clinic")
    for _ in range(40):
        u = next(source)
        print(f"{u.asked:8} {u.intent:9} {u.text}  |  {u.written}  {u.slots}")
