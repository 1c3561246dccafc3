"""Seeded callers who want an appointment, each in other words.

A scenario says who, when, and how: the answers to every question of the agent, in wordings that no
model was trained on as they stand here.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass

from models.train.corpus import FIRST, LAST, name_word
from models.train.values import cardinal
from pipeline.flow.clinic import WEEKDAYS

_OPENINGS = (
    "hi i'd like to book an appointment",
    "hello could i get an appointment please",
    "i need to see a doctor",
    "good morning i want to make an appointment",
    "yeah hi um i'd like to come in for a checkup",
    "can i schedule a visit please",
    "hello i'm calling to set up an appointment",
    "i was hoping to get an appointment this week",
    "my back hurts and i'd like to see someone",
    "hey there can you fit me in for an appointment",
)
_NAMES = (
    "{}",
    "{}",
    "my name is {}",
    "it's {}",
    "um this is {}",
    "yes it's {} please",
    "{} is my name",
    "i'm {}",
    "sure {}",
    "the name is {}",
)
_DAYS = (
    "{}",
    "on {}",
    "{} please",
    "how about {}",
    "um {} would be good",
    "could we do {}",
    "maybe {}",
    "{} works best for me",
    "i can come on {}",
    "{} if you have anything",
)
_CORRECTED_DAYS = ("{wrong} no sorry {right}", "not {wrong} {right}", "{wrong} i mean {right}")
_TIMES = (
    "{}",
    "at {}",
    "{} please",
    "around {}",
    "how about {}",
    "could i come at {}",
    "um maybe {}",
    "{} would be great",
    "let's say {}",
    "do you have {}",
)
_YES = (
    "yes",
    "yes please",
    "that's right",
    "yeah that's correct",
    "yep",
    "correct",
    "sounds good",
    "perfect thank you",
    "yes that works",
    "exactly",
)
_DONE = ("no thank you", "no that's all", "that's it thanks", "nope i'm all set", "no goodbye")
_ASIDES = (
    "what are your opening hours",
    "is there parking",
    "where are you located",
    "how long does a visit take",
    "do you take insurance",
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One caller."""

    opening: str
    aside: str
    """A question that is asked before the name is given; usually none."""
    name: str
    weekday: str
    time: str
    """``15:30``."""
    answers: dict[str, str]
    """By what is asked: name, day, time, confirm, more."""

    def lines(self) -> list[str]:
        """What is said in a call in which nothing has to be asked twice."""
        return [self.opening, *([self.aside] if self.aside else []), *self.answers.values()]

    def toml(self, recordings: list[str] | None = None) -> str:
        """A script for ``audiocore call --script``; texts, or recordings beside it."""
        expect = {"name": self.name, "date": self.weekday, "time": self.time}
        parts = ["settle_ms = 700", "", "[expect]"]
        parts += [f"{key} = {json.dumps(value)}" for key, value in expect.items()]
        for i, words in enumerate(self.lines()):
            said = f"text = {json.dumps(words)}"
            if recordings:
                said = f"audio = {json.dumps(recordings[i])}\nwords = {json.dumps(words)}"
            parts += ["", "[[turn]]", said]
        return "\n".join(parts) + "\n"


def scenarios(seed: int, count: int) -> Iterator[Scenario]:
    """The same for the same seed."""
    rng = random.Random(f"bookings {seed}")
    for _ in range(count):
        yield _scenario(rng)


def _scenario(rng: random.Random) -> Scenario:
    held_out = rng.random() < 0.5
    name = f"{name_word(rng, FIRST, held_out, 0)} {name_word(rng, LAST, held_out, 0)}"
    right, wrong = rng.sample(WEEKDAYS[:5], 2)
    hour, minute = rng.randint(8, 16), rng.choice((0, 30))
    day = rng.choice(_DAYS).format(right)
    if rng.random() < 0.15:
        day = rng.choice(_CORRECTED_DAYS).format(right=right, wrong=wrong)
    return Scenario(
        opening=rng.choice(_OPENINGS),
        aside=rng.choice(_ASIDES) if rng.random() < 0.2 else "",
        name=name,
        weekday=right,
        time=f"{hour:02d}:{minute:02d}",
        answers={
            "name": rng.choice(_NAMES).format(name),
            "day": day,
            "time": rng.choice(_TIMES).format(_clock(rng, hour, minute)),
            "confirm": rng.choice(_YES),
            "more": rng.choice(_DONE),
        },
    )


def _clock(rng: random.Random, hour: int, minute: int) -> str:
    half = "a m" if hour < 12 else "p m"
    spoken = cardinal((hour - 1) % 12 + 1)
    if (hour, minute) == (12, 0):
        return "noon"
    if minute:
        return rng.choice((f"half past {spoken}", f"{spoken} thirty", f"{spoken} thirty {half}"))
    part = "in the morning" if hour < 12 else "in the afternoon"
    return rng.choice((f"{spoken} o'clock", f"{spoken} {half}", f"{spoken} {part}"))
