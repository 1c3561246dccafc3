"""``models.lock``: which bytes a model's name stands for on this machine.

A name is locked when it is first pulled, added or unbundled: the commit it came from, and the size
and SHA-256 of every file. From then on nothing else is accepted under that name, until the operator
says ``--update``. An entry outlives the model: what was removed comes back the same, or not at all.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from audiocore.errors import ModelError
from models.catalog import KINDS, Kind

FILE_NAME = "models.lock"
VERSION = 1
_PORTABLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,199}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class LockedFile:
    """One file of a model."""

    name: str
    """Without any folder."""
    size: int
    """Bytes."""
    sha256: str


@dataclass(frozen=True, slots=True)
class LockedModel:
    """What a name stands for."""

    kind: Kind
    source: str
    """A repository on the hub; ``local`` for what was added from a path."""
    revision: str
    """The commit; empty for what was added from a path."""
    licence: str
    accepted: str | None
    """When the operator accepted the licence, ISO 8601; None where nothing is to be accepted."""
    files: tuple[LockedFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


Lock = Mapping[str, LockedModel]


def require_portable(name: str, what: str) -> str:
    """The name itself, if it can be a file name on any machine and cannot leave its folder.

    Raises:
        ModelError: it cannot.
    """
    if not _PORTABLE.fullmatch(name) or name.endswith((".lock", ".")):
        raise ModelError(
            f"{name!r} cannot be {what}: use letters, digits, dots, dashes, underscores and pluses"
        )
    return name


def to_json(models: Lock) -> str:
    """The text of a lock file; the same models always give the same text."""
    content = {
        "version": VERSION,
        "models": {name: asdict(model) for name, model in sorted(models.items())},
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def from_json(text: str, where: str) -> dict[str, LockedModel]:
    """The models of a lock file or of a bundle's manifest.

    Args:
        where: what to call the text in an error.

    Raises:
        ModelError: it is not such a text, or one that a later version wrote.
    """
    try:
        content = json.loads(text)
        version = content["version"]
        if version == VERSION:
            return {
                require_portable(name, "a model's name"): _model(fields)
                for name, fields in content["models"].items()
            }
    except ModelError as error:
        raise ModelError(f"{where}: {error}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(
            f"{where} is damaged ({type(error).__name__}): restore it from a copy, or delete it "
            "and pull the models again"
        ) from None
    raise ModelError(
        f"{where} has version {version!r}, and this audiocore reads {VERSION}: install the "
        "audiocore that wrote it"
    )


def _model(fields: dict[str, Any]) -> LockedModel:
    files = tuple(LockedFile(**file) for file in fields["files"])
    model = LockedModel(**(fields | {"files": files}))
    texts = (model.source, model.revision, model.licence)
    if model.kind not in KINDS or not all(isinstance(text, str) for text in texts):
        raise ValueError
    if model.accepted is not None and not isinstance(model.accepted, str):
        raise ValueError
    for file in files:
        require_portable(file.name, "a file's name")
        if type(file.size) is not int or file.size < 0 or not _SHA256.fullmatch(file.sha256):
            raise ValueError
    if not files or len({file.name for file in files}) != len(files):
        raise ValueError
    return model


def read(path: Path) -> dict[str, LockedModel]:
    """The lock at ``path``; empty if there is none.

    Raises:
        ModelError: it is damaged or unreadable.
    """
    try:
        return from_json(path.read_text(encoding="utf-8"), str(path))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        return from_json("", str(path))
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from None


def write(path: Path, models: Lock) -> None:
    """Replace the lock at ``path``; a crash leaves the old one or the new one."""
    staged = path.with_name(path.name + ".new")
    with staged.open("w", encoding="utf-8") as file:
        file.write(to_json(models))
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


def require_same(name: str, locked: LockedModel | None, arriving: LockedModel) -> None:
    """Refuse files that are not those that the name stands for.

    Raises:
        ModelError: some differ; the message names them.
    """
    if locked is None:
        return
    before = {file.name: file for file in locked.files}
    after = {file.name: file for file in arriving.files}
    differing = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
    if differing:
        raise ModelError(
            f"{name}: {', '.join(differing)} is not what {FILE_NAME} locked under this name. "
            "Someone may have replaced it: compare with the publisher, and take the new one with "
            "--update if it is meant"
        )
