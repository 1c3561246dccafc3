"""The folder where models live: ``NAME/`` with the files of each, and ``models.lock``.

A model appears by one rename of a folder that was complete and verified, so a crash at any moment
leaves the old model, the new one or none. The lock is written before the rename: a name that is
locked but has no folder is not installed, and what is pulled for it must be what was locked.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from audiocore.errors import ModelError
from models import catalog, digest, lock
from models.catalog import KIND_NAMES
from models.lock import LockedModel

_STAGING = ".staging"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Store:
    """The models in one folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def lock_file(self) -> Path:
        """Where the lock is, or will be."""
        return self.folder / lock.FILE_NAME

    def locked(self) -> dict[str, LockedModel]:
        """Every model that was ever installed here, by name.

        Raises:
            ModelError: the lock is damaged.
        """
        return lock.read(self.lock_file)

    def installed(self) -> dict[str, LockedModel]:
        """The models that are here now.

        Raises:
            ModelError: the lock is damaged.
        """
        return {name: model for name, model in self.locked().items() if self.path(name).is_dir()}

    def path(self, name: str) -> Path:
        """The folder that a model has, or would have."""
        return self.folder / name

    def find(self, name: str, kind: str) -> Path:
        """The folder of an installed model, for an engine to load.

        Raises:
            ModelError: it is not installed, of another kind, or visibly damaged.
        """
        model = self.installed().get(name)
        if model is None:
            raise ModelError(f"{name} is not installed in {self.folder}{_how_to_get(name, kind)}")
        if model.kind != kind:
            raise ModelError(
                f"{name} is a {KIND_NAMES[model.kind]}, and a {KIND_NAMES[kind]} is needed here"
            )
        for file in model.files:
            path = self.path(name) / file.name
            if not path.is_file() or path.stat().st_size != file.size:
                raise ModelError(
                    f"{path} is missing or has another size than when it was installed: "
                    f"`audiocore models verify {name}` says more"
                )
        return self.path(name)

    def verify(self, name: str) -> list[str]:
        """Read a model's files again; what is wrong with them, nothing if all is well."""
        model, folder, wrong = self.locked()[name], self.path(name), []
        for file in model.files:
            path = folder / file.name
            if not path.is_file():
                wrong.append(f"{file.name} is missing")
            elif path.stat().st_size != file.size:
                wrong.append(f"{file.name} has {path.stat().st_size} bytes instead of {file.size}")
            elif digest.sha256_of(path) != file.sha256:
                wrong.append(f"{file.name} was changed: its checksum is not the locked one")
        extra = {file.name for file in folder.iterdir()} - {file.name for file in model.files}
        return wrong + [f"{file} was not installed with it" for file in sorted(extra)]

    def strangers(self) -> list[str]:
        """Folders that no command put here, by name."""
        if not self.folder.is_dir():
            return []
        known = self.locked()
        folders = (path for path in self.folder.iterdir() if path.is_dir())
        return sorted(f.name for f in folders if f.name not in known and f.name != _STAGING)

    # --- changing ------------------------------------------------------------------------------

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Hold this while changing anything; the folder is made.

        Raises:
            ModelError: another process is changing it, or it cannot be made.
        """
        try:
            (self.folder / _STAGING).mkdir(parents=True, exist_ok=True)
            handle = os.open(self.folder / _STAGING, os.O_RDONLY)
        except OSError as error:
            raise ModelError(
                f"{self.folder} cannot be made or opened: {error.strerror}; set models.dir"
            ) from None
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ModelError(
                    f"another `audiocore models` is working in {self.folder}: wait for it"
                ) from None
            with self._writing():
                yield
        finally:
            os.close(handle)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in _NO_ROOM:
                raise ModelError(
                    f"{self.folder}: no room left ({error.strerror}); nothing was installed. Make "
                    "room, or set models.dir to a larger disk, and run the command again"
                ) from None
            if isinstance(error, PermissionError):
                raise ModelError(f"{error.filename}: permission denied; set models.dir") from None
            raise

    def require_room(self, size: int) -> None:
        """Refuse to begin what cannot be finished.

        Args:
            size: bytes that will be written.

        Raises:
            ModelError: there are fewer.
        """
        free = shutil.disk_usage(self.folder).free
        if size > free:
            raise ModelError(
                f"{self.folder} has {free / 1e6:,.0f} MB free, and {size / 1e6:,.0f} MB are "
                "needed: make room, or set models.dir to a larger disk"
            )

    def stage(self, name: str, revision: str) -> Path:
        """A folder to gather a model's files in; what an earlier attempt left is still there."""
        lock.require_portable(name, "a model's name")
        folder = self.folder / _STAGING / f"{name}@{revision}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def install(self, name: str, staged: Path, model: LockedModel) -> None:
        """Make a staged folder the model of that name, in place of what had the name before.

        Its files must have been checked against ``model``; others in it are deleted.
        """
        keep = {file.name for file in model.files}
        for path in staged.iterdir():
            if path.name not in keep:
                path.unlink()
            elif not path.is_symlink():
                _flush(path)
        _flush(staged)
        lock.write(self.lock_file, {**self.locked(), name: model})
        self._set_aside(name)
        staged.rename(self.path(name))
        _flush(self.folder)
        self._sweep(name)

    def remove(self, name: str) -> None:
        """Delete a model, and what unfinished pulls left of it; it stays locked."""
        self._set_aside(name)
        self._sweep(name)

    def _set_aside(self, name: str) -> None:
        if self.path(name).exists():
            aside = self.folder / _STAGING / f"{name}@old"
            shutil.rmtree(aside, ignore_errors=True)
            self.path(name).rename(aside)

    def _sweep(self, name: str) -> None:
        for left in (self.folder / _STAGING).glob(f"{name}@*"):
            shutil.rmtree(left)


def _flush(path: Path) -> None:
    """Onto the disk, so that a power cut cannot leave a name without its bytes."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _how_to_get(name: str, kind: str) -> str:
    entries = catalog.load()
    if name in entries:
        return f": `audiocore models pull {name}`"
    near = catalog.did_you_mean(name, (n for n, entry in entries.items() if entry.kind == kind))
    return f", nor is it in the catalogue{near}; `audiocore models list` shows both"
