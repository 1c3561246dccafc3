"""From a detector's probability to speech: two thresholds, and a third for when we speak.

What does it do: says of every frame whether somebody speaks.

How does it work: speech begins above one threshold and is over below a lower one, so that it does
not flicker. While we speak ourselves it begins sooner: to be silent for a moment costs little, and
weak beginnings of words are then not waited for.

How do I use it: one :class:`Voice` per call; ``step`` every frame; say ``mistaken`` when what began
was nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from audiocore.units import FRAME_MS


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """Probabilities, 0..1.

    ``on`` and ``off`` were chosen for Silero on real recordings through mu-law at 8 kHz.
    ``eager_on`` was chosen on one half of the speech recordings and on synthetic noises: lower
    brings the slowest beginnings no sooner, and more noises over it.
    """

    on: float = 0.5
    """From here speech begins."""
    eager_on: float = 0.3
    """From here, while the agent speaks."""
    off: float = 0.1
    """Below, it is over."""
    calm_ms: int = 10_000
    """For so long ``eager_on`` is not used after it was wrong: the line is noisy."""

    def __post_init__(self) -> None:
        if not 0 <= self.off <= self.eager_on <= self.on <= 1:
            raise ValueError("eager_on must be between off and on, and all of them from 0 to 1")
        if self.calm_ms < 0:
            raise ValueError("calm_ms cannot be negative")


class Voice:
    """One caller's voice activity."""

    def __init__(self, options: VoiceOptions = VoiceOptions()) -> None:
        self._options = options
        self._speech = False
        self._calm = 0

    def step(self, probability: float, *, eager: bool = False) -> bool:
        """Advance by one frame; whether it is speech. ``eager``: less is enough to begin."""
        options = self._options
        begin = options.eager_on if eager and not self._calm else options.on
        self._calm = max(0, self._calm - 1)
        self._speech = probability >= (options.off if self._speech else begin)
        return self._speech

    def mistaken(self) -> None:
        """What began while we spoke was nobody who wanted to interrupt us."""
        self._calm = self._options.calm_ms // FRAME_MS
