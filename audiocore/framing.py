"""Audio of any length to 20 ms frames, each with the media time at which it begins.

Carriers do not promise a frame size (Twilio and Plivo send 20 ms, Exotel about 100 ms). What is
missing between two messages shows in the frames' times; :class:`audiocore.jitter.JitterRing` acts
on them.
"""

from audiocore.units import FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS


class Framer:
    """One direction of one stream."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._begins_ms = 0.0

    def push(self, ulaw_8k: bytes, timestamp_ms: int | None) -> list[tuple[float, bytes]]:
        """Add audio; returns the complete 160-byte frames with their media times in milliseconds.

        ``timestamp_ms`` is when ``ulaw_8k`` begins; without it, it follows what came before. What
        is left over of a frame goes with the audio that follows, unless that is elsewhere in time.
        """
        if timestamp_ms is not None:
            expected_ms = self._begins_ms + len(self._pending) / SAMPLES_PER_MS
            if abs(timestamp_ms - expected_ms) >= FRAME_MS:
                self._pending.clear()
            self._begins_ms = timestamp_ms - len(self._pending) / SAMPLES_PER_MS
        self._pending += ulaw_8k
        frames = []
        for start in range(0, len(self._pending) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
            frames.append((self._begins_ms, bytes(self._pending[start : start + FRAME_SAMPLES])))
            self._begins_ms += FRAME_MS
        del self._pending[: len(frames) * FRAME_SAMPLES]
        return frames
