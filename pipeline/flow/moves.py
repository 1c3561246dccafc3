"""The events and actions of the graph: what happens in a conversation, and what is done."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.flow import tools
from pipeline.flow.intents import Understanding
from pipeline.flow.prompts import Situation
from pipeline.flow.state import State
from pipeline.interfaces.stores import ToolResult

# --- what happens ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Started:
    """The call is up."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The caller said something."""

    said: Understanding
    sure: bool = True
    """Whether the words were heard well enough to act on."""
    heard: float = 1.0
    """Probability that they were heard right, as far as the recogniser knows."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody spoke for a while."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The caller's words could not be had, or a tool or model failed."""


@dataclass(frozen=True, slots=True)
class ToolDone:
    """A tool answered."""

    tool: tools.Tool
    result: ToolResult


@dataclass(frozen=True, slots=True)
class ToolLate:
    """A tool took too long to be waited for; whether a change was made is not known."""

    tool: tools.Tool


Event = Started | Understood | Silence | Failure | ToolDone | ToolLate

# --- what to do about it ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Speak:
    """Say exactly this."""

    text: str
    protected: bool = False
    """Whether the caller's words may not cut it off."""


@dataclass(frozen=True, slots=True)
class Improvise:
    """Let the language model say something fitting."""

    situation: Situation


@dataclass(frozen=True, slots=True)
class Use:
    """Run this tool; its answer is the next event."""

    tool: tools.Tool


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call after what was said."""

    reason: str


Action = Speak | Improvise | Use | HangUp
Result = tuple[State, tuple[Action, ...]]
