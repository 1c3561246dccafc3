"""When each stage of a turn was reached, and what that says about its speed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
end of speech; where it is negative, the caller waited for the reply.
"""

WORK: dict[str, tuple[str, str]] = {
    "stt": ("stt_start", "stt_end"),
    "llm": ("handle_start", "first_clause"),
    "tts": ("first_clause", "tts_first_audio"),
}
"""What an attempt spends: model -> (stage where its work begins, stage where it is done)."""


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

    def spent_ms(self) -> dict[str, float]:
        """What every model that was begun has taken so far, up to the first clause."""
        at, now = self._at, self._now_ms()
        return {
            model: at.get(end, now) - at[begin]
            for model, (begin, end) in WORK.items()
            if begin in at
        }

    def spans_ms(self) -> dict[str, float]:
        """Every span whose two ends were reached, rounded to a tenth of a millisecond."""
        at = self._at
        return {
            name: round(at[end] - at[begin], 1)
            for name, (begin, end) in SPANS.items()
            if begin in at and end in at
        }


@dataclass(slots=True)
class Speculation:
    """What preparing replies ahead of time has cost and brought, over all calls."""

    turns: int = 0
    """Spoken turns that were answered."""
    paid: int = 0
    """Of these, how many had their reply ready when the caller was taken to be finished."""
    cancelled: int = 0
    """Attempts that were thrown away because the caller went on."""
    wasted_ms: dict[str, float] = field(default_factory=lambda: dict.fromkeys(WORK, 0.0))
    """Time spent on them, by model."""

    def throw_away(self, spent_ms: Mapping[str, float]) -> None:
        """An attempt is cancelled."""
        self.cancelled += 1
        for model, ms in spent_ms.items():
            self.wasted_ms[model] += ms

    def answer(self, spans_ms: Mapping[str, float]) -> None:
        """A turn has been answered; the spans of its attempt. Turns without speech do not count."""
        if "stt" in spans_ms and "held" in spans_ms:
            self.turns += 1
            self.paid += spans_ms["held"] > 0
