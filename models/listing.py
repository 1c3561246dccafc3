"""The table of ``audiocore models list``: starter, catalogue and what else is installed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from models.catalog import Entry, Kind
from models.lock import LockedModel

_MANY = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One model."""

    kind: Kind
    name: str
    size_mb: int
    tier: str
    languages: tuple[str, ...]
    licence: str
    state: str
    """``in use``, ``installed``, both or neither."""
    terms: str
    """What must be done about the licence before it is pulled."""

    def __str__(self) -> str:
        many = len(self.languages) > _MANY
        languages = f"{len(self.languages)} languages" if many else ",".join(self.languages)
        notes = ", ".join(filter(None, (self.state, self.terms)))
        return (
            f"{self.name:<26}{self.size_mb:>6,} MB  {self.tier:<8}{languages:<14}"
            f"{self.licence:<23}{notes}"
        ).rstrip()


def rows(
    kind: Kind,
    starter: Path,
    entries: Mapping[str, Entry],
    installed: Mapping[str, LockedModel],
    used: str | None,
) -> list[Row]:
    """All models of a kind.

    Args:
        starter: folder of the starter model.
        used: the name or path that the configuration gives; None means the starter model.
    """
    size_mb = round(sum(file.stat().st_size for file in starter.iterdir()) / 1e6)
    ships = "" if used else "in use"
    found = [Row(kind, f"starter/{kind}", size_mb, "", (), "see its card", ships, "")]
    for entry in entries.values():
        if entry.kind == kind:
            model = installed.get(entry.name)
            found.append(
                Row(
                    kind,
                    entry.name,
                    round(model.size / 1e6) if model else entry.size_mb,
                    entry.tier,
                    entry.languages,
                    entry.licence,
                    _state(entry.name, installed, used),
                    "gated" if entry.gated else "terms to accept" if entry.accept else "",
                )
            )
    for name, model in installed.items():
        if model.kind == kind and name not in entries:
            state = _state(name, installed, used)
            size_mb = round(model.size / 1e6)
            found.append(Row(kind, name, size_mb, "", (), model.licence, state, ""))
    if used and used not in {row.name for row in found}:
        found.append(Row(kind, used, 0, "", (), "", "in use, not of this store", ""))
    return found


def _state(name: str, installed: Mapping[str, LockedModel], used: str | None) -> str:
    if name in installed:
        return "in use" if name == used else "installed"
    return "in use, not installed" if name == used else ""
