"""How likely words are as language, by the few tokens before each of them.

What does it do?
    :class:`NGram` gives token sequences a log probability that owes nothing to what was heard. A
    recogniser's own decoder has read the text of its training too, but a small one leans on the
    sound: it writes "forteen hundred" where "fourteen hundred" sounds as likely.

How does it work?
    Backoff (Katz 1987): where a sequence of tokens is not in the table, its last token is looked
    for behind a shorter one, at a price. A sequence is one integer, ten bits or so to a token, so
    the table is one sorted array, in which all places of all hypotheses are looked up at once.
    ``models.train.stt.ngram`` learns it.

How do I use it?
    ``NGram.read(folder / NGRAM_FILE)``, then :meth:`NGram.log_probability`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from audiocore.errors import ModelError

Keys = npt.NDArray[np.uint64]
Float64 = npt.NDArray[np.float64]

NGRAM_FILE = "ngram.npz"

NEVER = -12.0
"""Log probability of a token that training never saw, whatever stands before it."""
STEPS = 10.0
"""To a nat, in which the file keeps logarithms; as a byte each."""


@dataclass(frozen=True, slots=True)
class NGram:
    """A table of token sequences of up to ``order`` tokens."""

    order: int
    bits: int
    """To a token; a key is the tokens, each plus one, oldest highest."""
    end: int
    """The token that ends a text; it stands before the first, too."""
    keys: Keys
    """Ascending, so shorter sequences first."""
    probabilities: Float64
    """Logarithms, of the last token of each sequence behind the others."""
    backoffs: Float64
    """Logarithms, of what is left for tokens that the table does not have behind each sequence."""

    @classmethod
    def read(cls, path: Path) -> NGram | None:
        """The table in the file ``path``; None if there is none, as with stock models.

        Raises:
            ModelError: the file is not a table.
        """
        if not path.is_file():
            return None
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                order, bits, end = map(int, file["shape"])
                steps = np.ascontiguousarray(file["steps"].T).view(np.uint64).ravel()
                probabilities, backoffs = file["probabilities"] / -STEPS, file["backoffs"] / -STEPS
                if not 0 < len(steps) == len(probabilities) == len(backoffs):
                    raise ValueError(f"{len(steps)} keys of {len(probabilities)} probabilities")
                return cls(order, bits, end, np.cumsum(steps), probabilities, backoffs)
        except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
            raise ModelError(
                f"{path} is no table of word sequences ({error}): remove it, or learn it again "
                "with models.train.stt.ngram"
            ) from error

    def write(self, path: Path) -> None:
        """As ``read`` takes it. Keys are kept as differences, byte by byte: these compress."""
        steps = np.diff(self.keys, prepend=np.uint64(0)).view(np.uint8).reshape(-1, 8).T
        np.savez_compressed(
            path,
            shape=np.array([self.order, self.bits, self.end]),
            steps=np.ascontiguousarray(steps),
            probabilities=_in_bytes(self.probabilities),
            backoffs=_in_bytes(self.backoffs),
        )

    def log_probability(self, texts: Sequence[Sequence[int]]) -> Float64:
        """Of each of the ``texts``, tokens without the end, as a whole with its end."""
        endings = self.back_off(windows(texts, self.order, self.bits, self.end))
        ends = np.cumsum([len(text) + 1 for text in texts])
        return np.diff(np.cumsum(endings)[ends - 1], prepend=0.0)

    def back_off(self, endings: Keys) -> Float64:
        """Log probability of the last token of each row of ``endings``, ``[n, order]``: the key of
        the last token, of the last two, and so on; 0 where so many are not there."""
        total, missing = np.zeros(len(endings)), np.ones(len(endings), bool)
        for length in range(endings.shape[1], 0, -1):
            keys = endings[:, length - 1]
            at, found = self._at(keys)
            total += np.where(missing & found, self.probabilities[at], 0.0)
            missing &= ~found
            if length > 1:
                at, found = self._at(keys >> np.uint64(self.bits))
                total += np.where(missing & found, self.backoffs[at], 0.0)
        return total + np.where(missing, NEVER, 0.0)

    def _at(self, keys: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """Where ``keys`` are in the table, and which are."""
        at = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return at, self.keys[at] == keys


def _in_bytes(logarithms: Float64) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(-STEPS * logarithms), 0, 255).astype(np.uint8)


def windows(texts: Sequence[Sequence[int]], order: int, bits: int, end: int) -> Keys:
    """The endings that ``NGram.back_off`` takes, of all tokens of the ``texts`` and their ends."""
    line = [0] * order
    for text in texts:
        line += [end + 1, *(token + 1 for token in text), end + 1, *([0] * order)]
    tokens = np.array(line, np.uint64)
    # What has a token before it; the end that stands before the first has none.
    ends = np.flatnonzero((tokens[1:] != 0) & (tokens[:-1] != 0)) + 1
    keys = np.zeros((len(ends), order), np.uint64)
    key, there = np.zeros(len(ends), np.uint64), np.ones(len(ends), bool)
    for back in range(order):
        there &= tokens[ends - back] != 0
        key |= tokens[ends - back] << np.uint64(bits * back)
        keys[:, back] = np.where(there, key, 0)
    return keys
