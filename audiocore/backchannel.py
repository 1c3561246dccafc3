"""Words that ask the speaker to go on rather than to stop.

Source of the set: the continuers and acknowledgements of Switchboard-DAMSL (Jurafsky, Shriberg and
Biasca 1997, tag ``b``). "Yes" is one of them unless something was asked; "no" never is.
"""

import re

_WORDS = (
    "ah aha alright gotcha ha hm hmm huh mhm mm mmm mmhm mhmm oh ok okay right sure uh uhhuh um "
    "yeah yep yes yup"
)
_PHRASES = {"i see", "got it", "all right", "uh huh", "mm hm", "mm hmm"}
_BACKCHANNELS = frozenset(_WORDS.split())
_LONGEST = 4
"""Words; who says more of them wants to be heard."""


def plain_words(text: str) -> list[str]:
    """The words of a text as letters and digits alone: "Mm-hm, it's 3." is "mm hm its 3"."""
    return re.sub(r"[^a-z0-9 ]", "", text.lower().replace("-", " ")).split()


def is_backchannel(text: str) -> bool:
    """Whether an utterance, in any case and punctuation, is nothing but backchannels."""
    words = plain_words(text)
    if not words or len(words) > _LONGEST:
        return False
    while words:
        if " ".join(words[:2]) in _PHRASES:
            del words[:2]
        elif words[0] in _BACKCHANNELS:
            del words[:1]
        else:
            return False
    return True
