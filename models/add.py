"""A model that the operator already has, registered in the store under a name."""

from __future__ import annotations

import hashlib
from pathlib import Path

from audiocore.errors import ModelError
from models import digest, formats, lock
from models.lock import LockedFile, LockedModel
from models.store import Store

SOURCE = "local"


def add(
    store: Store,
    path: Path,
    *,
    name: str | None = None,
    link: bool = False,
    licence: str = "unknown",
    update: bool = False,
) -> tuple[str, LockedModel]:
    """Check a model on disk, and install a copy or links to its files.

    Args:
        path: a folder, or the model's main file.
        name: what to call it; by default the name of the folder or file.
        link: leave the files where they are; whoever moves or changes them breaks the model.
        update: replace another model of that name.

    Raises:
        ModelError: it is no model, damaged, or the name is taken by another.
    """
    found = formats.recognise(path)
    name = name or (path.resolve().name if path.is_dir() else path.stem)
    lock.require_portable(name, "a model's name (choose one with --name)")
    files = {lock.require_portable(file.name, "a model file's name"): file for file in found.files}
    staged = store.stage(name, SOURCE)
    if not link:
        store.require_room(sum(file.stat().st_size for file in files.values()))
    locked_files = []
    for file_name, file in files.items():
        target = staged / file_name
        target.unlink(missing_ok=True)
        if link:
            target.symlink_to(file.resolve())
            sha256 = digest.sha256_of(file)
        else:
            sha256 = _copy(file, target)
        locked_files.append(LockedFile(file_name, target.stat().st_size, sha256))
    model = LockedModel(found.kind, SOURCE, "", licence, None, tuple(locked_files))
    if not update:
        _require_free(store, name, model)
    store.install(name, staged, model)
    return name, model


def _copy(file: Path, target: Path) -> str:
    running = hashlib.sha256()
    with (
        file.open("rb") as source,
        target.open("wb") as copy,
        digest.bar(file.name, file.stat().st_size) as progress,
    ):
        digest.copy(source, copy, running, progress)
    return running.hexdigest()


def _require_free(store: Store, name: str, model: LockedModel) -> None:
    try:
        lock.require_same(name, store.locked().get(name), model)
    except ModelError as error:
        raise ModelError(f"{error}; or add it under another --name") from None
