"""What the caller meant, as the language model understands it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.flow import prompts
from pipeline.interfaces import LanguageModel
from pipeline.workers import Worker

MAX_TOKENS = 96
"""Of one answer; enough for every answer that the grammar allows but endless names."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """An intent of :data:`pipeline.flow.prompts.INTENTS` and the slots that were said."""

    intent: str
    name: str | None = None
    """Lowercase words, spelling applied."""
    day: str | None = None
    """A label for :func:`pipeline.flow.dates.resolve_day`."""
    time: str | None = None
    """A label for :func:`pipeline.flow.dates.resolve_time`."""

    @property
    def slots(self) -> bool:
        """Whether anything but the intent was said."""
        return any((self.name, self.day, self.time))


UNCLEAR = Understanding("unclear")


async def understand(
    model: LanguageModel,
    worker: Worker,
    asked: prompts.Asked,
    text: str,
    first_token: Callable[[], None],
) -> Understanding:
    """Ask the model what ``text`` means after the agent asked ``asked``.

    Raises:
        EngineError: the model failed.
    """
    words = prompts.caller_words(text)
    if not words:
        return UNCLEAR
    messages = prompts.understand(asked, words)
    grammar = prompts.understanding_grammar(words)
    answer = ""
    async for piece in worker.stream(
        lambda: model.generate(messages, max_tokens=MAX_TOKENS, grammar=grammar)
    ):
        if not answer:
            first_token()
        answer += piece
    return parse(answer)


def parse(answer: str) -> Understanding:
    """Read the model's JSON; whatever is not as agreed is ``unclear``."""
    try:
        said = json.loads(answer)
    except ValueError:
        return UNCLEAR
    if not isinstance(said, dict) or said.get("intent") not in prompts.INTENTS:
        return UNCLEAR
    slots = {key: value for key, value in said.items() if isinstance(value, str) and value}
    name = apply_spelling(slots.get("name"), slots.get("spelled"))
    return Understanding(said["intent"], name, slots.get("day"), slots.get("time"))


def apply_spelling(name: str | None, spelled: str | None) -> str | None:
    """The name with the word that the letters resemble replaced by them, or with them added.

    Letters are the surer source: a recogniser guesses names, but it knows the alphabet.
    """
    word = re.sub(r"[^a-z\u00df-\u00ff]", "", spelled or "")
    if len(word) < 2:
        return name
    if not name:
        return word
    words = name.split()
    likeness = [SequenceMatcher(None, said, word).ratio() for said in words]
    best = max(range(len(words)), key=likeness.__getitem__)
    if likeness[best] > 0.5:
        words[best] = word
    else:
        words.append(word)
    return " ".join(words)
