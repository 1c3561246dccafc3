"""What is listened to: recordings, or a synthetic voice that pauses."""

from collections.abc import Sequence
from pathlib import Path

from audiocore.g711 import ulaw_encode
from audiocore.units import TELEPHONE_HZ, ms_to_samples
from pipeline import app
from pipeline.audiofile import read_pcm
from pipeline.caller.voices import installed_voice

KINDS = ("sentences", "digit_strings", "speech_untranscribed")
LONGEST_S = 20.0
SILENCE_MS = 2_000
"""After every clip; longer than the longest wait."""

SENTENCES: tuple[tuple[str | int, ...], ...] = (
    ("i'd like to book an appointment",),
    ("my name is mark carter",),
    ("three thirty p m",),
    ("yes that's right",),
    ("no thanks goodbye",),
    ("i'd like to", 600, "book an appointment"),
    ("my name is", 500, "mark carter"),
    ("on", 400, "tuesday please"),
    ("um", 500, "thursday at three thirty p m"),
    ("my number is", 400, "five five five", 350, "zero one", 350, "four two"),
    ("i need to cancel my appointment and", 700, "book another one"),
    ("can you tell me what", 450, "your opening hours are"),
    ("it's jones", 350, "j o n e s"),
    ("i want to come on monday or", 800, "on friday"),
    ("how much is the", 500, "visit"),
    ("tuesday", 300, "the twenty fourth"),
)
"""Words, and milliseconds of silence between them, as callers of the receptionist speak."""


SPLITS = {"all": slice(None), "development": slice(0, None, 2), "test": slice(1, None, 2)}
"""Which files of a kind, in the order of their names."""


def recordings(
    folder: Path, kinds: Sequence[str], limit: int | None, split: str = "all"
) -> dict[str, list[bytes]]:
    """By kind, mu-law at 8 kHz with silence after it; kinds without files are left out."""
    found = {}
    for kind in kinds:
        files = sorted((folder / kind).glob("*.flac")) + sorted((folder / kind).glob("*.wav"))
        pcm = [read_pcm(file, TELEPHONE_HZ) for file in files[SPLITS[split]][:limit]]
        if clips := [_telephone(p) for p in pcm if len(p) <= 2 * TELEPHONE_HZ * LONGEST_S]:
            found[kind] = clips
    return found


def synthetic() -> list[bytes]:
    """:data:`SENTENCES` in an installed voice, else in the configured one."""
    speak = installed_voice() or app.telephone_voice(app.configuration())
    return [
        _telephone(
            b"".join(
                bytes(2 * ms_to_samples(part)) if isinstance(part, int) else speak(part)
                for part in sentence
            )
        )
        for sentence in SENTENCES
    ]


def _telephone(pcm_8k: bytes) -> bytes:
    return ulaw_encode(pcm_8k + bytes(2 * ms_to_samples(SILENCE_MS)))
