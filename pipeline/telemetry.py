"""When each stage of a turn was reached, and what that says about its speed."""

from __future__ import annotations

from collections.abc import Callable

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
