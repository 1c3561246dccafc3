"""What to make of speech over our speech: was it meant to stop us?

What does it do: the second stage of barge-in. Playout has been paused for a sound; :func:`judge`
weighs what is known of it and says what it was.

How does it work: in order of how sure a sign is. A room full of voices is nobody's words, whatever
a recogniser makes of them, and neither is a sound that a detector was never sure of or that is
shorter than any word. A backchannel asks us to go on, unless we had just asked something: then
"yes" or "okay" is the answer. Words that we were saying ourselves just then are an echo. A
recogniser that is unsure of a very short sound has heard a cough. Long and voice-like sound without
words was somebody whom we did not understand, which is for the flow to apologise for.

How do I use it: fill in an :class:`Interruption` when the words are there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from audiocore.backchannel import is_backchannel, plain_words
from audiocore.events import Content


@dataclass(frozen=True, slots=True)
class InterruptionOptions:
    """What counts as meant for us."""

    least_ms: int = 120
    """Less speech than this is no word, however sure a recogniser is."""
    short_ms: int = 400
    """Speech shorter than this needs a recogniser that is sure of it."""
    short_confidence: float = 0.4
    """How sure, 0..1. Chosen on synthetic noises and one half of the speech recordings."""
    guess_confidence: float = 0.05
    """Words recognised with less are guesses, and count as no words."""
    unclear_ms: int = 1_200
    """So much speech was somebody talking, even if no word of it was recognised."""
    echo_share: float = 0.7
    """Share of the words, two at least, that we were saying just then: it is our own voice."""

    def __post_init__(self) -> None:
        if self.least_ms > self.short_ms:
            raise ValueError("least_ms must be at most short_ms")
        if not 0 <= self.guess_confidence <= self.short_confidence <= 1:
            raise ValueError("0 <= guess_confidence <= short_confidence <= 1 is required")
        if not 0 < self.echo_share <= 1:
            raise ValueError("echo_share must be above 0 and at most 1")


@dataclass(frozen=True, slots=True)
class Interruption:
    """What is known when it is judged."""

    text: str
    """What was recognised; empty when nothing was."""
    confidence: float
    """Of the recogniser, 0..1."""
    speech_ms: int
    """How much of the sound a detector took for speech."""
    voice: bool
    """Whether the detector was ever sure of that."""
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
    if heard.crowd or not heard.voice or heard.speech_ms < options.least_ms:
        return "nothing"
    if not words or heard.confidence < options.guess_confidence:
        return "unclear" if heard.speech_ms >= options.unclear_ms else "nothing"
    if is_backchannel(heard.text):
        return "words" if heard.asked else "backchannel"
    if _is_echo(words, plain_words(heard.said), options.echo_share):
        return "nothing"
    if heard.speech_ms < options.short_ms and heard.confidence < options.short_confidence:
        return "nothing"
    if len(words) < heard.min_words and not heard.asked:
        return "backchannel"
    return "words"


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
