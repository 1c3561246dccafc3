"""What to make of speech over our speech: was it meant to stop us?

What does it do: the second stage of barge-in. Playout has been paused for a sound; :func:`judge`
weighs what is known of it and says what it was.

How does it work: a room full of voices is nobody's words, whatever a recogniser makes of them, and
neither is a sound shorter than any word. Of anything else two witnesses say how likely somebody
spoke: the recogniser, who looks for words, and the detector, who looks for a voice. They err over
different noises, so their odds are multiplied (naive Bayes, with even odds before). How sure they
must be together depends on how long the sound was: to invent a word over a clatter is easy, to take
it for a sentence is not. Whether the words are *right* is not asked; the flow asks again where it
matters. A backchannel asks us to go on, unless we had just asked something: then "yes" or "okay" is
the answer. Words that we were saying ourselves just then are an echo. Long speech without words was
somebody whom we did not understand, which is for the flow to apologise for.

How do I use it: fill in an :class:`Interruption` when the words are there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from audiocore.backchannel import is_backchannel, plain_words
from audiocore.events import Content

MOST_SURE = 0.999
"""Of one witness, so that a detector that says only yes or no does not outweigh all doubt."""


@dataclass(frozen=True, slots=True)
class InterruptionOptions:
    """What counts as meant for us.

    ``short_sure`` and ``long_sure`` were chosen on made-up noises (kitchens, streets, babble,
    coughs, animals, music) and phrases of synthetic voices, known and unknown to the recogniser,
    over the agent's speech: as few noises as may be without missing more phrases of any length.
    """

    least_ms: int = 120
    """Less speech than this is no word."""
    short_sure: float = 0.95
    """How likely it must be, 0..1, that somebody spoke, where speech is as short as that."""
    long_ms: int = 1_200
    """So much speech may be somebody even if no word of it was recognised."""
    long_sure: float = 0.8
    """How likely, 0..1, where it is that long or longer; in between it follows the odds and the
    logarithm of the length."""
    echo_share: float = 0.7
    """Share of the words, two at least, that we were saying just then: it is our own voice."""

    def __post_init__(self) -> None:
        if not 0 < self.least_ms < self.long_ms:
            raise ValueError("least_ms must be above 0 and less than long_ms")
        if not 0 < self.long_sure <= self.short_sure < 1:
            raise ValueError("0 < long_sure <= short_sure < 1 is required")
        if not 0 < self.echo_share <= 1:
            raise ValueError("echo_share must be above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Interruption:
    """What is known when it is judged."""

    text: str
    """What was recognised; empty when nothing was."""
    spoken: float
    """Probability that somebody spoke, by the recogniser, 0..1."""
    voice: float
    """Probability of a voice, by the detector where it was surest, 0..1."""
    speech_ms: int
    """How much of the sound the detector took for speech."""
    crowd: bool
    """Whether it sounds like many voices."""
    said: str
    """What we were saying when it began, and in the seconds before."""
    asked: bool
    """Whether a question of ours had been heard just then."""
    min_words: int = 1
    """Words that the flow wants before it is stopped."""


def judge(heard: Interruption, options: InterruptionOptions = InterruptionOptions()) -> Content:
    """What an interruption was, once the caller has paused."""
    words = plain_words(heard.text)
    if heard.crowd or heard.speech_ms < options.least_ms or not _somebody(heard, options):
        return "nothing"
    if not words:
        return "unclear" if heard.speech_ms >= options.long_ms else "nothing"
    if is_backchannel(heard.text):
        return "words" if heard.asked else "backchannel"
    if _is_echo(words, plain_words(heard.said), options.echo_share):
        return "nothing"
    if len(words) < heard.min_words and not heard.asked:
        return "backchannel"
    return "words"


def _somebody(heard: Interruption, options: InterruptionOptions) -> bool:
    """Whether both witnesses together are sure enough, for a sound of this length."""
    length = math.log(heard.speech_ms / options.least_ms)
    share = min(1.0, length / math.log(options.long_ms / options.least_ms))
    short, long = _log_odds(options.short_sure), _log_odds(options.long_sure)
    return _witness(heard.spoken) + _witness(heard.voice) >= short + share * (long - short)


def _witness(probability: float) -> float:
    return _log_odds(min(MOST_SURE, max(1 - MOST_SURE, probability)))


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))


def _is_echo(words: Sequence[str], said: Sequence[str], share: float) -> bool:
    """Whether most of ``words`` are in ``said``, in this order."""
    return len(words) >= 2 and _longest_common(words, said) >= share * len(words)


def _longest_common(left: Sequence[str], right: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for one in left:
        diagonal = 0
        for at, other in enumerate(right, start=1):
            above = row[at]
            row[at] = diagonal + 1 if one == other else max(above, row[at - 1])
            diagonal = above
    return row[-1]
