"""What the caller meant: the intent by language model and wording, the name by the model, the rest
by rule."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Literal

from pipeline.flow import (
    cues,
    end_of_turn,
    likely_names,
    mentions,
    names,
    prompts,
    spoken_people,
    wordings,
)
from pipeline.flow.business import Business
from pipeline.flow.tools import FindSlot
from pipeline.interfaces.engines import Classifier, LanguageModel, Message
from pipeline.workers import Worker

MAX_TOKENS = 96
"""Of one answer; enough for every answer that the grammar allows but endless names."""

Subject = Literal["name", "day", "time"]
_SUBJECT = re.compile(
    r"(?:no |it's |it is |um |that's |change |sorry )*(?:the|my) (?:(?:first|last) )?"
    r"(name|day|date|time)(?: (?:is|was) (?:wrong|not right|incorrect))?(?: please)?"
)

WITH_SLOTS = ("book", "move", "cancel", "check", "inform", "yes", "no")
"""Intents beside which a name, a day or a time is taken up."""

_ANSWERED = {"inform": 20.0, "other": 0.0, "unclear": 0.0, "chat": 0.0}
"""What it does to the odds of an intent that the words read as the answer to the question."""

_BOOKS = re.compile(
    r"\b(?:book|make|schedule|get|set up|need|want)(?: an?| another)? (?:appointment|visit|checkup)"
)
_HAS = re.compile(r"\b(?:my|the|booked|cancel|move|change|reschedule|already)\b")
"""Words of those who want an appointment, and of those who have one."""

_NAME_CUE = re.compile(
    r"\b(?:name|name's|names|this is|it's|it is|i'm|i am|for|under|call|called|mister|miss|missus"
    r"|mr|mrs|ms|doctor|dr|here|speaking|calling|to|as|hi|hello|that's)\b"
)
"""Words beside which people say their name when nobody asked for it."""


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
    name_words: str = field(default="", compare=False)
    """What may be a name, however misheard: all but "my name is" and the like, letters last."""
    plain: bool = field(default=True, compare=False)
    """Whether a yes or no is nothing but that: "yes please", "no that's wrong"."""
    subject: Subject | None = None
    """What is wrong, by a caller who does not say what is right: "the name"."""
    confidence: float = field(default=1.0, compare=False)
    """Probability of the intent, 0..1, as the model sees it."""
    people: int | None = None
    lookup: FindSlot | None = None
    """The days and the time, as a lookup that the model wrote; see ``tool_calls``."""

    @property
    def slots(self) -> bool:
        """Whether anything but the intent was said."""
        return any((self.name, self.day, self.time, self.people, self.lookup))


CLASSIFIER_SHARE = 0.8
"""Of the classifier in the opinion on an intent; the rest is the model's."""

UNCLEAR = Understanding("unclear")
_BUSINESS = Business()


async def understand(
    model: LanguageModel,
    worker: Worker,
    asked: prompts.Asked,
    text: str,
    first_token: Callable[[], None],
    business: Business = _BUSINESS,
    classifier: Classifier | None = None,
) -> Understanding:
    """What ``text`` means after the agent asked ``asked``.

    The intent is what the model finds likeliest, together with the ``classifier`` if there is one.

    Raises:
        EngineError: the model failed.
    """
    words = prompts.caller_words(text)
    if not words:
        return UNCLEAR
    if asked in ("confirm", "more"):
        words = re.sub(r"^know\b", "no", words)
    messages = prompts.understand(asked, words, business.kind)
    likely = await worker.run(model.choose, messages, prompts.INTENT_ANSWERS)
    if classifier:
        pieces = wordings.pieces(asked, words, business.kind)
        likely = _agreed(likely, classifier.probabilities(pieces))
    first_token()
    people = None
    if business.most_people:
        people, words = spoken_people.read(words, asked == "people")
    said = await _understand(model, worker, asked, words, messages, likely, people is not None)
    return replace(said, people=people) if said.intent in WITH_SLOTS else said


