"""How regular English words inflect: plural, verb endings, comparison, and a or an."""

from __future__ import annotations

import re

_DOUBLES = re.compile(r"(qu|[^aeiou])*[aeiou][^aeiouwxy]")
"""A syllable with one short vowel and one final consonant: stop, quit, thin."""
_HISSES = ("s", "x", "z", "ch", "sh")
_YOU_SOUND = re.compile(r"u[bkst][aeiu]|uri|unanim|uni(?![nmd])|eu|one\b|once\b")
_SILENT_H = ("hour", "honest", "heir", "honor")


def with_s(word: str) -> str:
    """Plural of a noun, third person of a verb."""
    if word.endswith(_HISSES):
        if re.search(r"[^aeiou]?[aeiou]z$|^quiz$", word):
            word += "z"
        return word + "es"
    if re.search(r"[^aeiou]y$", word):
        return word[:-1] + "ies"
    return word + ("es" if word in ("go", "do", "echo", "hero", "veto", "undergo") else "s")


def _stem(word: str, ending: str) -> str:
    """`word` as it stands before an ending that begins with a vowel; a final + asks to double."""
    if word.endswith("+"):
        return word[:-1] + word[-2] + ending
    if _DOUBLES.fullmatch(word):
        return word + word[-1] + ending
    return word + ending


def doing(word: str) -> str:
    """The -ing form of a verb."""
    if word.endswith("ie"):
        return word[:-2] + "ying"
    if word in ("panic", "picnic"):
        return word + "king"
    if re.search(r"[^eoy]e$", word) and word != "be":
        return word[:-1] + "ing"
    return _stem(word, "ing")


def with_e(word: str, ending: str) -> str:
    """`word` with one of the endings -ed, -er, -est."""
    if word.endswith("e"):
        return word + ending[1:]
    if re.search(r"[^aeiou]y$", word) and word != "shy":
        return word[:-1] + "i" + ending
    return _stem(word, ending)


def articles(text: str) -> str:
    """The same with a and an as the next word asks for."""

    def article(match: re.Match[str]) -> str:
        word = match[1]
        vowel = word[0] in "aeiou" and not _YOU_SOUND.match(word)
        return f"{'an' if vowel or word.startswith(_SILENT_H) else 'a'} {word}"

    return re.sub(r"\ban? ([a-z']+)", article, text)
