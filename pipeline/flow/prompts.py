"""The prompts that the starter model knows, and the grammar of its answers.

*Understand*: what the caller meant, as one small JSON object. Its beginning, the intent, is chosen
by probability; the rest is generated only when a name may be in it, because days and times are read
by :mod:`pipeline.flow.mentions`. *Finished*: whether a caller who paused has more to say, as a
probability. *Reply*: one short sentence where the wording is free. All start with a constant system
prompt, which the engine keeps evaluated, so that a turn costs its own few words only. The starter
model is trained on exactly these prompts; any instruct model can stand in for it, because they say
in plain English what is wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from pipeline.flow.names import NO_NAME
from pipeline.interfaces.engines import Message

Asked = Literal["help", "name", "people", "day", "time", "confirm", "more"]
"""What the agent asked last."""

INTENTS = (
    "emergency",
    "book",
    "move",
    "cancel",
    "check",
    "hours",
    "question",
    "human",
    "repeat",
    "wait",
    "goodbye",
    "yes",
    "no",
    "inform",
    "chat",
    "unclear",
    "other",
)

INTENT_ANSWERS = tuple(f'{{"intent":"{intent}"}}' for intent in INTENTS)
"""What the answer of the understanding prompt begins like, for each intent."""

UNDERSTAND = """\
A caller of a {kind} speaks. Answer with JSON.
intent: emergency, book, move, cancel, check, hours, question, human, repeat, wait, goodbye, yes, \
no, inform (gives a name, day or time), chat, unclear, other.
name, spelled, day, time: only if said; the last if corrected."""

FINISHED = """\
A caller of a {kind} speaks and pauses. Has the caller finished, or is there more to come?
Answer yes if finished, else no."""

_ASKED: Mapping[Asked, str] = {
    "help": "how to help",
    "name": "the name",
    "people": "how many people",
    "day": "the day",
    "time": "the time",
    "confirm": "yes or no",
    "more": "anything else",
}

WRITTEN = ("name", "spelled", "day", "time")
"""What the model may write beside the intent; a number of people is for rules alone."""

FINISHED_ANSWERS = ("yes", "no")

Situation = Literal["accept", "thank", "answer", "chat", "decline", "unclear", "wait"]
"""Why the agent speaks freely."""

_SITUATION: Mapping[Situation, str] = {
    "accept": "agree to help, in a few words",
    "thank": "thank the caller, in one or two words",
    "answer": "answer the question",
    "chat": "chat politely",
    "decline": "say that you can only help with the {kind}",
    "unclear": "say that you did not understand",
    "wait": "let the caller take their time",
}


def caller_words(text: str) -> str:
    """The caller's words as the prompts spell them: lowercase, unpunctuated, "p m", "j o n e s".

    Times and dates in digits ("3:30", "3rd") stay digits.
    """
    text = text.lower().replace("\u2019", "'")
    text = re.sub(r"\b([ap])\. ?m\b\.?|(?<=\d)( ?[ap])m\b|\b(p)m\b", _half_day, text)
    text = re.sub(r"(?<=\d)\.(?=\d)", ":", text)
    text = re.sub(r"\b([a-z])(?:-|, |\. ?)(?=[a-z]\b)", r"\1 ", text)
    text = re.sub(
        r"[^a-z0-9':\u00df-\u00ff]+|:(?!\d)|(?<![a-z\u00df-\u00ff])'|'(?![a-z\u00df-\u00ff])",
        " ",
        text,
    )
    return " ".join(text.split())


def _half_day(match: re.Match[str]) -> str:
    return f" {match[1] or match[2] or match[3]} m"


def understand(asked: Asked, words: str, kind: str = "clinic") -> tuple[Message, ...]:
    """Ask what the caller of a ``kind`` of business meant. ``words`` are :func:`caller_words`."""
    return (
        Message("system", UNDERSTAND.format(kind=kind)),
        Message("user", f"Asked: {_ASKED[asked]}\nCaller: {words}"),
    )


def finished(asked: Asked, words: str, kind: str = "clinic") -> tuple[Message, ...]:
    """Ask whether a caller who paused after ``words`` has finished."""
    return (
        Message("system", FINISHED.format(kind=kind)),
        Message("user", f"Asked: {_ASKED[asked]}\nCaller: {words}"),
    )


def reply(
    name: str,
    facts: Mapping[str, str],
    situation: Situation,
    words: str,
    kind: str = "clinic",
) -> tuple[Message, ...]:
    """Ask for one sentence; ``facts`` (label -> value) are all it may say about ``name``."""
    lines = "\n".join(f"{label}: {value}" for label, value in facts.items())
    system = (
        f"You are the receptionist of {name}. Say one short sentence. "
        f"These are the facts; if they do not tell, say that you do not know.\n{lines}"
    )
    now = _SITUATION[situation].format(kind=kind)
    return (
        Message("system", system),
        Message("user", f"Now: {now}\nCaller: {words}"),
    )


_FIXED = r"""
day ::= "today" | "tomorrow" | "day after tomorrow" | "any" | "next week" | weekday |
  "next " weekday | month " " number | "the " ordinal | "in " [2-9] " days"
