"""A linear classifier of texts, by the pieces that they are made of.

What does it do?
    :class:`LinearClassifier` gives a probability to each of its labels. It implements
    :class:`pipeline.interfaces.engines.Classifier`.

How does it work?
    Every piece has evidence for and against each label, which is added up (Joulin et al. 2016,
    "Bag of tricks for efficient text classification"). Pieces are not listed: a checksum says
    which row of the table a piece has, and a few share one. ``models.train.llm.intents`` learns it.

How do I use it?
    ``LinearClassifier.read(folder / CLASSIFIER_FILE)``; ``probabilities`` is thread-safe.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile
from zlib import crc32

import numpy as np
import numpy.typing as npt

from audiocore.errors import ModelError

Float32 = npt.NDArray[np.float32]

CLASSIFIER_FILE = "intents.npz"


@dataclass(frozen=True, slots=True)
class LinearClassifier:
    """A table of evidence."""

    labels: tuple[str, ...]
    weights: Float32
    """``[rows, labels]``, natural logarithms."""

    @classmethod
    def read(cls, path: Path) -> LinearClassifier | None:
        """The classifier in the file ``path``; None if there is none, as with stock models.

        Raises:
            ModelError: the file is no classifier.
        """
        if not path.is_file():
            return None
        try:
            with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
                labels = tuple(str(label) for label in file["labels"])
                weights = file["weights"].astype(np.float32)
                weights *= np.float32(file["step"])
                if weights.shape != (len(weights), len(labels)):
                    raise ValueError(f"{weights.shape} weights of {len(labels)} labels")
                return cls(labels, weights)
        except (ValueError, KeyError, OSError, EOFError, BadZipFile) as error:
            raise ModelError(
                f"{path} is no classifier ({error}): remove it, or learn it again with "
                "models.train.llm.intents"
            ) from error

    def write(self, path: Path) -> None:
        """As ``read`` takes it; a weight is a byte."""
        step = max(float(np.abs(self.weights).max()), 1e-6) / 127
        weights = np.rint(self.weights / step).astype(np.int8)
        np.savez_compressed(path, labels=np.array(self.labels), step=step, weights=weights)

    def probabilities(self, pieces: Iterable[str]) -> Mapping[str, float]:
        """Of each label, for the text that the ``pieces`` are of."""
        places = rows(pieces, len(self.weights))
        evidence = self.weights[places].sum(axis=0) / max(1, len(places)) ** 0.5
        odds = np.exp(evidence - evidence.max())
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))


def rows(pieces: Iterable[str], count: int) -> list[int]:
    """Which of ``count`` rows each of the ``pieces`` has."""
    return [crc32(piece.encode()) % count for piece in pieces]
