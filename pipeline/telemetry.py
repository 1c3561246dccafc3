"""When each stage of a turn was reached, what that says about its speed, and the meters of a
server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

SPANS: dict[str, tuple[str, str]] = {
    "endpoint": ("last_speech", "confirmed"),
    "pause": ("last_speech", "stt_start"),
    "stt": ("stt_start", "stt_end"),
    "llm_first_token": ("handle_start", "llm_first_token"),
    "first_clause": ("handle_start", "first_clause"),
    "tts_first_audio": ("first_clause", "tts_first_audio"),
    "response": ("last_speech", "first_frame_sent"),
}
"""What ``timings_ms`` reports: name -> (stage where it begins, stage where it ends).

``endpoint``, ``pause`` and ``response`` begin at the last speech sample; the others overlap
``endpoint``, because work starts at the first pause.
"""


class TurnTimings:
    """The moments of one attempt. The first time a stage is reached counts."""

    def __init__(self, now_ms: Callable[[], float]) -> None:
        self._now_ms = now_ms
        self._at: dict[str, float] = {}

    def reach(self, stage: str) -> None:
        """This stage is reached now."""
        self._at.setdefault(stage, self._now_ms())

    def set(self, stage: str, at_ms: float) -> None:
        """This stage was reached then; replaces what was known."""
        self._at[stage] = at_ms

    def moments_ms(self) -> dict[str, float]:
        """When each stage was reached, by the clock."""
        return dict(self._at)

    def spans_ms(self) -> dict[str, float]:
        """Every span whose two ends were reached, rounded to a tenth of a millisecond."""
        at = self._at
        return {
            name: round(at[end] - at[begin], 1)
            for name, (begin, end) in SPANS.items()
            if begin in at and end in at
        }


BUCKETS_S = (0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0)


class Meters:
    """What one server has done, for Prometheus. No meter has a label that names a call or a caller.

    https://prometheus.io/docs/practices/naming/
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._spans = Histogram(
            "audiocore_turn_seconds",
            "Time of each span of a turn; response is from last speech to first frame sent.",
            ["span"],
            buckets=BUCKETS_S,
            registry=self._registry,
        )
        self._turns = Counter(
            "audiocore_turns", "Turns by how they ended.", ["outcome"], registry=self._registry
        )
        self._level = Gauge(
            "audiocore_level", "What is in use now.", ["resource"], registry=self._registry
        )

    def turn(self, outcome: str, timings_ms: Mapping[str, float]) -> None:
        """Count one attempt: ``finished``, ``interrupted`` or ``cancelled``; only turns that were
        heard have times that are of use."""
        self._turns.labels(outcome).inc()
        if outcome != "cancelled":
            for span, ms in timings_ms.items():
                self._spans.labels(span).observe(ms / 1000)

    def watch(self, resource: str, level: Callable[[], float]) -> None:
        """Read ``level`` whenever the meters are read."""
        self._level.labels(resource).set_function(level)

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
