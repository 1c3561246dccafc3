"""The caller audio that belongs to the current turn, with a little from before it.

The first sound of a word is quieter than what makes a detector sure, so the last moments before
speech are always kept at hand.
"""

from audiocore.units import RECOGNISER_HZ

_BYTES_PER_MS = 2 * RECOGNISER_HZ // 1000


class Utterance:
    """A bounded buffer of 16 kHz int16 PCM."""

    def __init__(self, pre_roll_ms: int = 300, max_ms: int = 29_000) -> None:
        self._pre_roll = pre_roll_ms * _BYTES_PER_MS
        self._max = max_ms * _BYTES_PER_MS
        self._pcm = bytearray()
        self._held = False

    def append(self, pcm_16k: bytes) -> None:
        """Add one frame; what is older than the bound goes."""
        self._pcm += pcm_16k
        excess = len(self._pcm) - (self._max if self._held else self._pre_roll)
        if excess > 0:
            del self._pcm[:excess]

    def hold(self) -> None:
        """Speech has begun: keep everything from here on."""
        self._held = True

    def forget(self) -> None:
        """What was kept belongs to no turn to come; keep only the latest moments again."""
        self._held = False
        excess = len(self._pcm) - self._pre_roll
        if excess > 0:
            del self._pcm[:excess]

    def pcm_16k(self) -> bytes:
        """A copy of all that is kept."""
        return bytes(self._pcm)
