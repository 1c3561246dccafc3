"""One file that carries models to a machine without internet, and the way in there.

A bundle is an uncompressed tar (weights do not compress): first ``bundle.json``, which is a lock of
what follows, then ``NAME/FILE`` for every file, cards and licences included. The same models always
give the same bytes. Both ways read and write in pieces and check every file on the fly. The
SHA-256 of ``bundle.json`` vouches for the whole; send it another way than the bundle.
"""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Sequence
from pathlib import Path

from audiocore.errors import ModelError
from models import digest, formats, lock
from models.lock import LockedFile, LockedModel
from models.store import Store

MANIFEST = "bundle.json"
_LARGEST_MANIFEST = 16 << 20


def pack(store: Store, names: Sequence[str], target: Path) -> str:
    """Write installed models into one file.

    Returns:
        the SHA-256 of the manifest, in hexadecimal.

    Raises:
        ModelError: a model is not installed or not as it was locked, or there is no room.
    """
    installed = store.installed()
    absent = [name for name in names if name not in installed]
    if absent or not names:
        raise ModelError(
            f"not installed, so it cannot be bundled: {', '.join(absent)}; pull it first"
            if absent
            else "nothing is installed that could be bundled; pull models first"
        )
    models = {name: installed[name] for name in sorted(set(names))}
    manifest = lock.to_json(models).encode()
    partial = target.with_name(target.name + ".part")
    total = sum(model.size for model in models.values())
    try:
        with tarfile.open(partial, "w") as archive, digest.bar(target.name, total) as progress:
            archive.addfile(_member(MANIFEST, len(manifest)), io.BytesIO(manifest))
            for name, model in models.items():
                for file in model.files:
                    _add(archive, name, file, store.path(name) / file.name)
                    progress.update(file.size)
        partial.replace(target)
    except OSError as error:
        raise ModelError(f"{target} cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
    return hashlib.sha256(manifest).hexdigest()


def unpack(
    store: Store, archive_file: Path, *, expected: str | None = None, update: bool = False
) -> tuple[dict[str, LockedModel], str]:
    """Verify a bundle and install its models; nothing is installed before everything is checked.

    Args:
        expected: the manifest's SHA-256, if it is known from elsewhere.
        update: take its models even where others are locked under their names.

    Returns:
        the models by name, and the manifest's SHA-256 in hexadecimal.

    Raises:
        ModelError: it is no bundle, damaged, not the expected one, or differs from the lock.
    """
    staged: dict[str, Path] = {}
    try:
        with tarfile.open(archive_file, "r|") as archive:  # as a stream: nothing is read twice
            models, checksum = _manifest(archive, archive_file)
            if expected and expected.lower() != checksum:
                raise ModelError(
                    f"{archive_file}: the SHA-256 of its manifest is {checksum}, and not the "
                    "expected one: it is another bundle, or was tampered with"
                )
            if not update:
                for name, model in models.items():
                    lock.require_same(name, store.locked().get(name), model)
            store.require_room(sum(model.size for model in models.values()))
            staged |= {name: store.stage(name, "bundle") for name in models}
            _extract(archive, archive_file, staged, models)
        for name, model in models.items():
            if formats.recognise(staged[name]).kind != model.kind:
                raise ModelError(f"{archive_file}: {name} is not what {MANIFEST} says it is")
        for name, model in models.items():
            store.install(name, staged[name], model)
    except (tarfile.TarError, EOFError) as error:
        raise ModelError(
            f"{archive_file} is no bundle, or damaged: {error}; copy it again"
        ) from None
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ModelError(f"{archive_file} cannot be read: {error.strerror}") from None
    finally:
        for folder in staged.values():  # unless it became the model's own
            shutil.rmtree(folder, ignore_errors=True)
    return models, checksum


def _member(name: str, size: int) -> tarfile.TarInfo:
    """Without times and owners, so that equal content gives equal bytes."""
    member = tarfile.TarInfo(name)
    member.size = size
    return member


def _add(archive: tarfile.TarFile, name: str, file: LockedFile, path: Path) -> None:
    running = hashlib.sha256()
    whole = path.is_file() and path.stat().st_size == file.size
    if whole:
        with path.open("rb") as stream:
            archive.addfile(_member(f"{name}/{file.name}", file.size), _Hashed(stream, running))
    if not whole or running.hexdigest() != file.sha256:
        raise ModelError(
            f"{path} is not what was locked: `audiocore models verify {name}` says more; pull it "
            "again before bundling"
        )


class _Hashed(io.RawIOBase):
    """A file whose bytes pass a hash on their way out."""

    def __init__(self, stream: io.BufferedReader, running: digest.Hash) -> None:
        self._stream, self._running = stream, running

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._running.update(data)
        return data


def _manifest(archive: tarfile.TarFile, where: Path) -> tuple[dict[str, LockedModel], str]:
    member = archive.next()
    if member is None or member.name != MANIFEST or member.size > _LARGEST_MANIFEST:
        raise ModelError(f"{where} is no bundle: {MANIFEST} should come first")
    stream = archive.extractfile(member)
    text = stream.read() if stream else b""
    models = lock.from_json(text.decode(errors="replace"), f"{where}: {MANIFEST}")
    return models, hashlib.sha256(text).hexdigest()


def _extract(
    archive: tarfile.TarFile, where: Path, staged: dict[str, Path], models: dict[str, LockedModel]
) -> None:
    """Write every file to its staging folder; names come from the manifest, which was checked."""
    due = {f"{name}/{file.name}": (name, file) for name, m in models.items() for file in m.files}
    while member := archive.next():
        folder, file = due.pop(member.name, ("", None))
        if file is None or not member.isreg() or member.size != file.size:
            raise ModelError(f"{where}: {member.name!r} is not as {MANIFEST} says; copy it again")
        tarfile.data_filter(member, str(staged[folder]))  # refuses what would leave the folder
        stream = archive.extractfile(member)
        assert stream is not None  # of a regular file
        running = hashlib.sha256()
        with (
            (staged[folder] / file.name).open("wb") as target,
            digest.bar(member.name, member.size) as progress,
        ):
            digest.copy(stream, target, running, progress)
        if running.hexdigest() != file.sha256:
            raise ModelError(f"{where}: {member.name} is damaged (checksum); copy it again")
    if due:
        raise ModelError(f"{where}: {', '.join(due)} missing; it was cut off, copy it again")
