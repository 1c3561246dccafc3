"""Training examples: the flow's own prompts, filled from the corpus, with the answers wanted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from models.train.corpus import Utterance, utterance
from models.train.llm.facts import invented
from models.train.llm.noise import misheard
from models.train.llm.replies import answer, situation_of
from pipeline.flow import prompts
from pipeline.interfaces.engines import Message

_OPEN = ("help", "help", "confirm")
"""Asked more often in training than in calls: what may be said then is the least bounded."""

_ELSEWHERE = 0.5
"""Share of what does not answer the question; in calls it is less, but answers are learnt soon."""

_EVEN = 0.5
"""Share drawn with all patterns alike: intents that are said in many ways need more examples."""

_OTHERWISE = 0.25
"""Share of phrases said in other words."""

_REPLIED = {"answer": 1.0, "chat": 0.5, "decline": 0.6, "accept": 0.02, "thank": 0.02}
"""Shares of what is said by situation that examples of replies are drawn from; others 0.25."""


@dataclass(frozen=True, slots=True)
class Example:
    """The last user message and the answer to it; the system message is the batch's."""

    user: str
    answer: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples behind one system prompt."""

    system: Message
    examples: list[Example]


def heard(
    rng: random.Random, u: Utterance, noise: float, written: float = 0.2
) -> tuple[str, str | None]:
    """The caller's words as the flow gets them, and the name in them.

    The shares are of sentences with recognition errors and of written forms. A name that was
    misheard is the name as heard: nobody can copy what is not there.
    """
    words = prompts.caller_words(u.written if rng.random() < written else u.text)
    name = u.slots.get("name")
    if rng.random() < noise:
        words, changed = misheard(rng, words)
        if name:
            name = " ".join(filter(None, (changed.get(word, word) for word in name.split())))
    return words, name or None


def said(
    rng: random.Random,
    *,
    business: str = "clinic",
    pseudo: float = 0.25,
    noise: float = 0.35,
    written: float = 0.2,
    asked: str | None = None,
) -> tuple[str, Utterance]:
    """What a caller says, in the words that the flow gets, with the labels that are to be found in them."""
    if asked is None and rng.random() < 0.4:
        asked = rng.choice(_OPEN)
    u = utterance(
        rng,
        business=business,
        pseudo=pseudo,
        asked=asked,
        elsewhere=_ELSEWHERE,
        even=_EVEN,
        otherwise=_OTHERWISE,
    )
    words, name = heard(rng, u, noise, written)
    return words, replace(u, slots=u.slots | {"name": name}) if name else u


def understanding(
    rng: random.Random, *, business: str = "clinic", pseudo: float = 0.25, asked: str | None = None
) -> tuple[Example, Utterance]:
    """One example of the understanding prompt."""
    words, u = said(rng, business=business, pseudo=pseudo, asked=asked)
    slots = {key: value for key, value in u.slots.items() if key in prompts.WRITTEN}
    wanted = json.dumps({"intent": u.intent, **slots}, separators=(",", ":"))
    return Example(prompts.understand(u.asked, words)[1].content, wanted), u  # type: ignore[arg-type]


def understanding_batch(
    rng: random.Random, size: int, *, business: str, pseudo: float, asked: str | None = None
) -> Batch:
    """Many examples of the understanding prompt of a business."""
    examples = [
        understanding(rng, business=business, pseudo=pseudo, asked=asked)[0] for _ in range(size)
    ]
    return Batch(prompts.understand("help", "", business)[0], examples)


def cut(rng: random.Random, words: str) -> str:
    """A beginning of the words, cut between any two."""
    said = words.split()
    return " ".join(said[: rng.randint(1, len(said) - 1)])


def finished_batch(rng: random.Random, size: int, *, business: str) -> Batch:
    """Whole sentences and beginnings of them, half of each."""
    examples: list[Example] = []
    while len(examples) < size:
        u = utterance(rng, business=business, otherwise=_OTHERWISE)
        words = heard(rng, u, 0.2)[0]
        whole = rng.random() < 0.5
        if u.intent == "unclear" or (not whole and " " not in words):
            continue
        words = words if whole else cut(rng, words)
        user = prompts.finished(u.asked, words)[1].content  # type: ignore[arg-type]
        examples.append(Example(user, prompts.FINISHED_ANSWERS[0 if whole else 1]))
    return Batch(prompts.finished("help", "", business)[0], examples)


def reply_example(
    rng: random.Random,
    name: str,
    facts: dict[str, str],
    business: str,
    *,
    even: float = 0.0,
    otherwise: float = 0.0,
) -> tuple[Message, Example, Utterance]:
    """One example of the reply prompt."""
    while True:
        u = utterance(rng, business=business, even=even, otherwise=otherwise)
        situation = situation_of(u)
        if situation is not None and rng.random() < _REPLIED.get(situation, 0.25):
            words = heard(rng, u, 0.3)[0]
            system, user = prompts.reply(name, facts, situation, words, business)
            return system, Example(user.content, answer(rng, name, facts, u)), u


def reply_batch(
    rng: random.Random, size: int, business: str, fits: Callable[[str], bool] = lambda system: True
) -> Batch:
    """Many examples of the reply prompt about one invented business whose system prompt ``fits``."""
    while True:
        name, facts = invented(rng, business)
        if fits(prompts.reply(name, facts, "chat", "")[0].content):
            break
    drawn = [
        reply_example(rng, name, facts, business, even=_EVEN, otherwise=_OTHERWISE)
        for _ in range(size)
    ]
    return Batch(drawn[0][0], [example for _, example, _ in drawn])
