"""Words that ask the speaker to go on rather than to stop.

Source of the set: the continuers and acknowledgements of Switchboard-DAMSL (Jurafsky, Shriberg and
Biasca 1997, tag ``b``), less "yes" and "no", which answer a question.
"""

import re

_WORDS = "ah aha alright gotcha hm hmm huh mhm mm mmm mmhm mhmm oh ok okay right sure uh uhhuh um"
_PHRASES = {"i see", "got it", "all right", "uh huh", "mm hm", "mm hmm", "oh okay", "okay okay"}
_BACKCHANNELS = frozenset(_WORDS.split()) | _PHRASES


def is_backchannel(text: str) -> bool:
    """Whether an utterance, in any case and punctuation, is nothing but a backchannel."""
    words = re.sub(r"[^a-z ]", "", text.lower().replace("-", " ")).split()
    return " ".join(words) in _BACKCHANNELS