async def _understand(
    model: LanguageModel,
    worker: Worker,
    asked: prompts.Asked,
    words: str,
    messages: Sequence[Message],
    likely: Sequence[float],
    people: bool,
) -> Understanding:
    """All but the number of people, which is not among ``words`` any more."""
    found = mentions.mentions(words, asked)
    day, time = (mentions.wanted(found[kind], words) for kind in ("day", "time"))
    spellings, rest = mentions.spelled(mentions.remaining(words, found))
    name = names.read(rest) if asked == "name" or names.introduced(words) else None
    if name and asked != "name" and " " not in name:
        name = None
    full = bool(name and " " in name)
    answered = {"name": full, "people": people, "confirm": full, "day": bool(day)}
    answered["time"] = bool(time)
    likely = cues.weighed(likely, words, asked)
    intent, confidence = _intent(likely, answered.get(asked, False))
    around = _name_words(words, spellings)
    if asked == "confirm":
        intent = _yes_or_no(words, intent, confidence)
    if asked == "day" and found["day"] and not day and intent in ("move", "cancel", "check"):
        intent = "unclear"  # "I can't come on Friday" is as often "I can come on Friday"
    if intent in ("move", "cancel", "check") and _BOOKS.search(words) and not _HAS.search(words):
        intent = "book"
    if intent not in WITH_SLOTS:
        return Understanding(
            intent,
            name_words=around,
            plain=end_of_turn.answers(words),
            subject=_subject(words),
            confidence=confidence,
        )
    if asked == "name" and intent != "inform":
        name = None
    if intent == "cancel" and found["day"]:  # "I can't come on Friday" is about that day
        day = day or found["day"][-1].label
    unread = intent == "inform" and not any(found.values()) and not spellings and not people
    named = asked == "name" or spellings or _NAME_CUE.search(words) or likely_names.named(rest)
    if name is None and (named or unread):
        grammar = prompts.slots_grammar(intent, words)
        answer = ""
        async for piece in worker.stream(
            lambda: model.generate(messages, max_tokens=MAX_TOKENS, grammar=grammar)
        ):
            answer += piece
        slots = parse(answer)
        name = slots.get("name")
        if unread:  # misheard beyond what rules can read: the model has seen such words
            day, time = slots.get("day"), slots.get("time")
    for letters in spellings:
        name = apply_spelling(name, letters)
    if asked == "name" and name and (day or time):
        around = name
    plain = end_of_turn.answers(words)
    return Understanding(intent, name, day, time, around, plain, _subject(words), confidence)


_NO_ANSWER = ("yes", "inform", "chat", "unclear", "other", "question")
"""What "no" and some misheard words look like."""


def _yes_or_no(words: str, intent: str, confidence: float) -> str:
    """The intent, if the words do not say whether they agree in so many words.

    "That clashes with work" is a no only if that is likelier than everything else together: words
    that were poorly heard look like it.
    """
    denies = cues.denies(words)
    if denies and re.match(r"(?:um |uh |sorry )*(?:no|nope|neil|that's wrong|that's not)\b", words):
        named = intent == "inform" and names.introduced(words)
        return "no" if intent in _NO_ANSWER and not named else intent
    return "unclear" if intent == "no" and not denies and confidence < 0.5 else intent


def _subject(words: str) -> Subject | None:
    match = _SUBJECT.fullmatch(words)
    if match is None:
        return None
    return "name" if match[1] == "name" else "time" if match[1] == "time" else "day"


def _name_words(words: str, spellings: Sequence[str]) -> str:
    """What is left when the phrases around a name are taken away, with the last spelling behind."""
    _, said = mentions.spelled(words.split())
    return " ".join([names.around(said), *(" ".join(run) for run in spellings[-1:])]).strip()


def _agreed(likely: Sequence[float], other: Mapping[str, float]) -> tuple[float, ...]:
    """Two opinions as one: a geometric mean, in which whoever excludes an intent is heeded."""
    mean = [
        max(p, 1e-5) ** (1 - CLASSIFIER_SHARE) * max(other[intent], 1e-5) ** CLASSIFIER_SHARE
        for p, intent in zip(likely, prompts.INTENTS, strict=True)
    ]
    return tuple(p / sum(mean) for p in mean)


def _intent(likely: Sequence[float], answered: bool) -> tuple[str, float]:
    """The likeliest intent and its probability.

    ``answered``: rules read in the words what was asked for, which makes ``inform`` likelier and
    what means nothing to the business impossible.
    """
    odds = _ANSWERED if answered else {}
    weights = [
        max(p, 1e-6) * odds.get(intent, 1)
        for p, intent in zip(likely, prompts.INTENTS, strict=True)
    ]
    best = max(range(len(weights)), key=weights.__getitem__)
    return prompts.INTENTS[best], weights[best] / sum(weights)


def parse(answer: str) -> dict[str, str]:
    """The slots in the model's JSON; nothing of what is not as agreed."""
    try:
        said = json.loads(answer)
    except ValueError:
        return {}
    if not isinstance(said, dict):
        return {}
    return {key: value for key, value in said.items() if isinstance(value, str) and value}


def apply_spelling(name: str | None, word: str) -> str:
    """The name with the word that the letters resemble replaced by them, or with them added.

    Letters are the surer source: a recogniser guesses names, but it knows the alphabet.
    """
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
