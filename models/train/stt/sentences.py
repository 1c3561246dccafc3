"""Sentences for evaluation: wordings or whole sentences that training never said.

    python -m models.train.stt.sentences

draws those of `evaluation.tsv` anew. It is seldom right: figures can be compared as long as the sentences stay, and
any new phrase would change what is drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Literal

from models.train import corpus
from models.train.stt import lexicon, text

EVALUATION = Path(__file__).with_name("evaluation.tsv")
"""Of each line: its group, the name in it, whether it names a time, and what is said."""

Group = Literal["in domain", "known names", "unknown names", "behind"]
"""The last is what others say at the same time."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence to be spoken."""

    text: str
    name: str = ""
    """The caller's name in it, if it has one."""
    time: bool = False
    """Whether it names a time."""


def _line(u: corpus.Utterance) -> Line:
    return Line(text.normalize(u.text), u.slots.get("name", ""), ":" in u.slots.get("time", ""))


def _unseen_wording(rng: Random) -> Line:
    """A wording of the corpus that only evaluation uses, with names that training used."""
    phrases = corpus.PHRASES["clinic"]
    asked = rng.choice([key for key in phrases if key.startswith("held out ")])
    groups = phrases[asked]
    label = rng.choices(list(groups), [weight for weight, _ in groups.values()])[0]
    pattern = rng.choice(groups[label][1])
    asked = asked.removeprefix("held out ")
    return _line(corpus.render(rng, pattern, label, asked, pseudo=0.0))


def _collect(count: int, draw: Callable[[int], Line | None]) -> list[Line]:
    lines: dict[str, Line] = {}
    while len(lines) < count:
        if line := draw(len(lines)):
            lines[line.text] = line
    return list(lines.values())


def in_domain(count: int, seed: int) -> list[Line]:
    """What callers say to a receptionist: half in wordings never trained on, half in sentences never trained on.

    Names are of the lists that training drew from.
    """
    rng, words = Random(seed), lexicon.words()

    def draw(n: int) -> Line | None:
        if n % 2:
            return _unseen_wording(rng)
        if n % 4:
            line = _line(corpus.utterance(rng, pseudo=0.0))
        else:
            own = rng.choice([text.receptionist, text.reading, text.spelling])
            line = Line(text.normalize(own(rng, words)))
        return line if text.held_out(line.text) else None

    return _collect(count, draw)


def unknown_names(count: int, seed: int) -> list[Line]:
    """Callers who give names that training never said."""
    rng = Random(seed)

    def draw(n: int) -> Line | None:
        line = _line(corpus.utterance(rng, held_out=0.5, pseudo=0.0, asked="name"))
        return line if line.name else None

    return _collect(count, draw)


def known_names(count: int, seed: int) -> list[Line]:
    """The same with names that training said, each in a sentence it did not."""
    rng = Random(seed)

    def draw(n: int) -> Line | None:
        line = _line(corpus.utterance(rng, pseudo=0.0, asked="name"))
        return line if line.name and text.held_out(line.text) else None

    return _collect(count, draw)


def kept(group: Group) -> list[Line]:
    """The sentences of `evaluation.tsv`."""
    rows = (row.split("\t") for row in EVALUATION.read_text().splitlines())
    return [Line(said, name, time == "time") for g, name, time, said in rows if g == group]


def main() -> None:
    groups: dict[Group, list[Line]] = {
        "in domain": in_domain(150, 2024),
        "known names": known_names(150, 31),
        "unknown names": unknown_names(150, 32),
        "behind": in_domain(40, 77),
    }
    EVALUATION.write_text(
        "".join(
            f"{group}\t{line.name}\t{'time' if line.time else ''}\t{line.text}\n"
            for group, lines in groups.items()
            for line in lines
        )
    )


if __name__ == "__main__":
    main()
