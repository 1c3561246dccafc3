"""The models that operators choose: ``catalog.toml``, read and checked."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from audiocore.errors import ModelError

CATALOG = Path(__file__).with_name("catalog.toml")

Kind = Literal["stt", "llm", "tts"]
Tier = Literal["small", "medium", "large", "gpu"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_NAMES: dict[str, str] = {"stt": "recogniser", "llm": "language model", "tts": "voice"}
ANY_LANGUAGE = "multilingual"


@dataclass(frozen=True, slots=True)
class Entry:
    """One model; the fields are explained at the top of ``catalog.toml``."""

    name: str
    kind: Kind
    repo: str
    revision: str
    files: tuple[str, ...]
    """Paths in the repository; installed under their last part."""
    licence: str
    languages: tuple[str, ...]
    """ISO 639-1 codes, or only ``multilingual``."""
    size_mb: int
    memory_mb: int
    tier: Tier
    accept: str | None = None
    gated: bool = False
    preferred: bool = False
    note: str | None = None
    shape: tuple[int, int, int] | None = None
    """Width, encoder layers, decoder layers."""
    parameters_m: int | None = None
    quality: str | None = None
    gender: str | None = None
    speakers: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.tier not in get_args(Tier):
            raise ValueError(f"{self.name}: unknown kind or tier")
        needed = {"stt": self.shape, "llm": self.parameters_m, "tts": self.quality}[self.kind]
        if needed is None or not self.files:
            raise ValueError(f"{self.name}: has no files, or not what its speed follows from")
        if len({PurePosixPath(path).name for path in self.files}) != len(self.files):
            raise ValueError(f"{self.name}: two files would be installed under one name")

    def speaks(self, language: str) -> bool:
        """Whether it can be used for a language, an ISO 639-1 code."""
        return language in self.languages or self.languages == (ANY_LANGUAGE,)


@cache
def load(path: Path = CATALOG) -> dict[str, Entry]:
    """Read a catalogue; entries by name, in the order of the file.

    Raises:
        ValueError, TypeError, KeyError: it is not one (the one that is shipped is tested).
    """
    entries = {}
    for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
        }
        entries[name] = Entry(name=name, **fields)
    return entries


def find(name: str, entries: dict[str, Entry]) -> Entry:
    """The entry of that name.

    Raises:
        ModelError: there is none; the message names the nearest.
    """
    try:
        return entries[name]
    except KeyError:
        raise ModelError(
            f"{name} is not in the catalogue{did_you_mean(name, entries)}; `audiocore models list` "
            "shows it, and `audiocore models add PATH` takes a model from a folder"
        ) from None


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """``; did you mean ...?`` with the nearest name, or nothing if none is near."""
    known = {known.lower(): known for known in names}
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    return f"; did you mean {known[close[0]]}?" if close else ""
