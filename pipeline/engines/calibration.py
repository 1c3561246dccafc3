"""What a recogniser's own scores are worth: whether anybody spoke, and whether the words are right.

A recogniser scores what it decodes, but its scores are not probabilities, and a small one is sure
of what it invents over noise. :class:`Calibration` makes probabilities of them by two logistic
regressions (Platt 1999), which ``models.train.stt.calibrate`` fits and leaves beside the weights.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

from audiocore.errors import ModelError

CALIBRATION_FILE = "calibration.json"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One decoding of one window."""

    text: str
    mean_log_probability: float
    """Per token, the end of text included."""
    no_speech: float
    tokens: int = 1
    """How many, the end of text included."""
    wording: float = 0.0
    """What the words are worth as language, in the same measure as ``log_probability``."""
    share: float = 1.0
    """Of the likelihood of all words that were thought of."""

    @property
    def log_probability(self) -> float:
        """Of all tokens together, as the model sees it."""
        return self.mean_log_probability * self.tokens

    @property
    def probability(self) -> float:
        """The same as a probability."""
        return math.exp(self.log_probability)

    @property
    def likelihood(self) -> float:
        """By which one hypothesis is preferred to another: of sound and wording together."""
        return self.log_probability + self.wording


@dataclass(frozen=True, slots=True)
class Calibration:
    """What a model's scores are worth, measured on speech and noise that it was not trained on."""

    spoke: float
    spoke_odds: float
    spoke_mean: float
    """Of the logistic regression of "somebody spoke" on the log odds of ``<|nospeech|>`` and on
    the mean log probability of the tokens; the first number is the constant, for even odds."""
    right: float
    right_mean: float
    right_total: float
    right_share: float = 0.0
    """Of the logistic regression of "every word is right" on the mean log probability of the
    tokens, on their sum, and on the log odds of the words against all others thought of."""
    spoke_least: float = 0.5
    """What is less likely spoken than this is taken for nothing said."""
    sure: float = 0.0
    """Words whose `probability` is less are heard again at other speeds."""

    @classmethod
    def read(cls, path: Path) -> Calibration | None:
        """The calibration in the file ``path``; None if there is none, as with stock models.

        Raises:
            ModelError: the file is not a calibration.
        """
        if not path.is_file():
            return None
        try:
            return cls(**{key: float(value) for key, value in json.loads(path.read_text()).items()})
        except (ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                f"{path} is not a calibration ({error}): remove it, or measure it again with "
                "models.train.stt.calibrate"
            ) from error

    def spoken(self, hypothesis: Hypothesis) -> float:
        """Probability that somebody spoke."""
        odds = log_odds(hypothesis.no_speech)
        mean = hypothesis.mean_log_probability
        return logistic(self.spoke + self.spoke_odds * odds + self.spoke_mean * mean)

    def confidence(self, hypothesis: Hypothesis) -> float:
        """Probability that every word is right."""
        return logistic(
            self.right
            + self.right_mean * hypothesis.mean_log_probability
            + self.right_total * hypothesis.log_probability
            + self.right_share * log_odds(hypothesis.share)
        )


def log_odds(probability: float) -> float:
    """Logarithm of the odds; probabilities beyond 1e-5 of 0 and 1 count as that."""
    p = min(1 - 1e-5, max(1e-5, probability))
    return math.log(p / (1 - p))


def logistic(x: float) -> float:
    """The probability with these log odds."""
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, x))))
