"""Seeded callers who want an appointment, each in other words.

A scenario says who, when, and how: the answers to every question of the agent, for the first time
and for the next ones, in wordings that no model was trained on as they stand here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from models.train.corpus import FIRST, LAST, name_word
from models.train.values import cardinal
from pipeline.flow.business import WEEKDAYS

Topic = Literal[
    "help", "name", "first", "last", "last name", "day", "time", "yes", "more", "change",
    "wrong name", "wrong first", "wrong last", "wrong day", "wrong time",
]  # fmt: skip
"""What the agent asks: besides the obvious, to spell the ``first`` or ``last`` name, what to
``change``, and what callers speak of who hear something wrong."""

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
_PLAIN_OPENING = "i'd like to book an appointment"
_SPELLINGS = ("{1}", "{1}", "it's {1}", "{0} {1}", "sure {1}", "that's {1}", "um {1}")
_WRONG = ("no {}", "no it's {}", "no i said {}", "that's wrong it's {}", "no sorry {}")
_WRONG_PART = ("no {}", "no it's {}", "no the {1} name is {0}", "no {0} not that")
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

    name: str
    weekday: str
    time: str
    """``15:30``."""
    aside: str
    """A question that is asked before the name is given; usually none."""
    answers: Mapping[Topic, tuple[str, ...]]
    """What is said to each question, the first time, the second time, and so on; to the later ones
    what was said last."""


def scenarios(seed: int, count: int) -> Iterator[Scenario]:
    """The same for the same seed."""
    rng = random.Random(f"bookings {seed}")
    for _ in range(count):
        yield _scenario(rng)


def _scenario(rng: random.Random) -> Scenario:
    held_out = rng.random() < 0.5
    first = name_word(rng, FIRST, held_out, 0)
    last = name_word(rng, LAST, held_out, 0)
    name = f"{first} {last}"
    right, wrong = rng.sample(WEEKDAYS[:5], 2)
    hour, minute = rng.randint(8, 16), rng.choice((0, 30))
    day = rng.choice(_DAYS).format(right)
    if rng.random() < 0.15:
        day = rng.choice(_CORRECTED_DAYS).format(right=right, wrong=wrong)
    opening = rng.choice(_OPENINGS)
    aside = rng.choice(_ASIDES) if rng.random() < 0.2 else ""
    said = rng.choice(_NAMES).format(name)
    time = rng.choice(_TIMES).format(_clock(rng, hour, minute))
    yes, done = rng.choice(_YES), rng.choice(_DONE)
    clock = _clock(rng, hour, minute)

    def several(wordings: tuple[str, ...], *values: str) -> tuple[str, ...]:
        return tuple(w.format(*values) for w in rng.sample(wordings, 2))

    return Scenario(
        name=name,
        weekday=right,
        time=f"{hour:02d}:{minute:02d}",
        aside=aside,
        answers={
            "help": (opening, rng.choice(_OPENINGS), _PLAIN_OPENING),
            "name": (said, name, *several(_NAMES, name)),
            "first": several(_SPELLINGS, first, " ".join(first)),
            "last": several(_SPELLINGS, last, " ".join(last)),
            "last name": (last, f"it's {last}"),
            "day": (day, right, *several(_DAYS, right)),
            "time": (time, clock, *several(_TIMES, clock)),
            "yes": (yes, "yes", "yes that's right"),
            "more": (done, "no", "no thank you"),
            "change": ("the {}", "it's the {}"),
            "wrong name": several(_WRONG, name),
            "wrong first": (*several(_WRONG_PART, first, "first"), f"no {first} {' '.join(first)}"),
            "wrong last": (*several(_WRONG_PART, last, "last"), f"no {last} {' '.join(last)}"),
            "wrong day": several(_WRONG, right),
            "wrong time": several(_WRONG, clock),
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
