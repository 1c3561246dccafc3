"""Training examples: the flow's own prompts, filled from the corpus, with the answers wanted."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass

from models.train.corpus import Utterance, utterance
from models.train.llm import replies
from models.train.values import listed
from pipeline.flow import prompts
from pipeline.interfaces import Message


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


_HOMOPHONES = {
    "two": ["to", "too"],
    "four": ["for", "fore"],
    "eight": ["ate"],
    "one": ["won"],
    "to": ["two"],
    "for": ["four"],
    "thirty": ["dirty", "thirteen", "thirdy"],
    "noon": ["new", "none"],
    "monday": ["mondays", "munday"],
    "tuesday": ["tuesdays", "choose day", "tusday"],
    "wednesday": ["wensday", "wednesdays", "when's day"],
    "thursday": ["thirsty", "thursdays", "thurs day"],
    "friday": ["fryday", "fridays"],
    "saturday": ["satur day", "saturdays"],
    "sunday": ["sun day", "sundays"],
    "appointment": ["appointments", "a pointment", "apartment", "appoint meant"],
    "book": ["look", "brook"],
    "cancel": ["council", "cancels"],
    "move": ["moved", "moo"],
    "reschedule": ["re schedule", "schedule"],
    "yes": ["yet", "yeas"],
    "no": ["know", "now"],
    "i'd": ["i", "id", "i'll"],
    "half": ["have"],
    "quarter": ["corner", "quarters"],
    "hours": ["ours"],
    "tomorrow": ["to morrow", "tomorrows"],
    "afternoon": ["after noon"],
    "parking": ["barking"],
    "okay": ["ok", "kay"],
}
_SMALL = set(listed("a an the i to for my at on is it of please and can you in do um uh"))


def misheard(rng: random.Random, words: str, kept: set[str]) -> str:
    """The words as an imperfect recogniser might print them; those in ``kept`` stay."""
    out = []
    for word in words.split():
        if word in kept or (len(word) == 1 and word not in "ai"):
            out.append(word)
            continue
        chance = rng.random()
        if word in _HOMOPHONES and chance < 0.12:
            out.append(rng.choice(_HOMOPHONES[word]))
        elif word in _SMALL and chance < 0.08:
            continue
        elif word in _SMALL and chance < 0.12:
            out.append(rng.choice(sorted(_SMALL)))
        elif len(word) > 3 and chance < 0.03:
            cut = rng.randrange(len(word))
            out.append(word[:cut] + rng.choice(["", rng.choice("aeiounrstl")]) + word[cut + 1 :])
        else:
            out.append(word)
    return " ".join(out) or words


def heard(rng: random.Random, u: Utterance, noise: float, written: float = 0.2) -> str:
    """The caller's words as the flow gets them; the shares are of misheard and of written forms."""
    words = prompts.caller_words(u.written if rng.random() < written else u.text)
    if rng.random() < noise:
        kept = {*u.slots.get("name", "").split(), *u.slots.get("spelled", "").split()}
        words = misheard(rng, words, kept)
    return words


def understanding(
    rng: random.Random,
    *,
    held_out: bool = False,
    pseudo: float = 0.25,
    noise: float = 0.35,
    written: float = 0.2,
    asked: str | None = None,
) -> tuple[Example, Utterance]:
    """One example of the understanding prompt."""
    u = utterance(rng, held_out=held_out, pseudo=pseudo, asked=asked)
    words = heard(rng, u, noise, written)
    answer = json.dumps({"intent": u.intent, **u.slots}, separators=(",", ":"))
    return Example(prompts.understand(u.asked, words)[1].content, answer), u


def understanding_batch(
    rng: random.Random, size: int, *, pseudo: float, asked: str | None = None
) -> Batch:
    """Many examples of the understanding prompt."""
    examples = [understanding(rng, pseudo=pseudo, asked=asked)[0] for _ in range(size)]
    return Batch(prompts.understand("help", "")[0], examples)


def reply_example(
    rng: random.Random, name: str, facts: dict[str, str], *, held_out: bool = False
) -> tuple[Message, Example, Utterance]:
    """One example of the reply prompt; questions are drawn more often than they are asked."""
    while True:
        u = utterance(rng, held_out=held_out)
        situation = replies.situation_of(u)
        if situation in ("accept", "thank") and rng.random() < 0.93:
            continue
        if situation is not None and (situation == "answer" or rng.random() < 0.25):
            system, user = prompts.reply(name, facts, situation, heard(rng, u, 0.3))
            return system, Example(user.content, replies.answer(rng, name, facts, u)), u


def reply_batch(
    rng: random.Random, size: int, fits: Callable[[str], bool] = lambda system: True
) -> Batch:
    """Many examples of the reply prompt about one invented clinic whose system prompt ``fits``."""
    while True:
        name, facts = replies.clinic(rng)
        if fits(prompts.reply(name, facts, "chat", "")[0].content):
            break
    drawn = [reply_example(rng, name, facts) for _ in range(size)]
    return Batch(drawn[0][0], [example for _, example, _ in drawn])
