"""What all calls came to, as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.bargein.clips import Clip
from benchmarks.bargein.line import Outcome
from pipeline.caller.measure import percentiles

LONG_MS = 600
"""Speech that must not be missed is longer than this."""

Calls = Sequence[tuple[Clip, Outcome]]


def summary(calls: Calls) -> dict[str, Any]:
    """The figures of one scenario; shares are percent."""
    speech = [(clip, outcome) for clip, outcome in calls if clip.speech]
    other = [(clip, outcome) for clip, outcome in calls if not clip.speech]
    long = [outcome for clip, outcome in speech if clip.active_ms > LONG_MS]
    cleared = [o.clear_ms for _, o in speech if o.clear_ms is not None]
    heard = [
        o.heard_words - o.true_words
        for _, o in calls
        if o.heard_words is not None and o.true_words is not None
    ]
    return {
        "speech": {
            "clips": len(speech),
            "longer_than_600_ms": len(long),
            "missed": sum(not outcome.committed for outcome in long),
            "missed_percent": _percent(sum(not o.committed for o in long), len(long)),
            "clear_ms": percentiles(cleared),
        },
        "noise": {
            "clips": len(other),
            "committed": sum(outcome.committed for _, outcome in other),
            "false_pauses": sum(outcome.pauses for _, outcome in other),
            "clips_with_a_pause": sum(outcome.pauses > 0 for _, outcome in other),
            "silent_ms": percentiles([o.silent_ms for _, o in other if o.pauses]),
        },
        "heard": {
            "cut_off": len(heard),
            "within_one_word": sum(abs(words) <= 1 for words in heard),
            "within_one_word_percent": _percent(sum(abs(w) <= 1 for w in heard), len(heard)),
            "too_many": sum(words > 0 for words in heard),
        },
    }


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def as_json(scenarios: Mapping[str, Calls]) -> dict[str, Any]:
    """Summaries, and every call."""
    return {
        name: {
            "summary": summary(calls),
            "calls": [
                {"clip": clip.name, "speech": clip.speech, "active_ms": clip.active_ms}
                | asdict(outcome)
                for clip, outcome in calls
            ],
        }
        for name, calls in scenarios.items()
    }


def markdown(scenarios: Mapping[str, Calls]) -> str:
    """One column a scenario."""
    columns = {name: summary(calls) for name, calls in scenarios.items()}
    lines = [f"| | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for label, figure in _ROWS.items():
        lines.append(f"| {label} | {' | '.join(figure(s) for s in columns.values())} |")
    return "\n".join(lines) + "\n"


def _spread(values: Mapping[str, Any]) -> str:
    return f"{values['p50']} / {values['p95']} / {values['p99']}" if values["n"] else "-"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "-"


_ROWS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "speech: onset to `clear`, ms, P50 / P95 / P99": lambda s: _spread(s["speech"]["clear_ms"]),
    "speech longer than 600 ms: missed": lambda s: _of(
        s["speech"]["missed"], s["speech"]["longer_than_600_ms"]
    ),
    "noise: committed": lambda s: _of(s["noise"]["committed"], s["noise"]["clips"]),
    "noise: clips with a false pause": lambda s: _of(
        s["noise"]["clips_with_a_pause"], s["noise"]["clips"]
    ),
    "noise: false pauses": lambda s: str(s["noise"]["false_pauses"]),
    "noise: silent in a clip that paused us, ms": lambda s: _spread(s["noise"]["silent_ms"]),
    "heard within one word of the truth": lambda s: _of(
        s["heard"]["within_one_word"], s["heard"]["cut_off"]
    ),
}
