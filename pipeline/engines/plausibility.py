"""Whether what a recogniser says can have been said.

Whisper was trained to write something. Given noise, silence or a clipped word it repeats itself,
invents whole sentences, or says what ends videos. Sources: Radford et al., "Robust Speech
Recognition via Large-Scale Weak Supervision", section 4.5 (compression, log probability, no
speech); Barański et al., "Investigation of Whisper ASR Hallucinations Induced by Non-Speech Audio",
ICASSP 2025 (the phrases); SYSTRAN/faster-whisper issue 843.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

NEVER_SAID = frozenset(
    {
        "thanks for watching",
        "thank you for watching",
        "thank you so much for watching",
        "please subscribe",
        "please subscribe to my channel",
        "like and subscribe",
        "subtitles by the amara org community",
        "transcription by castingwords",
    }
)
"""What no caller says and training videos do."""

SELDOM_MEANT = frozenset({"thank you", "thanks", "you", "bye", "bye bye", "the", "so", "oh"})
"""What callers do say, and what Whisper writes when nobody says anything."""

_LONGEST_LOOP = 8
"""Words; whatever repeats with a longer period, zlib notices."""


def invented(text: str, *, no_speech: float, mean_log_probability: float) -> bool:
    """Whether ``text`` is one of the phrases that Whisper makes up.

    Args:
        text: as recognised.
        no_speech: probability that nobody spoke.
        mean_log_probability: per token.
    """
    words = " ".join(re.findall(r"[\w']+", text.lower()))
    if words in NEVER_SAID:
        return True
    return words in SELDOM_MEANT and (no_speech > 0.3 or mean_log_probability < -0.7)


def repeats(text: str, *, max_compression: float) -> bool:
    """Whether ``text`` goes round in circles: it shrinks too much, or says a few words on and on.

    Six times the same word, or four times the same few: "no no no" and "four four four" pass.
    """
    raw = text.encode()
    if len(raw) > max_compression * len(zlib.compress(raw)):
        return True
    words = text.lower().split()
    return _run(words, 1) >= 6 or any(_run(words, n) >= 4 for n in range(2, _LONGEST_LOOP + 1))


def _run(words: Sequence[str], period: int) -> int:
    """How often the same ``period`` words follow each other, at most."""
    longest = same = 0
    for word, later in zip(words, words[period:], strict=False):
        same = same + 1 if word == later else 0
        longest = max(longest, same)
    return longest // period + 1 if len(words) >= period else 0


def hurried(text: str, seconds: float, *, max_words_per_second: float) -> bool:
    """Whether ``text`` has more words, after two of grace, than anybody says in the time."""
    return len(text.split()) > 2 + max_words_per_second * seconds
