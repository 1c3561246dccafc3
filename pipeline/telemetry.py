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
    "held": ("tts_first_audio", "confirmed"),
    "response": ("last_speech", "first_frame_sent"),
}
"""What ``timings_ms`` reports: name -> (stage where it begins, stage where it ends).

``endpoint``, ``pause`` and ``response`` begin at the last speech sample; the others overlap
``endpoint``, because work starts at the first pause. ``held`` is how long the reply waited for the
end of speech; where it is negative, the caller waited for the reply. Beside them stand
``queue_stt``, ``queue_llm`` and ``queue_tts``: how long the calls of each worker waited for a
thread, up to the first audio.
"""

QUEUES: dict[str, tuple[str, str]] = {
    "queue_stt": ("stt_queued", "stt_start"),
    "queue_tts": ("first_clause", "tts_start"),
}
"""Where two of the queues are in a turn, to be drawn."""

WORK = {"stt": "stt", "llm": "first_clause", "tts": "tts_first_audio"}
"""What an attempt spends: model -> the span that is its work."""


class TurnTimings:
    """The moments of one attempt. The first time a stage is reached counts."""

    def __init__(self, now_ms: Callable[[], float]) -> None:
        self._now_ms = now_ms
        self._at: dict[str, float] = {}
        self._queued: dict[str, float] = {}

    def reach(self, stage: str) -> None:
        """This stage is reached now."""
        self._at.setdefault(stage, self._now_ms())

    def set(self, stage: str, at_ms: float) -> None:
        """This stage was reached then; replaces what was known."""
        self._at[stage] = at_ms

    def begin(self, worker: str, waited_ms: float) -> None:
        """A worker, ``stt``, ``llm`` or ``tts``, begins a call that waited for this long; so
        ``stt_start`` and the like are reached."""
        self.reach(f"{worker}_start")
        if "tts_first_audio" not in self._at:
            self._queued[worker] = self._queued.get(worker, 0.0) + waited_ms

    def moments_ms(self) -> dict[str, float]:
        """When each stage was reached, by the clock."""
        return dict(self._at)

    def spent_ms(self) -> dict[str, float]:
        """What every model that was begun has taken so far, up to the first clause."""
        at, now = self._at, self._now_ms()
        work = {model: SPANS[span] for model, span in WORK.items()}
        return {
            model: at.get(end, now) - at[begin]
            for model, (begin, end) in work.items()
            if begin in at
        }

    def spans_ms(self) -> dict[str, float]:
        """Every span whose two ends were reached, and every queue that was waited in, rounded to a
        tenth of a millisecond."""
        at = self._at
        spans = {
            name: round(at[end] - at[begin], 1)
            for name, (begin, end) in SPANS.items()
            if begin in at and end in at
        }
        return spans | {f"queue_{worker}": round(ms, 1) for worker, ms in self._queued.items()}


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

        self._speculation = Counter(
            "audiocore_speculation",
            "Answered speech: paid if the reply was ready at the end of speech, else late.",
            ["outcome"],
            registry=self._registry,
        )
        self._wasted = Counter(
            "audiocore_wasted_seconds",
            "Time of each model for attempts that were cancelled.",
            ["model"],
            registry=self._registry,
        )

    def turn(self, outcome: str, timings_ms: Mapping[str, float]) -> None:
        """Count one attempt: ``finished``, ``interrupted`` or ``cancelled``; only turns that were
        heard have times that are of use."""
        self._turns.labels(outcome).inc()
        if outcome != "cancelled":
            if "stt" in timings_ms and "held" in timings_ms:
                self._speculation.labels("paid" if timings_ms["held"] > 0 else "late").inc()
            for span, ms in timings_ms.items():
                self._spans.labels(span).observe(ms / 1000)

    def waste(self, spent_ms: Mapping[str, float]) -> None:
        """Count what an attempt that was cancelled has taken of every model."""
        for model, ms in spent_ms.items():
            self._wasted.labels(model).inc(ms / 1000)

    def watch(self, resource: str, level: Callable[[], float]) -> None:
        """Read ``level`` whenever the meters are read."""
        self._level.labels(resource).set_function(level)

    def exposition(self) -> bytes:
        """Everything, in Prometheus' text format 0.0.4."""
        return generate_latest(self._registry)
