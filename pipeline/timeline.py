"""What happened in one call, on one time axis: both voices, voice activity, phases, every attempt.

It holds levels and times, never words or audio, so that it can be kept and shown to whoever asks
why a turn was slow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from audiocore.units import FRAME_MS

Outcome = Literal["finished", "interrupted", "cancelled"]

_LEVEL = bytes(127 - (code & 127) for code in range(256))
"""mu-law code to magnitude: 0 is silence, 127 full scale, 16 steps are about 6 dB (ITU-T G.711)."""


def level(ulaw_8k: bytes) -> int:
    """The loudest sample of a frame as a mu-law magnitude, 0..127."""
    return max(ulaw_8k.translate(_LEVEL), default=0)


class Timeline:
    """One call's timeline. All times are milliseconds since it was made."""

    def __init__(self, now_ms: Callable[[], float]) -> None:
        self._now_ms = now_ms
        self._began = now_ms()
        self._caller = bytearray()
        self._agent = bytearray()
        self._speech: list[list[int]] = []
        self._phases: list[tuple[float, str]] = []
        self._clears: list[float] = []
        self._attempts: list[dict[str, Any]] = []

    def hear(self, ulaw_8k: bytes, speech: bool) -> None:
        """20 ms of the caller, and what voice activity detection made of it."""
        if not self._caller:  # a frame that comes now was spoken until now
            self._caller.extend(bytes(max(0, self._frames_so_far() - 1)))
        at = len(self._caller) * FRAME_MS
        self._caller.append(level(ulaw_8k))
        if speech and self._speech and self._speech[-1][1] == at:
            self._speech[-1][1] = at + FRAME_MS
        elif speech:
            self._speech.append([at, at + FRAME_MS])

    def say(self, ulaw_8k: bytes) -> None:
        """20 ms for the caller's ear; they are heard after what was sent before."""
        silence = self._frames_so_far() - len(self._agent)
        self._agent.extend(bytes(max(0, silence)))
        self._agent.append(level(ulaw_8k))

    def clear(self) -> None:
        """What was sent and not heard yet is dropped."""
        del self._agent[self._frames_so_far() :]
        self._clears.append(self._now())

    def phase(self, name: str) -> None:
        """Somebody else may have the floor from now on; the same name again changes nothing."""
        if not self._phases or self._phases[-1][1] != name:
            self._phases.append((self._now(), name))

    def attempt(
        self, turn: int, number: int, outcome: Outcome, moments_ms: Mapping[str, float]
    ) -> None:
        """An attempt is over; ``moments_ms`` are by the clock that the timeline was made with."""
        stages = {name: round(at - self._began, 1) for name, at in moments_ms.items()}
        self._attempts.append(
            {"turn": turn, "attempt": number, "outcome": outcome, "stages_ms": stages}
        )

    def as_json(self) -> dict[str, Any]:
        """The timeline in JSON's types."""
        return {
            "frame_ms": FRAME_MS,
            "caller_levels": list(self._caller),
            "agent_levels": list(self._agent),
            "speech_ms": self._speech,
            "phases": [[at_ms, name] for at_ms, name in self._phases],
            "clears_ms": self._clears,
            "attempts": self._attempts,
        }

    def _now(self) -> float:
        return round(self._now_ms() - self._began, 1)

    def _frames_so_far(self) -> int:
        return int(self._now() // FRAME_MS)
