"""A few words that tell what a caller means more surely than any model: yes, no, and danger."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.flow.prompts import INTENTS

_YES = re.compile(r"(?:(?:um|uh|oh|well|hmm) )*(?:yes|yeah|yep|yup|sure|correct|right)\b")
_NO = re.compile(r"(?:(?:um|uh|oh|well|hmm) )*(?:no|nope|nah|wrong)\b(?! (?:problem|objection))")
_AGAINST = 0.3
"""What it does to the odds of a yes that it begins with a no, or the other way round."""

_DANGER = re.compile(
    r"\b(?:ambulance|emergency|heart attack|stroke|seizure|unconscious|overdose|paramedics?"
    r"|(?:can't|cannot|not|isn't|stopped|trouble) breath(?:e|ing)|chest (?:pains?|hurts)"
    r"|pain in (?:my|the|his|her) chest|kill (?:myself|himself|herself)|bleeding (?:a lot|badly)"
    r"|won't wake up|collapsed|passed out|chok(?:ing|ed)|fell down the stairs)\b"
)
_DANGEROUS = 50.0
"""What such words do to the odds of an emergency: one that is missed is worse than one too many."""


def weighed(likely: Sequence[float], words: str) -> tuple[float, ...]:
    """The probabilities of :data:`INTENTS` in ratio to each other, with the cues in ``words``."""
    odds = {"yes": _AGAINST} if _NO.match(words) else {"no": _AGAINST} if _YES.match(words) else {}
    if _DANGER.search(words):
        odds["emergency"] = _DANGEROUS
    return tuple(p * odds.get(intent, 1) for p, intent in zip(likely, INTENTS, strict=True))
