"""What operators can set about the conversation: ``[flow]`` of the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from audiocore.endpointing import Patience
from pipeline.flow.prompts import Asked
from pipeline.interfaces.conversation import ListeningPolicy

_PATIENCE: Mapping[str, Patience] = {
    "help": "balanced",
    "name": "patient",
    "people": "balanced",
    "day": "balanced",
    "time": "balanced",
    "confirm": "eager",
    "more": "eager",
}


@dataclass(frozen=True, slots=True)
class FlowOptions:
    """How the receptionist listens, doubts and waits.

    Raises:
        ValueError: a value makes no sense; the message names it.
    """

    confidence: float = 0.5
    """Words recognised with less than this are asked for again before anything depends on them."""
    intent_confidence: float = 0.5
    """An intent that is less likely than this counts as not understood."""
    patience: Mapping[str, Patience] = field(default_factory=lambda: dict(_PATIENCE))
    """By what was asked; what is not given keeps its default."""
    min_words: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(get_args(Asked), 1))
    """By what was asked: words that an interruption needs to count as one; 1 where not given."""
    ask_finished: bool = True
    """Whether the language model is asked if a caller who pauses has finished: one more short
    prompt per pause. Large models, whose prompts take long, are better not asked."""
    tool_calls: Literal["rules", "model"] = "rules"
    """Who reads a day or time that is in no list of phrases: nobody, so that it is asked again, or
    the language model, by writing a lookup. The starter model cannot; instruct models can."""
    filler_ms: int = 200
    """A tool that takes longer is covered by a phrase such as "One moment, please"."""
    tool_ms: int = 5000
    """A tool that takes longer is given up, and the caller is told."""

    def __post_init__(self) -> None:
        for name in ("confidence", "intent_confidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be 0 to 1")
        if self.tool_calls not in ("rules", "model"):
            raise ValueError(f"tool_calls is {self.tool_calls!r}: use rules or model")
        for name in ("patience", "min_words"):
            for asked in getattr(self, name):
                if asked not in get_args(Asked):
                    raise ValueError(
                        f"{name} is by {', '.join(get_args(Asked))}: {asked!r} is none of them"
                    )
        if any(words < 1 for words in self.min_words.values()):
            raise ValueError("min_words must be 1 or more")
        if not 0 <= self.filler_ms < self.tool_ms:
            raise ValueError("tool_ms must be more than filler_ms, and that not negative")

    def policy(self, asked: Asked, *, protected: bool) -> ListeningPolicy:
        """How to listen to the answer; ``protected``: what is being said may not be cut off."""
        return ListeningPolicy(
            patience=self.patience.get(asked, _PATIENCE[asked]),
            interruptible=not protected,
            min_words=self.min_words.get(asked, 1),
        )
