"""What the flow remembers of one call. Immutable: a turn makes a new one, which commit installs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from typing import Literal

from pipeline.flow.dates import DayRange
from pipeline.flow.intents import Subject, Understanding
from pipeline.flow.naming import Naming
from pipeline.flow.prompts import Asked

ASK_HELP = "How can I help you?"

Goal = Literal["book", "move", "cancel", "check"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A day and a time at which an appointment can begin."""

    day: date
    time: time


@dataclass(frozen=True, slots=True)
class Booked:
    """An appointment found in the book."""

    id: int
    name: str
    slot: Slot


@dataclass(frozen=True, slots=True)
class State:
    """Goal, what is known for it, and what the agent asked last."""

    goal: Goal | None = None
    asked: Asked = "help"
    question: str = ASK_HELP
    """The agent's last question, for "pardon?" and for going on after a digression."""
    name: str | None = None
    """As it is spoken and stored: ``Sarah Mitchell``."""
    naming: Naming = field(default_factory=Naming)
    """How the name is found out."""
    day: DayRange | None = None
    time: str | None = None
    """The label as said; its half of the day depends on the day."""
    people: int | None = None
    found: Booked | None = None
    """The appointment to move, cancel or tell."""
    offer: Slot | None = None
    """The free slot that the agent asked about."""
    read_back: bool = False
    """Whether the agent asked about all of it, name included, so that a yes is final."""
    changed: tuple[Subject, ...] = ()
    """What the caller said was wrong without saying what is right."""
    leaving: bool = False
    """Whether the caller said goodbye to a question that still waits for yes or no."""
    unknown: int = 0
    """Names in a row under which nothing is booked."""
    silences: int = 0
    """In a row."""
    doubted: Understanding | None = None
    """What the last words meant if they were heard too poorly to act on."""
    misses: int = 0
    """Turns in a row that brought nothing: unclear words or failures."""
    asides: int = 0
    """Turns in a row of small talk, or of what is not the business's affair, for an answer."""
