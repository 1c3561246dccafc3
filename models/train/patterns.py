"""Patterns of what callers say: read from ``phrases/``, and drawn from.

``(a|b)`` is one of, ``[a]`` is half of the time, ``{slot}`` is a slot, ``$macro`` is defined in the
file. ``phrases/everyone.txt`` says how the files are laid out.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path


def sections(path: Path, mark: str) -> Iterator[tuple[str, list[str]]]:
    """The lines below each heading that begins with ``mark``; comments are dropped."""
    heading, lines = "", list[str]()
    for line in path.read_text().splitlines():
        if line.startswith(mark):
            if heading:
                yield heading, lines
            heading, lines = line.removeprefix(mark), []
        elif line and not line.startswith("#"):
            lines.append(line)
    yield heading, lines


_HERE = Path(__file__).parent
BUSINESSES = ("clinic", "restaurant")

Groups = dict[str, tuple[float, list[str]]]
"""Intent or intent/topic -> weight, patterns."""


_MACRO = re.compile(r"^(\$\w+) = (.*)$", re.MULTILINE)


def _phrases(*paths: Path) -> dict[str, Groups]:
    """What was asked -> what is said then; ``anywhere`` whatever was asked; ``held out ...``."""
    macros: dict[str, str] = {}
    for path in paths:
        macros.update(_MACRO.findall(path.read_text()))
    while any("$" in value for value in macros.values()):
        macros = {name: _fill(value, macros) for name, value in macros.items()}
    groups: dict[str, Groups] = {}
    for path in paths:
        for asked, lines in sections(path, "== "):
            found = groups.setdefault(asked, {})
            for heading in lines:
                if heading.startswith("= "):
                    label, _, given = heading.removeprefix("= ").partition(" ")
                    weight, patterns = found.get(label, (0.0, []))
                    found[label] = float(given) if given else weight, patterns
                elif not _MACRO.match(heading):
                    patterns.append(_fill(heading, macros))
    return {
        asked: {
            label: (weight or min(len(patterns), 16) / (2 if "/" in label else 1), patterns)
            for label, (weight, patterns) in found.items()
        }
        for asked, found in groups.items()
    }


def _fill(text: str, macros: dict[str, str]) -> str:
    return re.sub(r"\$\w+", lambda match: macros[match[0]], text)


PHRASES = {
    business: _phrases(_HERE / "phrases/everyone.txt", _HERE / f"phrases/{business}.txt")
    for business in BUSINESSES
}


Node = str | tuple["str", list["Sequence"]]
Sequence = list["Node"]
_TOKEN = re.compile(r"[()\[\]|]|\{\w+\}|[^()\[\]|{}]+")


@cache
def parse(pattern: str) -> tuple[Sequence, ...]:
    """The alternatives of a pattern.

    Raises:
        ValueError: a bracket is not closed.
    """
    tokens = _TOKEN.findall(pattern)
    position = 0

    def alternatives(closing: str) -> list[Sequence]:
        nonlocal position
        branches: list[Sequence] = [[]]
        while position < len(tokens):
            token = tokens[position]
            position += 1
            if token == closing:
                return branches
            if token == "|":
                branches.append([])
            elif token in "([":
                branches[-1].append((token, alternatives(")" if token == "(" else "]")))
            elif token.startswith("{"):
                branches[-1].append(token)
            else:
                branches[-1].extend(token.split())
        if closing:
            raise ValueError(f"pattern lacks {closing!r}: {pattern}")
        return branches

    return tuple(alternatives(""))


def expand(rng: random.Random, branches: list[Sequence] | tuple[Sequence, ...]) -> list[str]:
    """The words of one sentence; slots stay what they are."""
    words: list[str] = []
    for node in rng.choice(branches):
        if isinstance(node, str):
            words.append(node)
        elif node[0] == "(" or rng.random() < 0.5:
            words.extend(expand(rng, node[1]))
    return words


def spelled_out(branches: Iterable[Sequence]) -> str:
    """A regular expression of everything that a pattern can be, each word with a space behind it."""
    return "|".join(
        "".join(
            f"{re.escape(node)} "
            if isinstance(node, str)
            else f"(?:{spelled_out(node[1])}){'?' if node[0] == '[' else ''}"
            for node in branch
        )
        for branch in branches
    )


def held_out(business: str) -> Iterator[str]:
    """The patterns that only evaluation draws."""
    for asked, groups in PHRASES[business].items():
        if asked.startswith("held out"):
            for _, listed in groups.values():
                yield from listed


def measures(business: str, words: Iterable[str]) -> bool:
    """Whether a phrasing is one that only evaluation draws."""
    return bool(_held_out(business).fullmatch("".join(f"{word} " for word in words)))


@cache
def _held_out(business: str) -> re.Pattern[str]:
    return re.compile("|".join(spelled_out(parse(pattern)) for pattern in held_out(business)))
