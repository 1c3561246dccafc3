"""The state diagram of the turn table, found by walking it; ``ARCHITECTURE.md`` shows it.

``python -m tests.audiocore.turn_diagram`` prints it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from audiocore.events import (
    AttemptFailed,
    CallAnswered,
    CallerGone,
    DtmfReceived,
    PartialHeard,
    Recognised,
    ReplyEndsCall,
    ReplyFinished,
    ReplyStarted,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    TimerFired,
    TurnEvent,
)
from audiocore.turn import Phase, TurnState, step


def events(state: TurnState) -> Iterator[tuple[str, TurnEvent]]:
    """Everything that can happen next, with its label in the diagram."""
    turn, attempt = state.turn, state.attempt
    if state.turn < 0:
        yield "call answered", CallAnswered()
        return
    yield "speech started", SpeechStarted(0)
    yield "speech paused", SpeechPaused(0)
    yield "speech resumed", SpeechResumed(0)
    yield "speech ended", SpeechEnded(0)
    yield "nothing said", Recognised(turn, attempt, "nothing")
    yield "backchannel", Recognised(turn, attempt, "backchannel")
    yield "words", Recognised(turn, attempt, "words")
    yield "unclear", Recognised(turn, attempt, "unclear")
    yield "crowd", PartialHeard(turn, "nothing")
    yield "words so far", PartialHeard(turn, "words")
    yield "reply started", ReplyStarted(turn, attempt)
    yield "reply finished", ReplyFinished(turn, attempt)
    yield "goodbye", ReplyEndsCall(turn, attempt, "completed")
    yield "stage failed", AttemptFailed(turn, attempt)
    yield "silence", TimerFired("silence")
    yield "no reply in time", TimerFired("reply")
    yield "keys entered", TimerFired("digits")
    yield "key pressed", DtmfReceived("1")
    yield "caller gone", CallerGone("hung up")


def _shape(state: TurnState) -> TurnState:
    """The state without its counters, which would make the walk endless."""
    paused = None if state.paused is None else replace(state.paused, turn=0, attempt=0)
    digits = "1" if state.digits else ""
    return replace(
        state, turn=min(state.turn, 1), attempt=0, attempts=0, paused=paused, digits=digits
    )


def transitions() -> dict[tuple[Phase, Phase], set[str]]:
    """Which events lead from one phase to another, over all reachable states."""
    found: dict[tuple[Phase, Phase], set[str]] = defaultdict(set)
    seen: set[TurnState] = set()
    walk = [TurnState()]
    while walk:
        state = walk.pop()
        for label, event in events(state):
            after, _ = step(state, event)
            if after.phase is not state.phase:
                found[state.phase, after.phase].add(label)
            if _shape(after) not in seen:
                seen.add(_shape(after))
                walk.append(after)
    return found


def diagram() -> str:
    """Mermaid source, in a stable order."""
    order = list(Phase)
    lines = ["stateDiagram-v2", "    [*] --> listening"]
    for (before, after), labels in sorted(
        transitions().items(), key=lambda item: [order.index(phase) for phase in item[0]]
    ):
        names = [phase.value.replace(" ", "_") for phase in (before, after)]
        lines.append(f"    {names[0]} --> {names[1]}: {', '.join(sorted(labels))}")
    return "\n".join([*lines, "    ended --> [*]"])


if __name__ == "__main__":
    print(diagram())
