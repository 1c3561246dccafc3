"""Recognition errors: words exchanged for words that sound alike, dropped, added, misspelt.

About one word in ten, as a recogniser leaves them on a poor line. Which words sound alike is told
from spelling alone, by what little of it decides the sound.
"""

from __future__ import annotations

import random
import re
from functools import cache

from models.train.corpus import FIRST, LAST, PHRASES, is_held_out
from models.train.values import listed

_HOMOPHONES = {
    "two": ["to", "too"],
    "four": ["for", "fore"],
    "eight": ["ate"],
    "one": ["won"],
    "to": ["two"],
    "for": ["four"],
    "thirty": ["dirty", "thirteen", "thirdy"],
    "noon": ["new", "none"],
    "monday": ["mondays", "munday"],
    "tuesday": ["tuesdays", "choose day", "tusday"],
    "wednesday": ["wensday", "wednesdays", "when's day"],
    "thursday": ["thirsty", "thursdays", "thurs day"],
    "friday": ["fryday", "fridays"],
    "saturday": ["satur day", "saturdays"],
    "sunday": ["sun day", "sundays"],
    "appointment": ["appointments", "a pointment", "apartment", "appoint meant"],
    "book": ["look", "brook"],
    "cancel": ["council", "cancels"],
    "move": ["moved", "moo"],
    "reschedule": ["re schedule", "schedule"],
    "yes": ["yet", "yeas"],
    "no": ["know", "now"],
    "i'd": ["i", "id", "i'll"],
    "half": ["have"],
    "quarter": ["corner", "quarters"],
    "hours": ["ours"],
    "tomorrow": ["to morrow", "tomorrows"],
    "afternoon": ["after noon"],
    "parking": ["barking"],
    "okay": ["ok", "kay"],
}
_SMALL = listed("a an the i to for my at on is it of please and can you in do um uh")

_SOUNDS = (
    (r"ck|ch|[cqk]", "k"),
    (r"ph|v", "f"),
    (r"[sz]h?", "s"),
    (r"[td]h?", "t"),
    (r"[bp]", "p"),
    (r"[mn]", "n"),
    (r"[gj]", "g"),
    (r"[aeiouyhw']", ""),
    (r"(.)\1+", r"\1"),
)


def _sound(word: str) -> str:
    """The consonants of a word, those that are easily mistaken for each other made one."""
    for letters, sound in _SOUNDS:
        word = re.sub(letters, sound, word)
    return word


@cache
def _alike() -> dict[str, list[str]]:
    """Every word that callers say -> the others with the same consonants."""
    patterns = " ".join(
        pattern
        for phrases in PHRASES.values()
        for asked, groups in phrases.items()
        if not asked.startswith("held out")
        for _, patterns in groups.values()
        for pattern in patterns
    )
    names = [word for word in FIRST + LAST if not is_held_out(word)]
    words = {*re.findall(r"(?<!\{)\b[a-z']{2,}\b(?!\})", re.sub(r"\{\w+\}", " ", patterns)), *names}
    by_sound: dict[str, list[str]] = {}
    for word in sorted(words):
        by_sound.setdefault(_sound(word), []).append(word)
    return {
        word: [other for other in group if other != word]
        for group in by_sound.values()
        for word in group
    }


def misheard(rng: random.Random, words: str) -> tuple[str, dict[str, str]]:
    """The words as an imperfect recogniser might print them, and what became of those changed."""
    out: list[str] = []
    changed: dict[str, str] = {}
    for word in words.split():
        said = word if word[:1].isdigit() or word == "m" else _misheard(rng, word)
        if said != word:
            changed[word] = said
        out += [said] if said else []
    return (" ".join(out), changed) if out else (words, {})


def _misheard(rng: random.Random, word: str) -> str:
    chance = rng.random()
    if word in _HOMOPHONES and chance < 0.12:
        return rng.choice(_HOMOPHONES[word])
    if word in _SMALL:
        if chance < 0.07:
            return ""
        return rng.choice(_SMALL) if chance < 0.11 else word
    if len(word) == 1:
        return word
    if chance < 0.05 and (others := _alike().get(word)):
        return rng.choice(others)
    if chance < 0.08 and len(word) > 3:
        cut = rng.randrange(len(word))
        return word[:cut] + rng.choice(["", rng.choice("aeiounrstl")]) + word[cut + 1 :]
    return word
