"""What a machine that falls behind gives up, and in which order.

A call that is on the line comes before everything that only makes it faster, and before callers
still to come: first the partials go, then speculation, then new calls are turned away. The audio of
the calls that are on the line is never touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Effort(IntEnum):
    """All that is still done; each includes the ones below it."""

    CALLS_ONLY = 0
    """Callers who are on the line are answered; new ones hear a busy tone."""
    NEW_CALLS = 1
    """Nothing is done ahead of time."""
    SPECULATION = 2
    """Replies are prepared in pauses, for which nothing is recognised ahead."""
    PARTIALS = 3
    """Everything."""


@dataclass(frozen=True, slots=True)
class OverloadOptions:
    """From which delay on what is given up. All values are milliseconds."""

    partials_ms: float = 40.0
    """Longest that a call for a model may wait while words are recognised ahead."""
    speculation_ms: float = 250.0
    """The same, for preparing replies."""
    new_calls_ms: float = 1_500.0
    """The same, for taking new calls."""

    def __post_init__(self) -> None:
        if not 0 < self.partials_ms <= self.speculation_ms:
            raise ValueError("partials_ms must be positive and at most speculation_ms")
        if self.speculation_ms > self.new_calls_ms:
            raise ValueError("speculation_ms must be at most new_calls_ms")


def effort(delay_ms: float, options: OverloadOptions = OverloadOptions()) -> Effort:
    """What to do while the call for a model that waits longest has waited for ``delay_ms``."""
    if delay_ms <= options.partials_ms:
        return Effort.PARTIALS
    if delay_ms <= options.speculation_ms:
        return Effort.SPECULATION
    if delay_ms <= options.new_calls_ms:
        return Effort.NEW_CALLS
    return Effort.CALLS_ONLY
