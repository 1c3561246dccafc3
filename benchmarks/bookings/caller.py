"""Somebody who wants an appointment and listens: answers what is asked, objects to what is wrong.

People cannot hear how a name is spelled. So a name that is read back is right to them if it sounds
right, by the phonemes of espeak, unless the agent spells it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import time
from functools import cache

from piper.phonemize_espeak import EspeakPhonemizer

from benchmarks.bookings.scenarios import Scenario, Topic
from pipeline.flow import lines
from pipeline.flow.business import WEEKDAYS
from pipeline.flow.dates import say_time

_NAMED = re.compile(r"(?:An appointment for|Is your name) (.+?)(?: on \w+day, .*|\?)$")
_SPELLED = re.compile(r"(\S+), spelled ((?:[A-Z'-] ?)+),?")
_DATED = re.compile(r"(\w+day), \w+ \d+ at (\d+(?::\d+)? [AP]M|noon)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a caller does in answer."""

    words: str = ""
    keys: str = ""
    """Pressed instead of speaking."""


_TURNS = 24
"""A caller gives up after so many."""
_SUBJECTS = {
    "wrong name": "name",
    "wrong first": "name",
    "wrong last": "name",
    "wrong time": "time",
}


class Caller:
    """One caller, in one call."""

    def __init__(self, scenario: Scenario) -> None:
        """Wants what the scenario says."""
        self._scenario = scenario
        self._aside = scenario.aside
        self._asked: Counter[Topic] = Counter()
        self._turns = 0
        self._content = True
        """Whether what was read back last was right."""
        self._complaint: Topic | None = None
        """What was wrong when something last was."""

    def answer(self, agent: str) -> Answer | None:
        """To all that the agent says in one turn; None from one who has had enough of it."""
        self._turns += 1
        if self._turns > _TURNS:
            return None
        if keys := self._keys(agent):
            return Answer(keys=keys)
        topic = _topic(agent)
        if topic == "name" and self._aside:
            self._aside, aside = "", self._aside
            return Answer(aside)
        if topic == "yes":
            wrong = self._wrong(agent)
            self._content = wrong is None
            self._complaint = wrong or self._complaint
            return Answer(self._say(wrong or "yes"))
        if topic == "change":
            return Answer(self._say(topic).format(_SUBJECTS.get(self._complaint or "", "day")))
        return Answer(self._say(topic))

    def _say(self, topic: Topic) -> str:
        tries = self._scenario.answers[topic]
        words = tries[min(self._asked[topic], len(tries) - 1)]
        self._asked[topic] += 1
        return words

    def _wrong(self, agent: str) -> Topic | None:
        """What is wrong of what was read back; None if it is right."""
        if named := _NAMED.search(agent):
            first, last = _wrong_parts(named[1], self._scenario.name)
            if first or last:
                return "wrong name" if first and last else "wrong first" if first else "wrong last"
        if dated := _DATED.search(agent):
            if dated[1].lower() != self._scenario.weekday:
                return "wrong day"
            if dated[2] != say_time(time.fromisoformat(self._scenario.time)):
                return "wrong time"
        return None

    def _keys(self, agent: str) -> str:
        """What is pressed where the agent leaves no other way."""
        if agent.endswith(lines.PRESS):
            return "1" if self._content and not self._asked["more"] else "2"
        if agent.endswith(lines.KEY_DAY):
            return str(WEEKDAYS.index(self._scenario.weekday) + 1)
        if agent.endswith(lines.KEY_TIME):
            return self._scenario.time.replace(":", "")
        return ""


def _topic(agent: str) -> Topic:
    """What the agent wants to know: its last question that is no yes-or-no question."""
    asked = {
        agent.rfind(question): topic
        for topic, questions in _QUESTIONS.items()
        for question in questions
    }
    last = max(asked)
    return asked[last] if last > max(map(agent.rfind, _TO_CONFIRM)) else "yes"


_TO_CONFIRM = ("Is that right?", "Is your name", " work?", "Shall I")
_QUESTIONS: dict[Topic, tuple[str, ...]] = {
    "help": (lines.ASK_HELP,),
    "name": (lines.ASK_NAME, lines.ASK_NAME_AGAIN),
    "first": (lines.SPELL["first"],),
    "last": (lines.SPELL["last"],),
    "last name": (lines.ASK_LAST_NAME,),
    "day": (lines.ASK_DAY, lines.ASK_CHANGE, lines.JUST_DAY),
    "time": (lines.ASK_TIME, lines.JUST_TIME),
    "change": (lines.ASK_WHAT,),
    "more": (lines.ASK_MORE,),
}


def _wrong_parts(heard: str, wanted: str) -> tuple[bool, bool]:
    """Whether first and last name differ in ``heard``, by letters where it was spelled."""
    letters = {word: "".join(spelled.split()).lower() for word, spelled in _SPELLED.findall(heard)}
    said = _SPELLED.sub(r"\1", heard).replace(",", "").split()
    words = wanted.split()
    if len(said) != 2:
        return True, True
    wrong = [
        letters[one] != other if one in letters else sound(one.lower()) != sound(other)
        for one, other in zip(said, words, strict=True)
    ]
    return wrong[0], wrong[1]


@cache
def sound(word: str) -> str:
    """The phonemes of a word, without stress and length."""
    (phonemes,) = _phonemizer().phonemize("en-us", word)
    return "".join(p for p in phonemes if p not in "ˈˌː")


@cache
def _phonemizer() -> EspeakPhonemizer:
    return EspeakPhonemizer()
