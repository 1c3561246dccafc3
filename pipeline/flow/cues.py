"""A few words that tell what a caller means more surely than any model: yes, no, people, danger."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.flow.prompts import INTENTS, Asked

_YES = re.compile(r"(?:(?:um|uh|oh|well|hmm) )*(?:yes|yeah|yep|yup|sure|correct|right)\b")
_NO = re.compile(r"(?:(?:um|uh|oh|well|hmm) )*(?:no|nope|nah|wrong)\b(?! (?:problem|objection))")
_AGAINST = 0.3
"""What it does to the odds of a yes that it begins with a no, or the other way round."""

_DENIES = re.compile(
    r"\b(?:no|not|nope|nah|never|neither|nothing|wrong|incorrect|false|mistaken?|misheard|different"
    r"|another|else|instead|rather|change|correction|too (?:early|late|soon)|\w+n't)\b"
)
_AGREES = re.compile(
    r"\b(?:(?:no|not a|isn't a|no real) (?:problem|bother|trouble|issue|worries|doubt|question"
    r"|objections?|complaints?|changes?)|(?:wouldn't|don't) change|nothing (?:wrong|to)|why not"
    r"|can(?:'t|not) (?:wait|complain|fault|argue)|couldn't (?:agree|be better|suit)|not bad)\b"
)
"""Denials that agree: "no problem", "don't change a thing"."""
_REFUSAL = 3.0
"""What a denial does to the odds of a no where a yes or no is awaited."""

_PEOPLE = re.compile(
    r"(?!.*\b(?:am i|are you|is (?:this|that|it)) )(?:.*\b(?:speak|talk|speaking|talking|transfer"
    r"|connect|pass|put|hand|switch|get|give|want|need|prefer|ask|asked|call|ring|please)\b.* )?"
    r"(?:person|human|operator|agent|representative|receptionist|reception|front desk|manager"
    r"|supervisor|staff|colleague|employee|human being)\b"
    r"|.*\b(?:no|not|enough|stop|\w+n't)\b.* (?:robots?|machines?|computers?|bots?|recordings?)\b"
)
_PERSON = 5.0
"""What asking for one of the staff does to the odds of wanting a human."""

_DANGER = re.compile(
    r"\b(?:ambulance|emergency|heart attack|stroke|seizure|unconscious|overdose|paramedics?"
    r"|(?:can't|cannot|not|isn't|stopped|trouble) breath(?:e|ing)|chest (?:pains?|hurts)"
    r"|pain in (?:my|the|his|her) chest|kill (?:myself|himself|herself)|bleeding (?:a lot|badly)"
    r"|won't wake up|collapsed|passed out|chok(?:ing|ed)|fell down the stairs)\b"
)
_DANGEROUS = 50.0
"""What such words do to the odds of an emergency: one that is missed is worse than one too many."""


def weighed(likely: Sequence[float], words: str, asked: Asked) -> tuple[float, ...]:
    """The probabilities of :data:`INTENTS` in ratio to each other, with the cues in ``words``."""
    odds = {"yes": _AGAINST} if _NO.match(words) else {"no": _AGAINST} if _YES.match(words) else {}
    if asked == "confirm" and _DENIES.search(words) and not _AGREES.search(words):
        odds["no"] = odds.get("no", 1.0) * _REFUSAL
    if _PEOPLE.match(words):
        odds["human"] = _PERSON
    if _DANGER.search(words):
        odds["emergency"] = _DANGEROUS
    return tuple(p * odds.get(intent, 1) for p, intent in zip(likely, INTENTS, strict=True))
