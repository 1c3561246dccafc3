"""Where the time of one call's turns went, as the server tells it: ``GET /calls/{call_sid}`` and
``/timeline``.

Response times are never taken from here: those are measured on the wire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.telemetry import SPANS, WORK

STAGES = {"recogniser": "stt", "language model": "llm", "voice": "tts"}
"""Stage -> its worker."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """One answered utterance. All values are milliseconds."""

    endpoint: float | None
    """Last speech sample -> taken to be finished."""
    work: Mapping[str, float]
    """By stage: from its begin to its result, less the queue."""
    queue: Mapping[str, float]
    """By stage: waiting for a thread."""
    hidden: float
    """Of work and queues, what was over when the caller was taken to be finished."""
    exposed: float
    """The rest, which the caller waited for."""
    ready: bool
    """Whether the reply was there when the caller was taken to be finished."""


@dataclass(frozen=True, slots=True)
class CallStages:
    """All turns of one call."""

    turns: tuple[SpokenTurn, ...]
    wasted_attempts: int
    """Begun in a pause and thrown away, because the caller went on."""
    wasted_ms: float
    """Between the first and the last moment of these."""


def call_stages(record: Mapping[str, Any], timeline: Mapping[str, Any]) -> CallStages:
    """What both answers say about one call; of empty ones nothing."""
    timings = {turn["index"]: turn["timings_ms"] for turn in record.get("turns", [])}
    turns, wasted = [], []
    for attempt in _spoken(timeline):
        if attempt["outcome"] == "cancelled":
            at = attempt["stages_ms"].values()
            wasted.append(max(at) - min(at))
        elif "confirmed" in attempt["stages_ms"]:
            turns.append(_turn(attempt["stages_ms"], timings.get(attempt["turn"], {})))
    return CallStages(tuple(turns), len(wasted), sum(wasted))


def _spoken(timeline: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Attempts that answer speech; greetings and keys are recognised by nobody."""
    for attempt in timeline.get("attempts", []):
        if attempt["stages_ms"].keys() & {"stt_queued", "stt_start"}:
            yield attempt


def _turn(at: Mapping[str, float], timings: Mapping[str, float]) -> SpokenTurn:
    work, queue = {}, {}
    hidden = exposed = 0.0
    confirmed = at["confirmed"]
    for stage, worker in STAGES.items():
        begin, end = SPANS[WORK[worker]]
        queue[stage] = timings.get(f"queue_{worker}", 0.0)
        if begin not in at or end not in at:
            continue
        # The recogniser's own begin is after its queue; the other two wait within theirs.
        own = 0.0 if worker == "stt" else queue[stage]
        work[stage] = max(0.0, at[end] - at[begin] - own)
        first = at.get("stt_queued", at[begin]) if worker == "stt" else at[begin]
        before = max(0.0, min(at[end], confirmed) - first)
        hidden += before
        exposed += max(0.0, at[end] - first - before)
    return SpokenTurn(
        endpoint=confirmed - at["last_speech"] if "last_speech" in at else None,
        work=work,
        queue=queue,
        hidden=hidden,
        exposed=exposed,
        ready=at.get("tts_first_audio", float("inf")) <= confirmed,
    )
