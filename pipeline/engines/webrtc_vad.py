"""Voice activity by WebRTC's Gaussian mixture detector: the cheap first opinion.

What does it do?
    Decides each 20 ms frame at 8 kHz in microseconds. It rarely misses speech, but takes about a
    third of all noise for it, so :class:`pipeline.engines.silero.GatedVad` asks Silero before
    anyone is believed to speak.

How does it work?
    Six sub-band energies against two-component mixtures of speech and noise that adapt during the
    call (WebRTC, ``common_audio/vad``), with a hangover of a few frames after speech.
"""

from __future__ import annotations

from typing import Literal

import webrtcvad

from audiocore.units import FRAME_SAMPLES, TELEPHONE_HZ

FRAME_BYTES = 2 * FRAME_SAMPLES


class WebrtcVad:
    """One call's gate."""

    def __init__(self, aggressiveness: Literal[0, 1, 2, 3] = 2) -> None:
        """``aggressiveness`` 3 filters most noise and misses most speech, 0 the reverse.

        Raises:
            ValueError: it is none of the four.
        """
        if aggressiveness not in (0, 1, 2, 3):
            raise ValueError(f"aggressiveness must be 0, 1, 2 or 3, not {aggressiveness!r}")
        self._aggressiveness = aggressiveness
        self.reset()

    def is_speech(self, pcm_8k: bytes) -> bool:
        """Decide one 20 ms frame of little-endian int16 at 8 kHz.

        Raises:
            ValueError: the frame is not 320 bytes.
        """
        if len(pcm_8k) != FRAME_BYTES:
            raise ValueError(f"a frame is {FRAME_BYTES} bytes at 8 kHz, not {len(pcm_8k)}")
        return bool(self._vad.is_speech(pcm_8k, TELEPHONE_HZ))

    def reset(self) -> None:
        """Forget the noise learned so far."""
        self._vad = webrtcvad.Vad(self._aggressiveness)
