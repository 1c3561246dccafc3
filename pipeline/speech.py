"""Text deltas -> clauses -> speech on the wire.

What does it do: :class:`ClauseSplitter` cuts a reply that is still being written into clauses that
can be spoken already; :class:`Speaker` turns one clause into 20 ms mu-law frames and says where
each written word ends.

How does it work: a cut is made only where what follows cannot change it, so the clauses of a reply
are the same however its text was cut into deltas. The first clause may be short, because the caller
is waiting for it; later ones are whole sentences where they are not long, because a sentence in one
piece sounds better.

How do I use it: ``feed`` deltas and ``flush`` at the end; ``speak`` every clause, in a worker.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from audiocore.errors import EngineError
from audiocore.g711 import ulaw_encode
from audiocore.playout import SpokenClause, SpokenWord
from audiocore.resample import Resampler
from audiocore.units import FRAME_SAMPLES, TELEPHONE_HZ, ULAW_SILENCE, ms_to_samples
from pipeline.interfaces import Synthesizer, SynthesizedClause
from pipeline.speech_text import ABBREVIATIONS, MONTHS, Piece, is_number_word, spoken_pieces

FIRST_CLAUSE_CHARS = 8
"""A comma may end the first clause from here on: "Certainly," but not "So,"."""
CLAUSE_CHARS = 40
"""A comma may end a later clause from here on."""
LONGEST_CLAUSE_CHARS = 200
"""A clause without any pause is cut at the last space before."""


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
        self._first = True
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
