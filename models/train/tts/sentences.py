"""Sentences for the voice to learn from, and to be judged by."""

from collections.abc import Callable, Iterator
from random import Random

from models.train.tts import english, receptionist

KINDS: dict[str, Callable[[Random], str]] = {
    "receptionist": receptionist.sentence,
    "general": english.sentence,
}


def sentence(rng: Random, kind: str) -> str:
    """One of the `KINDS`, in ASCII, spelled in words, with a capital and one full stop."""
    text = KINDS[kind](rng)
    return (text[0].upper() + text[1:]).replace("..", ".")


def sentences(seed: int) -> Iterator[str]:
    """Without end and without repeating itself: three of a receptionist's to two of English at large.

    The same seed gives the same sentences.
    """
    yield from receptionist.FIXED
    seen = set(receptionist.FIXED)
    rng = Random(seed)
    while True:
        text = sentence(rng, "receptionist" if rng.random() < 0.6 else "general")
        if text not in seen:
            seen.add(text)
            yield text
