"""How a caller's name is found out: by hearing it, having it spelled, asking if it is right.

::

    "first and last name?" ─> sure ──────────> taken, and read back with the booking
                          ├─> fairly sure ───> "Is your name ...?" ─> yes
                          └─> no, or no ─────> "How do you spell your last name?", first name,
                                               each twice at most ─> "Is your name ...?"

Nothing here asks or says; :mod:`pipeline.flow.graph` does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.flow.likely_names import PARTS, Answer, Asked, Likely, Part, likely
from pipeline.flow.names import NO_NAME
from pipeline.flow.spoken_numbers import listed

_TAKEN = 0.4
_PROPOSED = 0.3
_PROPOSED_AGAIN = 0.7
"""Likelihood of a whole name from which it is taken, from which it is proposed, and the same when
another was wrong and there is something left to be spelled."""
_HEARD = 0.5
"""Confidence of the recogniser below which no name is taken unasked."""
_CERTAIN = 0.9
"""Confidence from which a name is taken as it was heard, in a list or not."""
_SPELLINGS = 2
"""Times that each part is asked for."""
_PROPOSALS = 4


@dataclass(frozen=True, slots=True)
class Naming:
    """What is known of a caller's name. Names are in lower case."""

    asked: Asked = "full"
    """What the caller was asked for last."""
    answers: tuple[Answer, ...] = ()
    spelled: tuple[Part, ...] = ()
    """What the caller was asked to spell so far."""
    rejected: tuple[str, ...] = ()
    proposed: str | None = None
    """The name that the caller was asked about, and has not answered yet."""


@dataclass(frozen=True, slots=True)
class Take:
    """This is the name."""

    name: str


@dataclass(frozen=True, slots=True)
class Propose:
    """Ask whether this is the name."""

    name: str
    spelled: frozenset[str]
    """Which words of it to spell."""


@dataclass(frozen=True, slots=True)
class AskFor:
    """Ask for a part, to be said or spelled."""

    part: Part
    spelled: bool


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It cannot be found out by talking."""


Next = Take | Propose | AskFor | GiveUp


def hear(naming: Naming, words: str, name: str | None, confidence: float) -> tuple[Naming, Next]:
    """Take an answer: ``words`` that may be a name, ``name`` if they read as one for certain."""
    if name and " " in name and naming.asked == "full" and confidence >= _CERTAIN:
        return _with(naming, "full", name, confidence), Take(name)
    first_time = not naming.answers and not naming.rejected
    if name and " " not in name and first_time and confidence >= _HEARD:
        naming = _with(naming, "first", name, confidence)
        return replace(naming, asked="last"), AskFor("last", spelled=False)
    certain = [answer.words for answer in naming.answers if answer.confidence >= _CERTAIN]
    naming = _with(naming, naming.asked, words, confidence)
    if (
        certain
        and naming.asked == "last"
        and not naming.spelled
        and name
        and confidence >= _CERTAIN
    ):
        return naming, Take(f"{certain[0]} {name}")
    found = likely(naming.answers, naming.rejected)
    if first_time and confidence >= _HEARD and found.likelihood >= _TAKEN and not _vague(found):
        return naming, Take(found.name)
    return _go_on(naming, found)


def reject(
    naming: Naming, wrong: str, words: str, name: str | None, confidence: float
) -> tuple[Naming, Next]:
    """The name ``wrong`` is; ``words`` and ``name`` are what was said instead, if anything."""
    naming = replace(naming, rejected=(*naming.rejected, wrong.lower()), proposed=None)
    if words:
        naming = _with(naming, "any", words, confidence)
    if name and " " in name and confidence >= _CERTAIN and name not in naming.rejected:
        return naming, Take(name)
    if not naming.answers:
        return _spell(naming, "last")
    return _go_on(naming, likely(naming.answers, naming.rejected))


def nothing_heard(naming: Naming) -> tuple[Naming, Next]:
    """The answer could not be made out: ask for something else."""
    if not naming.answers and len(naming.spelled) == _SPELLINGS * len(PARTS):
        return naming, GiveUp()
    if not naming.answers:
        return _spell(naming, "first" if naming.spelled[-1:] == ("last",) else "last")
    return _go_on(naming, likely(naming.answers, naming.rejected))


def _with(naming: Naming, asked: Asked, words: str, confidence: float) -> Naming:
    return replace(naming, answers=(*naming.answers, Answer(asked, words, confidence)))


def _vague(found: Likely) -> tuple[Part, ...]:
    return tuple(part for part, vague in found.vague.items() if vague)


def _go_on(naming: Naming, found: Likely) -> tuple[Naming, Next]:
    """What to ask next."""
    for part in _vague(found):
        if part not in naming.spelled:
            return _spell(naming, part)
    if found.likelihood >= (_PROPOSED_AGAIN if naming.rejected else _PROPOSED):
        return _propose(naming, found)
    left = [
        (getattr(found, part).likelihood, naming.spelled.count(part), part)
        for part in reversed(PARTS)
        if naming.spelled.count(part) < _SPELLINGS
    ]
    if left:
        fewest = min(times for _, times, _ in left)
        *_, part = min(one for one in left if one[1] == fewest)
        return _spell(naming, part)
    if len(naming.rejected) < _PROPOSALS:
        return _propose(naming, found)
    return naming, GiveUp()


def _spell(naming: Naming, part: Part) -> tuple[Naming, Next]:
    naming = replace(naming, asked=part, spelled=(*naming.spelled, part))
    return naming, AskFor(part, spelled=True)


def _propose(naming: Naming, found: Likely) -> tuple[Naming, Next]:
    spelled = frozenset(getattr(found, part).word for part in set(naming.spelled))
    return replace(naming, proposed=found.name), Propose(found.name, spelled)


_DENIALS = NO_NAME | set(
    listed(
        "right wrong correct incorrect sorry please thanks thank change different quite all that's"
        " it's i'm isn't wasn't didn't said"
    )
)


def name_like(words: str) -> list[str]:
    """The words that may be names, which those of denial are not."""
    return [word for word in words.split() if word not in _DENIALS]
