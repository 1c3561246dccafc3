"""The name in an answer to *May I have your name?*, where all around it is known.

Most callers say their name by itself or behind one of a few phrases. What is left when those are
taken away is the name, however unheard of, so no model can spoil it. Answers of any other form are
for the language model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest

from pipeline.flow.spoken_numbers import listed

_LEAD = re.compile(
    r"(?:oh|ah|so|yes|yep|sure|no|sorry|actually|hi|hello|hey"
    r"|good (?:morning|afternoon|evening)|of course|certainly|and|hi there"
    r"|(?:i|we) (?:said|meant|mean)|not at all"
    r"|(?:my|the|his|her|patient|patient's|the patient's)? ?(?:full )?names?"
    r"(?:'s| is| was| being| will be| would be| should be)?"
    r"|here's|here is"
    r"|this is|that's|that is|that'd be|that would be|it's|it is|it'd be|it would be|it will be"
    r"|it was|(?:i'm|i am)(?: called| registered as)?|i go by"
    r"|(?:you can |people |they |just )?call me"
    r"|(?:you're|you are) (?:speaking|talking) (?:to|with)"
    r"|(?:please )?(?:put|write|note|jot|list|enter|book)(?: it| me| us)?"
    r"(?: down)?(?: under| as| for)?"
    r"|(?:it's |it is |it should be |listed |registered )?under|make it|use|try"
    r"|take(?: down)?|this side"
    r"|the appointment is for|the patient is|for"
    r"|(?:my|his|her) (?:son|wife|husband|daughter|mother|father|mom|dad|partner|child)"
    r"|mister|miss|missus|mr|mrs|ms|doctor|dr|simply|only|just|please)(?= |$)"
)
_TAIL = re.compile(
    r"(?:^| )(?:please|thanks|thank you|here|speaking|again|is (?:the|my)(?: good)? name"
    r"|is what it says"
    r"|(?:like |as )?i said|and|um|uh|on|at|with|that's|that is|spelled|spelt|it's spelled"
    r"|i'll spell it|around|about|i'm a new patient|calling|down)$"
)
_AFTER_CUE = re.compile(
    r"^.*(?<!\blet )\b(?:as|name|called|under|down|for|me)(?: is)? (?=\S+ \S+(?: \S+)?$)"
)
"""All before the last two or three words, if they stand where names do."""

_PART = re.compile(
    r"(?: \b(?:is|was|as|that's|that is|it's))?(?: (?:my|the|his|her|an?))?"
    r" (?:(?:first|last|second|family|given|christian|maiden|married) name|surname|forename"
    r"|first|last)(?:'s| is| was)?(?= )"
)
"""What tells which part of a name is meant: "is my first name", "surname"."""

_JOINED = re.compile(r"(\S+) (?:and|then|with|comma) (\S+)")
_FILLERS = frozenset(listed("um uh er hmm erm well okay yeah"))
NO_NAME = frozenset(
    listed(
        "i you he she we they it a an the my your to not can could do don't know want need is are"
        " was what why who how which when where have has had but or if be been book appointment"
        " name spell letter say said tell wait moment hold yes no this that me of very really"
        " quite so something anything someone time same"
    )
)
"""Words that are in no name, or so seldom that they are likelier to be what they are."""

_INTRODUCED = re.compile(r"\b(?:name is|name's|this is)\b")


def introduced(words: str) -> bool:
    """Whether callers who say this are about to say who they are, whatever was asked."""
    return _INTRODUCED.search(words) is not None


def around(said: Sequence[str]) -> str:
    """What is left of an answer without the phrases that callers put around their names."""
    kept = [
        word
        for word, after in zip_longest(said, said[1:])
        if (word != after or len(word) == 1) and word not in _FILLERS
    ]
    text = re.sub(r" (?:and )?i(?:'d like| would like| want| need)\b.*", "", " ".join(kept))
    text = _PART.sub("", f" {text} ").strip()
    before = None
    while text != before:
        before = text
        text = _TAIL.sub("", text).strip()
        if match := _LEAD.match(text):
            text = text[match.end() :].strip()
    if match := _JOINED.fullmatch(text):
        text = f"{match[1]} {match[2]}"
    return _AFTER_CUE.sub("", text) if len(text.split()) > 3 else text


def read(said: Sequence[str]) -> str | None:
    """The name that ``said`` gives, one to three words; None where that is not certain.

    ``said`` are the caller's words without days, times and spelled letters.
    """
    words = around(said).split()
    if not 1 <= len(words) <= 3 or NO_NAME.intersection(words):
        return None
    if not all(re.fullmatch(r"[a-z\u00df-\u00ff][a-z\u00df-\u00ff']+", word) for word in words):
        return None
    return " ".join(words)


def capitalised(name: str) -> str:
    """``sarah o'brien`` as it is written down: ``Sarah O'Brien``."""
    return " ".join(_capitalised(word) for word in name.split())


def _capitalised(word: str) -> str:
    head, apostrophe, tail = word.partition("'")
    if not apostrophe:
        return word if len(word) == 1 else _first_upper(word)
    return f"{_first_upper(head)}'{tail if len(tail) == 1 else _first_upper(tail)}"


def _first_upper(word: str) -> str:
    return word[:1].upper() + word[1:]
