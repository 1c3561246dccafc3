"""Text deltas -> clauses -> speech on the wire.

What does it do: :class:`ClauseSplitter` cuts a reply that is still being written into clauses that
can be spoken already; :class:`Speaker` turns one clause into 20 ms mu-law frames and says where
each written word ends, in parts if the clause is long and the voice can make it so.

How does it work: a cut is made only where what follows cannot change it, so the clauses of a reply
are the same however its text was cut into deltas. The first clause may be short, because the caller
is waiting for it; later ones are whole sentences where they are not long, because a sentence in one
piece sounds better.

How do I use it: ``feed`` deltas and ``flush`` at the end; ``speak`` or ``stream`` every clause, in
a worker.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile

import numpy as np

from audiocore.g711 import ulaw_encode
from audiocore.playout import SpokenClause, SpokenWord
from audiocore.resample import Resampler
from audiocore.units import FRAME_SAMPLES, TELEPHONE_HZ, ULAW_SILENCE, ms_to_samples
from pipeline.abbreviations import ABBREVIATIONS, CALENDAR, TITLES, UNITS
from pipeline.interfaces.engines import SynthesizedClause, Synthesizer
from pipeline.number_words import is_number
from pipeline.speech_text import Piece, spoken_pieces, spoken_text

FIRST_CLAUSE_CHARS = 12
"""A comma may end the first clause from here on: "All right, Anna," but not "Okay,"."""
CLAUSE_CHARS = 40
"""A comma may end a later clause from here on."""
LONGEST_CLAUSE_CHARS = 200
"""A clause without any pause is cut at the last space before."""

PAUSES_MS = {".": 200, "!": 200, "?": 200, "\u2026": 200, ";": 140, ":": 140, ",": 90}
"""Silence after a clause, by its last character."""
PAUSE_MS = 40
"""Silence after a clause that ends in none of these."""
SILENCE_LEVEL = 64
"""int16 amplitude up to which audio is silence: about -54 dBFS, near the last step of mu-law."""
EDGE_MS = 10
"""Kept before the first sound; twice as much after the last."""
FADE_MS = 5

_OPENING = "\"'\u201c\u2018([*_"
_CLOSING = "\"'\u201d\u2019)]*_"


class ClauseSplitter:
    """The clauses of one reply."""

    def __init__(self) -> None:
        self._pending = ""
        self._first = True

    def feed(self, delta: str) -> list[str]:
        """Add text; the clauses that are now certain, each with single spaces between words."""
        self._pending += delta
        return self._cut(final=False)

    def flush(self) -> list[str]:
        """The reply is complete: the clauses that were still open. Ready for the next reply."""
        clauses = self._cut(final=True)
        self._pending, self._first = "", True
        return clauses

    def _cut(self, final: bool) -> list[str]:
        clauses = []
        while (end := _clause_end(self._pending, self._first, final)) is not None:
            clause = " ".join(self._pending[:end].split())
            self._pending = self._pending[end:]
            if clause:
                clauses.append(clause)
                self._first = False
        return clauses


def _clause_end(text: str, first: bool, final: bool) -> int | None:
    """Where the first clause of ``text`` ends; None while that depends on text still to come."""
    words, followers = itertools.tee(re.finditer(r"\S+", text))
    next(followers, None)
    clause: list[re.Match[str]] = []
    length = -1
    for word, following in itertools.zip_longest(words, followers):
        if following is None and not final and word.end() == len(text):
            return None  # more letters may follow
        length += 1 + len(word[0])
        clause.append(word)
        if length > LONGEST_CLAUSE_CHARS and len(clause) > 1:
            return _last_space(clause)
        if "\n" in text[word.end() : following.start() if following else None]:
            return word.end()
        if following is None:
            break
        whole = final or following.end() < len(text)  # is the following word complete?
        match _ends([item[0] for item in clause[-2:]], length, first, following[0], whole):
            case True:
                return word.end()
            case None:
                return None
    return len(text) if final and clause else None


def _last_space(words: list[re.Match[str]]) -> int:
    """The last cut between two of ``words`` that splits no number; the last of all if each does."""
    for left, right in zip(words[-2::-1], words[:0:-1], strict=True):
        if not _belong_together(left[0], right[0]):
            return left.end()
    return words[-2].end()


def _ends(words: list[str], length: int, first: bool, following: str, whole: bool) -> bool | None:
    """Whether a clause of ``length`` characters ends with the last of ``words``, which are its last
    two or its only one; None if ``following`` must be ``whole`` to know."""
    bare = words[-1].rstrip(_CLOSING)
    if bare.endswith((".", "!", "?", "\u2026")):
        return _ends_sentence(bare.lstrip(_OPENING), len(words) == 1, following, whole)
    dash = bare in ("-", "\u2013", "\u2014")
    if not dash and not bare.endswith((",", ";", ":", "\u2014", "\u2013")):
        return False
    if length < (FIRST_CLAUSE_CHARS if first else CLAUSE_CHARS):
        return False
    left = words[0] if dash else words[-1]  # "10:30 - 11:00"
    if not _countable(left):
        return True
    return not _belong_together(left, following) if whole else None


def _ends_sentence(word: str, alone: bool, following: str, whole: bool) -> bool | None:
    stem = word[:-1]
    if not word.endswith(".") or stem.endswith("."):
        return True
    if following[0].islower():
        return False  # of whatever it is short for
    if alone and stem.isdigit():
        return False  # the number of a list's entry
    if re.fullmatch("[A-Z]", stem):
        return not following[0].isupper()  # an initial
    if stem.lower() == "no":
        return not following[0].isdigit()
    key = stem.lower()
    if key in TITLES:
        return False
    if key in UNITS:
        return following[0].isupper()
    if key in ABBREVIATIONS and (ABBREVIATIONS[key] not in CALENDAR or stem[0].isupper()):
        return following[0].isupper() and ABBREVIATIONS[key] not in CALENDAR
    if re.fullmatch(r"(?:[A-Za-z]{1,2}\.)+[A-Za-z]", stem):  # p.m., e.g., U.S., Ph.D.
        if key in ("e.g", "i.e") or not following[0].isupper():
            return False
        return following.strip(".,!?;:") not in CALENDAR if whole else None
    return True


def _countable(word: str) -> bool:
    bare = word.strip(_OPENING + _CLOSING + ".,!?;:")
    if is_number(bare) or (len(bare) == 1 and bare.isalpha()):
        return True
    return bare[:1].isupper() and ABBREVIATIONS.get(bare.lower(), bare) in CALENDAR


def _belong_together(left: str, right: str) -> bool:
    """Whether two words are parts of one number, date or spelled name."""
    return _countable(left) and _countable(right)


class Speaker:
    """One voice, speaking on the telephone. As thread-safe as its synthesizer."""

    def __init__(self, synthesizer: Synthesizer, phrases: Iterable[str] = ()) -> None:
        """``phrases`` are clauses said verbatim again and again: they are spoken once, now.

        Raises:
            EngineError: the voice failed.
        """
        self._synthesizer = synthesizer
        self._ready: dict[str, SpokenClause] = {}
        for phrase in phrases:
            self._ready[phrase] = self._render(phrase)

    def ready(self, clause: str) -> SpokenClause | None:
        """One of the phrases, without the voice; None for any other clause."""
        return self._ready.get(clause)

    def speak(self, clause: str) -> SpokenClause:
        """Speak one clause: at least one frame, ending in the pause its punctuation asks for.

        Raises:
            EngineError: the voice failed.
        """
        return self._ready.get(clause) or self._render(clause)

    def stream(self, clause: str) -> Iterator[SpokenClause]:
        """The same in parts, each as soon as the voice has made enough of it.

        Raises:
            EngineError: the voice failed.
        """
        if (ready := self.ready(clause)) is not None:
            yield ready
        else:
            yield from self._parts(clause, self._synthesizer.stream)

    def _render(self, clause: str) -> SpokenClause:
        return _joined(self._parts(clause, lambda text: [self._synthesizer.synthesize(text)]))

    def _parts(
        self, clause: str, voice: Callable[[str], Iterable[SynthesizedClause]]
    ) -> Iterator[SpokenClause]:
        pieces = spoken_pieces(clause)
        text = spoken_text(pieces)
        sound = _Sound(self._synthesizer.sample_rate)
        # Where a voice tells no ends of words, they all end with the clause.
        words = list(_written_words(pieces, [sys.maxsize]))
        for part in voice(text) if text else ():
            if part.words:
                ends = [sound.at_8k(word.end_samples) for word in part.words]
                words = list(_written_words(pieces, ends))
            if said := sound.add(part.pcm):
                ending = list(takewhile(lambda word: sound.place(word) <= sound.said, words))
                words = words[len(ending) :]
                yield SpokenClause(ulaw_encode(said), sound.placed(ending, said))
        said = sound.finish()
        pause = ms_to_samples(PAUSES_MS.get(clause.rstrip(_CLOSING)[-1:], PAUSE_MS))
        ulaw_8k = ulaw_encode(said) + ULAW_SILENCE * pause
        ulaw_8k += ULAW_SILENCE * (-len(ulaw_8k) % FRAME_SAMPLES)
        yield SpokenClause(ulaw_8k, sound.placed(words, said))


def _joined(parts: Iterable[SpokenClause]) -> SpokenClause:
    ulaw_8k, words = b"", []
    for part in parts:
        words += [SpokenWord(w.text, len(ulaw_8k) + w.end_samples) for w in part.words]
        ulaw_8k += part.ulaw_8k
    return SpokenClause(ulaw_8k, tuple(words))


class _Sound:
    """What a voice makes of one clause, at 8 kHz, without the silence at its ends, and faded there.

    However it is cut into parts, the samples are the same: only those are given away that nothing
    to come can change, in whole frames."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler = None if rate == TELEPHONE_HZ else Resampler(rate, TELEPHONE_HZ)
        self._pcm = np.zeros(0, np.int16)
        self._start = 0
        self.said = 0
        """Samples given away."""

    def add(self, pcm: bytes) -> bytes:
        """The next part of the voice's audio; what of it is certain."""
        self._append(self._resampler.process(pcm) if self._resampler else pcm)
        sound = self._sound()
        certain = len(sound) - ms_to_samples(FADE_MS)
        return self._give(sound, max(self.said, certain - certain % FRAME_SAMPLES))

    def finish(self) -> bytes:
        """The rest, as nothing more comes."""
        self._append(self._resampler.flush() if self._resampler else b"")
        sound = self._sound()
        return self._give(sound, len(sound))

    def at_8k(self, samples: int) -> int:
        """A place in the voice's audio."""
        return samples * TELEPHONE_HZ // self._rate

    def place(self, word: SpokenWord) -> int:
        """Where a word, whose end counts from the start of the voice's audio, ends in the sound."""
        return max(0, word.end_samples - self._start)

    def placed(self, words: Iterable[SpokenWord], said: bytes) -> tuple[SpokenWord, ...]:
        """The same words from the start of what was just said, and none after its end."""
        before = self.said - len(said) // 2
        return tuple(SpokenWord(w.text, min(self.place(w), self.said) - before) for w in words)

    def _append(self, pcm: bytes) -> None:
        self._pcm = np.concatenate([self._pcm, np.frombuffer(pcm, np.int16)])

    def _sound(self) -> np.ndarray:
        self._start, stop = _sounding(self._pcm)
        return _faded(self._pcm[self._start : stop])

    def _give(self, sound: np.ndarray, until: int) -> bytes:
        given = sound[self.said : until].tobytes()
        self.said = until
        return given


def _sounding(pcm: np.ndarray) -> tuple[int, int]:
    """The part between leading and trailing silence, as voices differ in how much they leave."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > SILENCE_LEVEL)
    if not len(loud):
        return 0, 0
    start = max(0, int(loud[0]) - ms_to_samples(EDGE_MS))
    return start, min(len(pcm), int(loud[-1]) + 1 + ms_to_samples(2 * EDGE_MS))


def _faded(pcm: np.ndarray) -> np.ndarray:
    """In and out over a few milliseconds, so that no edge clicks."""
    size = min(ms_to_samples(FADE_MS), len(pcm) // 2)
    ramp = (np.arange(size) + 0.5) / max(size, 1)
    faded = pcm.astype(np.float64)
    faded[:size] *= ramp
    faded[len(pcm) - size :] *= ramp[::-1]
    return faded.astype(np.int16)


def _written_words(pieces: list[Piece], ends: list[int]) -> Iterator[SpokenWord]:
    """The written words, each ending where the last spoken word of its piece does."""
    done = 0
    for piece in pieces:
        done += len(piece.spoken.split())
        # A voice that reports fewer words than it was given ends the rest with the last.
        yield SpokenWord(piece.written, ends[min(done, len(ends)) - 1] if done else 0)
