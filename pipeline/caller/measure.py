"""What a call's wire log says about speed. All values are milliseconds.

response: last voiced frame of the caller sent -> first voiced agent frame received.
barge-in: first voiced frame of the caller sent, over the agent's voice -> ``clear`` received.
greeting: ``start`` sent -> first voiced agent frame received.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from audiocore.units import FRAME_MS, SAMPLES_PER_MS
from pipeline.caller.phone import CallResult, Said

MAX_LEAD_MS = 400
"""Agents may send this far ahead; only frames after it show whether pacing keeps up."""


def greeting_ms(result: CallResult) -> float | None:
    """None when the agent never spoke."""
    return next((at for at, _, voiced in result.arrivals if voiced), None)


def response_ms(result: CallResult, said: Said) -> float | None:
    """None when nothing answered before the caller spoke again."""
    later = [other.began_ms for other in result.said if other.began_ms > said.began_ms]
    until = min(later, default=float("inf"))
    for at, _, voiced in result.arrivals:
        if voiced and said.ended_ms < at < until:
            return at - said.ended_ms
    return None


def barge_in_ms(result: CallResult, said: Said) -> float | None:
    """None when the agent was not interrupted, or did not stop."""
    if not said.barged_in:
        return None
    return next((at - said.began_ms for at in result.clears_ms if at >= said.began_ms), None)


def playout_late_ms(result: CallResult) -> list[float]:
    """How far each paced agent frame came behind the steady schedule of its stretch of speech.

    A stretch is speech that never let playback run dry. Its schedule is the median of arrival
    times less media time, taken after the agent's permitted lead has been used up.
    """
    late: list[float] = []
    stretch: list[float] = []
    first_ms = media_ms = 0.0
    for at, samples, _ in result.arrivals:
        if not stretch or at > first_ms + media_ms + FRAME_MS:
            late += _behind(stretch)
            stretch, first_ms, media_ms = [], at, 0.0
        stretch.append(at - first_ms - media_ms if media_ms >= MAX_LEAD_MS else float("nan"))
        media_ms += samples / SAMPLES_PER_MS
    return late + _behind(stretch)


def _behind(offsets: Sequence[float]) -> list[float]:
    paced = np.array([offset for offset in offsets if offset == offset])
    if not len(paced):
        return []
    return [max(0.0, float(offset)) for offset in paced - np.median(paced)]


def percentiles(values: Sequence[float]) -> dict[str, Any]:
    """P50, P95, P99 and maximum, rounded to a tenth; only ``n`` when there is nothing."""
    if not values:
        return {"n": 0}
    p50, p95, p99 = (round(float(p), 1) for p in np.percentile(values, [50, 95, 99]))
    return {"n": len(values), "p50": p50, "p95": p95, "p99": p99, "max": round(max(values), 1)}


def call_json(result: CallResult) -> dict[str, Any]:
    """One call's measurements."""
    return {
        "call_sid": result.call_sid,
        "ended": result.ended,
        "greeting_ms": _rounded(greeting_ms(result)),
        "turns": [
            {
                "words": said.words,
                "began_ms": _rounded(said.began_ms),
                "ended_ms": _rounded(said.ended_ms),
                "response_ms": _rounded(response_ms(result, said)),
                "barge_in_ms": _rounded(barge_in_ms(result, said)),
            }
            for said in result.said
        ],
        "playout_late_ms": percentiles(playout_late_ms(result)),
        "underruns": result.underruns,
        "caller_late_ms": percentiles(result.tick_late_ms),
        "violations": result.violations,
    }


def summary_json(results: Sequence[CallResult]) -> dict[str, Any]:
    """All calls together."""
    greetings = [greeting_ms(result) for result in results]
    plain = [(r, said) for r in results for said in r.said if not said.barged_in]
    barged = [(r, said) for r in results for said in r.said if said.barged_in]
    return {
        "calls": len(results),
        "greeting_ms": percentiles(_known(greetings)),
        "response_ms": percentiles(_known([response_ms(r, said) for r, said in plain])),
        "unanswered": sum(response_ms(r, said) is None for r, said in plain),
        "barge_in_ms": percentiles(_known([barge_in_ms(r, said) for r, said in barged])),
        "playout_late_ms": percentiles([ms for r in results for ms in playout_late_ms(r)]),
        "underruns": sum(result.underruns for result in results),
        "violations": sum(len(result.violations) for result in results),
    }


def _known(values: Sequence[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