weekday ::= "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday"
month ::= "january" | "february" | "march" | "april" | "may" | "june" | "july" | "august" |
  "september" | "october" | "november" | "december"
number ::= [1-9] | [12] [0-9] | "3" [01]
ordinal ::= "1st" | "2nd" | "3rd" | [4-9] "th" | "1" [0-9] "th" | "20th" | "21st" | "22nd" |
  "23rd" | "2" [4-9] "th" | "30th" | "31st"
time ::= "morning" | "afternoon" | "evening" | "any" | hour ":" [0-5] [0-9] (" am" | " pm")?
hour ::= [1-9] | "1" [0-9] | "2" [0-3]
"""


_NAME_WORD = re.compile(r"[a-z\u00df-\u00ff][a-z\u00df-\u00ff']+")


def slots_grammar(intent: str, words: str) -> str:
    """GBNF of the JSON answer about ``words``, whose intent is known.

    A name can only be made of words that the caller said, in their order, and a spelling is a whole
    run of letters, so neither can be invented.
    """
    said = words.split()
    name = [word for word in said if _NAME_WORD.fullmatch(word) and word not in NO_NAME]
    runs = [run for run in re.findall(r"(?<!\S)[a-z](?: [a-z](?!\S))+", words) if run[1:] != " m"]
    slots = ""
    rules = ""
    if name:
        slots += r' (",\"name\":\"" name "\"")?'
        rules += _in_order("name", name[:24])
    if runs:
        slots += r' (",\"spelled\":\"" spelled "\"")?'
        rules += f"spelled ::= {' | '.join(map(_quote, runs))}\n"
    slots += r' (",\"day\":\"" day "\"")? (",\"time\":\"" time "\"")?'
    begin = _quote(f'{{"intent":"{intent}"')
    return f'root ::= {begin}{slots} "}}"\n{rules}{_FIXED.strip()}\n'


_SENTENCE = """\
free ::= [A-Z] [a-z']{0,15} [,!]? (" " word){0,16}
own ::= ("I" | "I'm" | "Sorry" | "Yes" | "No") ","? (" " word){1,16}
word ::= [a-z'-]{1,16} [,:]? | "I" ("'" [a-z]+)? ","?"""


def reply_grammar(situation: Situation, name: str, facts: Mapping[str, str]) -> str:
    """GBNF of one free sentence: plain words, no numbers, no names but the business's.

    A sentence about the business is a few words and one of the facts, word for word, so that an
    address or a price can be chosen wrongly but never made up.
    """
    grammar = f"{_SENTENCE} | {_quote(name)}\n"
    if situation != "answer":
        return f"root ::= free [.!?]\n{grammar}"
    if not facts:
        return f"root ::= own [.!]\n{grammar}"
    fact = " | ".join(_quote(value) for value in facts.values())
    return (
        "root ::= (about | own) [.!]\n"
        f"""about ::= [A-Z] [a-z']{{0,15}} ","? (" " word){{0,5}} " " ({fact})\n{grammar}"""
    )


def _quote(text: str) -> str:
    """A GBNF literal; its escapes are JSON's."""
    return json.dumps(text, ensure_ascii=False)


def _in_order(rule: str, words: Sequence[str]) -> str:
    """Rules for a phrase that takes some of ``words`` in order; ``rule0`` starts at the first."""
    starts = " | ".join(f"{rule}{i}" for i in range(len(words)))
    text = f"{rule} ::= {starts}\n"
    for i, word in enumerate(words):
        later = " | ".join(f"{rule}{j}" for j in range(i + 1, len(words)))
        text += f'{rule}{i} ::= "{word}"' + (f' (" " ({later}))?\n' if later else "\n")
    return text
