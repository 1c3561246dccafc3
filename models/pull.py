"""From the hub into the store: metadata, room, transfer, checksums, format; only then a name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audiocore.errors import ModelError
from models import formats, hub, lock
from models.catalog import Entry
from models.hub import RemoteFile
from models.lock import LockedFile, LockedModel
from models.store import Store

OPTIONAL = ("README.md", "LICENSE")
"""Taken along from the root of a repository that holds one model."""

Show = Callable[[str], None]
Accept = Callable[[Entry], str | None]
"""Asks for a licence's acceptance; the moment it was given, ISO 8601, or None."""


def pull(entry: Entry, store: Store, accept: Accept, show: Show, *, update: bool = False) -> None:
    """Make the store hold a catalogued model, whole and verified.

    Args:
        accept: called if the model's terms must be accepted and have not been.
        update: take the present revision even where another is locked.

    Raises:
        ModelError: it could not be had; the store is as before, and what arrived is kept.
    """
    locked = store.locked().get(entry.name)
    accepted = locked.accepted if locked else None
    if entry.accept and accepted is None and (accepted := accept(entry)) is None:
        raise ModelError(
            f"{entry.name} comes under {entry.licence} ({entry.accept}): read it, and accept it "
            "with --accept-licence"
        )
    if locked and not update and entry.name in store.installed():
        if not store.verify(entry.name):
            show(f"{entry.name}: installed, and every checksum is right")
            return
        show(f"{entry.name}: installed, but damaged; pulling it again")
    pinned = locked if locked and locked.source == entry.repo and not update else None
    files = _describe(entry, pinned.revision if pinned else entry.revision)
    if pinned:
        _require_sizes(entry.name, pinned, files)
    staged = store.stage(entry.name, files[0].commit)
    missing = sum(file.size - _arrived(staged / file.name) for file in files)
    store.require_room(missing)
    show(f"{entry.name}: {missing / 1e6:,.1f} MB from {entry.repo} at {files[0].commit[:12]}")
    checksums = [hub.download(file, staged / file.name) for file in files]
    formats.recognise(staged)
    model = LockedModel(
        kind=entry.kind,
        source=entry.repo,
        revision=files[0].commit,
        licence=entry.licence,
        accepted=accepted,
        files=tuple(
            LockedFile(file.name, file.size, sha256)
            for file, sha256 in zip(files, checksums, strict=True)
        ),
    )
    try:
        lock.require_same(entry.name, None if update else locked, model)
    except ModelError:
        for file in files:
            (staged / file.name).unlink()
        raise
    store.install(entry.name, staged, model)
    show(f"{entry.name}: installed, {model.size / 1e6:,.1f} MB, {len(files)} checksums locked")


def _describe(entry: Entry, revision: str) -> list[RemoteFile]:
    """Every file to fetch, all at the commit that ``revision`` is now."""
    found: list[RemoteFile] = []
    optional = () if "/" in entry.files[0] else OPTIONAL
    for path in (*entry.files, *optional):
        file = hub.describe(entry.repo, path, found[0].commit if found else revision)
        if file:
            found.append(file)
        elif path not in optional:
            raise ModelError(
                f"{entry.repo} has no {path} at {revision}: its publisher renamed it, or this "
                "mirror is incomplete"
            )
    return found


def _require_sizes(name: str, pinned: LockedModel, files: list[RemoteFile]) -> None:
    """Before anything is fetched: what the hub announces can be what is locked."""
    announced = {file.name: file.size for file in files}
    for file in pinned.files:
        if announced.get(file.name) != file.size:
            raise ModelError(
                f"{name}: {file.name} has {announced.get(file.name, 'no')} bytes on the hub, and "
                f"{file.size} in {lock.FILE_NAME}, at the same commit: this hub or mirror is not "
                "to be trusted"
            )


def _arrived(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
