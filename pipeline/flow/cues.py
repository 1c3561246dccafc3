"""A few words that tell what a caller means more surely than any model: yes, no, people, danger."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.flow.prompts import INTENTS, Asked

_YES = re.compile(r"(?:(?:um|uh|oh|well|hmm) )*(?:yes|yeah|yep|yup|sure|correct|right)\b")
_NO = re.compile(r"(?:(?:um|uh|oh|well|hmm) )*(?:no|nope|nah|wrong)\b")
_AGAINST = 0.3
"""What it does to the odds of a yes that it begins with a no, or the other way round."""

_DENIES = re.compile(
    r"\b(?:no|not|nope|nah|never|neither|nothing|wrong|incorrect|false|mistaken?|misheard"
    r"|misunderstood|different|another|else|instead|rather|change|correction"
    r"|too (?:early|late|soon)|\w+n't)\b"
)
_AGREES = re.compile(
    r"\b(?:(?:no|not a|isn't a|no real) (?:problem|bother|trouble|issue|worries|sweat|doubt"
    r"|question|objections?|complaints?|changes?)|(?:wouldn't|don't|do not) change|why not"
    r"|nothing (?:wrong|to)|can(?:'t|not) (?:wait|complain|fault|argue)|not bad"
    r"|couldn't (?:agree|be better|suit)|(?:no|nope|nah) (?:that'?s|that is|it'?s|it is|you're)"
    r" (?:all |quite )?(?:right|fine|good|okay|correct|perfect|great|grand|lovely))\b"
)
"""Denials that agree: "no problem", "don't change a thing", "no that's fine"."""
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

_OPENING = re.compile(
    r"\b(?:(?:are|do|does|is|will|would) (?:you|ye|they|it|the|your|this|that|everything|anyone)"
    r"|when|what times?|what days?|how (?:late|long|early))\b.*"
    r"\b(?:open|opens|close|closes|closed|shut|shuts)\b"
)
_HOURS = 4.0
"""What asking when they open does to the odds of hours; a day in it sounds like an answer."""

_DANGER = re.compile(
    r"\b(?:ambulance|emergency|heart attack|stroke|seizure|unconscious|overdose|paramedics?"
    r"|(?:can't|cannot|not|isn't|stopped|trouble) breath(?:e|ing)|chest (?:pains?|hurts)"
    r"|pain in (?:my|the|his|her) chest|kill (?:myself|himself|herself)|bleeding (?:a lot|badly)"
    r"|won't wake up|collapsed|passed out|chok(?:ing|ed)|fell down the stairs)\b"
)
_DANGEROUS = 50.0
"""What such words do to the odds of an emergency: one that is missed is worse than one too many."""


def denies(words: str) -> bool:
    """Whether the words deny something, and do not agree by it."""
    return bool(_DENIES.search(words)) and not _AGREES.search(words)


def weighed(likely: Sequence[float], words: str, asked: Asked) -> tuple[float, ...]:
    """The probabilities of :data:`INTENTS` in ratio to each other, with the cues in ``words``."""
    odds: dict[str, float] = {}
    refuses = asked == "confirm" and denies(words)
    if _YES.match(words):
        odds["no"] = _AGAINST
    elif _NO.match(words) and (refuses or asked != "confirm"):
        odds["yes"] = _AGAINST
    if refuses:
        odds["no"] = odds.get("no", 1.0) * _REFUSAL
    if _PEOPLE.match(words):
        odds["human"] = _PERSON
    if _OPENING.search(words):
        odds["hours"] = _HOURS
    if _DANGER.search(words):
        odds["emergency"] = _DANGEROUS
    return tuple(p * odds.get(intent, 1) for p, intent in zip(likely, INTENTS, strict=True))
