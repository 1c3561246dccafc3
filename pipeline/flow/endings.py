"""Whether a caller's words sound finished, by how they end.

Nobody ends on "and", "the" or "um"; most other endings can be one. Telephone callers trail off with
fillers, and with function words that ask for a complement.
"""

from __future__ import annotations

import re

_FILLERS = "ah er erm hm hmm like mm so uh uhm um well"
_CONJUNCTIONS = "and because but if or that when which while"
_DETERMINERS = "a an her his my our the their this your"
_PREPOSITIONS = "about at between by for from in into of on to with"
_VERBS = "am are can could does has i'd i'll i'm is it's let's may should want was were will would"
_OPEN = frozenset(" ".join((_FILLERS, _CONJUNCTIONS, _DETERMINERS, _PREPOSITIONS, _VERBS)).split())

FINISHED, OPEN = 0.95, 0.1
"""Probability of being finished after an ending that can be one, and after one that cannot."""


def finished(text: str) -> float:
    """Probability, 0..1, that somebody who said ``text`` and paused has nothing to add."""
    words = re.findall(r"[a-z']+|[0-9]+", text.lower())
    if not words or text.rstrip().endswith(("...", "\u2026", ",", "-")):
        return OPEN
    return OPEN if words[-1] in _OPEN else FINISHED
