"""Sample rates and frame sizes of a telephone leg, named once.

Media time is a count of 8 kHz samples; ``_ms`` values are milliseconds.
"""

TELEPHONE_HZ = 8_000
"""G.711 leg: ITU-T G.711 section 1, 8000 samples per second."""

RECOGNISER_HZ = 16_000
"""What Whisper and Silero consume."""

FRAME_MS = 20
"""Packetisation time of Twilio, Plivo and Telnyx media messages (RFC 3551 section 4.2 default)."""

FRAME_SAMPLES = TELEPHONE_HZ * FRAME_MS // 1000
"""160 samples: one mu-law frame is 160 bytes, one 8 kHz PCM frame 320 bytes."""

SAMPLES_PER_MS = TELEPHONE_HZ // 1000

ULAW_SILENCE = b"\xff"
"""Positive zero in mu-law (ITU-T G.711 table 2a)."""


def ms_to_samples(ms: int) -> int:
    """Milliseconds to 8 kHz samples."""
    return ms * SAMPLES_PER_MS
