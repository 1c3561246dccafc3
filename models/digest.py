"""Checksums of files too large to be read at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from tqdm import tqdm

CHUNK = 1 << 20
_WORTH_A_BAR = 32 << 20


class Hash(Protocol):
    """What ``hashlib`` makes."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes in."""

    def hexdigest(self) -> str:
        """The digest so far."""


def sha256_of(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal."""
    return _digest(file, hashlib.sha256())


def git_blob_of(file: Path) -> str:
    """The name git has for a file's content: SHA-1 over a header with its size, and the content."""
    header = f"blob {file.stat().st_size}\0".encode()
    return _digest(file, hashlib.sha1(header, usedforsecurity=False))


def _digest(file: Path, running: Hash) -> str:
    with file.open("rb") as stream, bar(file.name, file.stat().st_size) as progress:
        copy(stream, None, running, progress)
    return running.hexdigest()


def copy(source: IO[bytes], target: IO[bytes] | None, running: Hash, progress: Any) -> int:
    """Read ``source`` to its end, into a hash and, if given, a file; returns the bytes."""
    total = 0
    while chunk := source.read(CHUNK):
        running.update(chunk)
        if target is not None:
            target.write(chunk)
        progress.update(len(chunk))
        total += len(chunk)
    return total


@contextmanager
def bar(title: str, total: int) -> Iterator[Any]:
    """A progress bar in bytes on a terminal's stderr, for what takes longer than a moment."""
    disable = True if total < _WORTH_A_BAR else None  # None: shown on a terminal only
    with tqdm(
        total=total, desc=title, unit="B", unit_scale=True, leave=False, disable=disable
    ) as progress:
        yield progress
