"""Phonemes of espeak-ng, with the durations of flite's phones.

The voice is fed what Piper feeds every voice: code points of espeak-ng's IPA. The teacher speaks
its own phones. Both transcribe the same words, so a monotonic alignment by dynamic programming
carries the teacher's durations over; where the two dictionaries disagree about a word its cost
shows, and the sentence can be left out.
"""

# ruff: noqa: RUF001 - IPA looks like other letters; lists of phones read best as words

import numpy as np

PUNCTUATION = ",.!?;:"
WEIGHTLESS = frozenset("ˈˌːʲ̩̃^$_' ")  # marks that last no time of their own

_PHONES_OF = {
    "ə": "ax ah ih eh er uh ae aa",
    "ɐ": "ax ah ae",
    "ʌ": "ah ax",
    "æ": "ae",
    "a": "ay aw aa ae",
    "ɑ": "aa ao",
    "ɒ": "aa ao",
    "ɔ": "ao oy aa ow",
    "e": "ey eh",
    "ɛ": "eh ey ae",
    "ɜ": "er",
    "ɚ": "er",
    "i": "iy ih",
    "ɪ": "ih iy ax ey ay oy eh",
    "ᵻ": "ih ax iy",
    "u": "uw uh",
    "ʊ": "uh uw ow aw",
    "o": "ow ao",
    "b": "b",
    "d": "d t jh",
    "f": "f",
    "ɡ": "g",
    "h": "hh",
    "j": "y iy uw",
    "k": "k",
    "l": "l",
    "m": "m",
    "n": "n ng",
    "ŋ": "ng n",
    "p": "p",
    "ɹ": "r er",
    "r": "r er",
    "s": "s z",
    "t": "t d ch",
    "v": "v f",
    "w": "w",
    "z": "z s",
    "ð": "dh th",
    "θ": "th dh",
    "ʃ": "sh ch zh",
    "ʒ": "zh jh",
    "ɾ": "t d dh",
    "ʔ": "t",
    "x": "k",
}
COMPATIBLE = {symbol: frozenset(phones.split()) for symbol, phones in _PHONES_OF.items()}
_VOWEL_SYMBOLS = frozenset("əɐʌæaɑɒɔeɛɜɚiɪᵻuʊo")
_VOWEL_PHONES = frozenset("aa ae ah ao aw ax ay eh er ey ih iy ow oy uh uw".split())
_MATCH, _SHARE, _MERGE = 1, 2, 3


def _substitution(symbol: str, phone: str) -> float:
    if phone in COMPATIBLE.get(symbol, ()):
        return 0.0
    if phone == "pau":
        return 0.3 if symbol in PUNCTUATION else 3.0
    if symbol in PUNCTUATION:
        return 3.0
    if symbol in _VOWEL_SYMBOLS and phone in _VOWEL_PHONES:
        return 0.6
    if (symbol in _VOWEL_SYMBOLS) != (phone in _VOWEL_PHONES):
        return 2.0
    return 1.2


def _sharing(symbol: str, phone: str | None) -> float:
    """Cost of a symbol that has no phone of its own and shares the one before it."""
    if phone is not None and phone in COMPATIBLE.get(symbol, ()):
        return 0.3  # the second half of a diphthong or an affricate
    return 0.8 if symbol in PUNCTUATION else 1.5


def align(symbols: list[str], phones: list[tuple[str, float]]) -> tuple[list[float], float]:
    """Seconds per symbol, with those of the silence before the first and after the last.

    symbols: espeak-ng code points of one sentence. phones: (flite phone, duration in seconds).
    Returns (n + 2 durations, mean cost per symbol); a cost above about 0.3 means that the two
    transcriptions do not tell the same words.

    Raises:
        ValueError: no symbol stands for a sound or a pause, so nothing could own the time.
    """
    core = [i for i, symbol in enumerate(symbols) if symbol not in WEIGHTLESS]
    if not core:
        raise ValueError("nothing to align: no symbol stands for a sound or a pause")
    n, m = len(core), len(phones)
    cost = np.full((n + 1, m + 1), np.inf)
    step = np.zeros((n + 1, m + 1), np.int8)
    cost[0, 0] = 0
    for j in range(1, m + 1):
        if phones[j - 1][0] == "pau":
            cost[0, j], step[0, j] = cost[0, j - 1] + 0.1, _MERGE
    for i in range(1, n + 1):
        symbol = symbols[core[i - 1]]
        for j in range(m + 1):
            phone = phones[j - 1][0] if j else None
            choices = [(cost[i - 1, j] + _sharing(symbol, phone), _SHARE)]
            if phone is not None:
                choices.append((cost[i - 1, j - 1] + _substitution(symbol, phone), _MATCH))
                merge = 0.4 if phone == "pau" else 1.0
                choices.append((cost[i, j - 1] + merge, _MERGE))
            cost[i, j], step[i, j] = min(choices)

    owners: list[list[int]] = [[] for _ in phones]
    i, j = n, m
    while i or j:
        if j and i:
            owners[j - 1].append(core[i - 1])
        kind = step[i, j]
        i -= kind in (_MATCH, _SHARE)
        j -= kind in (_MATCH, _MERGE)

    durations, lead, tail = [0.0] * len(symbols), 0.0, 0.0
    last = -1
    for number, ((phone, seconds), owned) in enumerate(zip(phones, owners, strict=True)):
        owned = list(dict.fromkeys(owned))
        if phone == "pau":
            owned = [k for k in owned if symbols[k] in PUNCTUATION]
            if not owned and last < 0:
                lead += seconds
            elif not owned and number == len(phones) - 1:
                tail += seconds
            elif not owned:  # a breath the text does not mark: it belongs to the space
                spaces = [k for k in range(last, len(symbols)) if symbols[k] == " "]
                owned = spaces[:1] or [last]
        for k in owned:
            durations[k] += seconds / len(owned)
        last = max([last, *owned])
    return [lead, *durations, tail], float(cost[n, m]) / max(1, n)
