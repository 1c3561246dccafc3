"""Audio of any length, stamped with media time, to an unbroken sequence of 20 ms frames.

Carriers that ride on TCP lose nothing in order; what is missing shows as a jump in the timestamp
(Twilio: ``media.timestamp``, milliseconds since the stream began). A jump is filled with silence,
so that media time and the caller's time stay the same; a timestamp that goes back is ignored.
"""

from audiocore.units import FRAME_SAMPLES, SAMPLES_PER_MS, ULAW_SILENCE

TOLERANCE_MS = 10
"""Jitter of timestamps that is no gap; carriers round to whole milliseconds."""

MAX_GAP_MS = 1_000
"""Longer gaps are shortened to this: nobody's words are in them."""


class Framer:
    """One direction of one stream."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._expected_ms: float | None = None
        self.missing_ms = 0
        """Milliseconds filled in so far."""

    def push(self, ulaw_8k: bytes, timestamp_ms: int | None) -> list[bytes]:
        """Add audio; the complete 160-byte frames that it makes available."""
        if timestamp_ms is not None:
            gap = 0.0 if self._expected_ms is None else timestamp_ms - self._expected_ms
            if gap > TOLERANCE_MS:
                filled = min(round(gap), MAX_GAP_MS)
                self.missing_ms += filled
                self._pending += ULAW_SILENCE * (filled * SAMPLES_PER_MS)
            end = timestamp_ms + len(ulaw_8k) / SAMPLES_PER_MS
            self._expected_ms = max(end, self._expected_ms or 0.0)
        self._pending += ulaw_8k
        whole = len(self._pending) - len(self._pending) % FRAME_SAMPLES
        frames = [
            bytes(self._pending[start : start + FRAME_SAMPLES])
            for start in range(0, whole, FRAME_SAMPLES)
        ]
        del self._pending[:whole]
        return frames
