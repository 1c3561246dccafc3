"""The Hugging Face Hub, or a mirror of it: the only module that talks to one.

``huggingface_hub`` does the talking and reads its own variables: ``HF_ENDPOINT`` for a mirror,
``HF_TOKEN`` for gated repositories, ``HF_HUB_OFFLINE``, ``HF_HUB_DOWNLOAD_TIMEOUT`` and proxies.
Its downloads start anew in each process, so the file is ours here and only the transfer is its
``http_get``: a download that was cut goes on where it stopped, today or next week (10 MB before,
since ``http_get`` writes pieces of that size).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from huggingface_hub import constants, get_hf_file_metadata, hf_hub_url
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.file_download import http_get
from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]  # lazily loaded

from audiocore.errors import ModelError
from models import digest

_SHA256, _GIT_BLOB = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a repository at one commit."""

    repo: str
    path: str
    commit: str
    size: int
    """Bytes."""
    etag: str
    """SHA-256 of a large file, the git blob name (SHA-1) of a small one."""

    @property
    def name(self) -> str:
        """Its last part, under which it is installed."""
        return self.path.rpartition("/")[2]


def describe(repo: str, path: str, revision: str) -> RemoteFile | None:
    """Ask what a file is; None if the repository has no such file.

    Raises:
        ModelError: the hub cannot be reached, refuses, or does not say.
    """
    with _explained(repo):
        try:
            found = get_hf_file_metadata(hf_hub_url(repo, path, revision=revision))
        except EntryNotFoundError:
            return None
    if found.size is None or not found.etag or not _GIT_BLOB.fullmatch(found.commit_hash or ""):
        raise ModelError(
            f"{constants.ENDPOINT} does not say size, checksum and commit of {repo}/{path}, so it "
            "is no hub and no mirror of one: check HF_ENDPOINT and proxies"
        )
    return RemoteFile(repo, path, str(found.commit_hash), found.size, found.etag)


def download(file: RemoteFile, target: Path) -> str:
    """Fetch a file to ``target``, going on from what is already there, and check it.

    Returns:
        its SHA-256, in hexadecimal.

    Raises:
        ModelError: the transfer failed (what arrived is kept), or gave other bytes than announced
            (they are deleted).
    """
    if target.exists() and target.stat().st_size > file.size:
        target.unlink()
    with _explained(file.repo), target.open("ab") as stream:
        try:
            http_get(
                hf_hub_url(file.repo, file.path, revision=file.commit),
                cast(BinaryIO, _Bounded(stream, file)),
                resume_size=target.stat().st_size,
                headers=build_hf_headers(),
                expected_size=file.size,
                displayed_filename=file.name,
            )
        except OSError as error:
            if type(error) is not OSError or error.errno is not None:
                raise
            stream.flush()  # http_get says so if the transfer ended before its time
            raise ModelError(
                f"{file.repo}/{file.path}: {target.stat().st_size:,} of {file.size:,} bytes "
                "arrived before the server ended the transfer: run the command again, and it "
                "goes on from there"
            ) from None
    sha256 = digest.sha256_of(target)
    if not _genuine(file, target, sha256):
        target.unlink()
        raise ModelError(
            f"{file.repo}/{file.path}: the bytes that arrived are not those that the hub "
            "describes, and were deleted: run the command again, and if it happens again, do not "
            "trust this mirror or proxy"
        )
    return sha256


def _genuine(file: RemoteFile, target: Path, sha256: str) -> bool:
    if _SHA256.fullmatch(file.etag):
        return sha256 == file.etag
    if _GIT_BLOB.fullmatch(file.etag):
        return digest.git_blob_of(target) == file.etag
    return target.stat().st_size == file.size  # a mirror's own kind of etag; the lock still holds


class _Bounded:
    """A file that takes no more than was announced: a server may lie, and disks are finite."""

    def __init__(self, stream: BinaryIO, file: RemoteFile) -> None:
        self._stream, self._file = stream, file
        self.tell, self.seek, self.truncate = stream.tell, stream.seek, stream.truncate

    def write(self, data: bytes) -> int:
        if self._stream.tell() + len(data) > self._file.size:
            self._stream.truncate(0)
            raise ModelError(
                f"{self._file.repo}/{self._file.path}: the server sends more than the "
                f"{self._file.size:,} bytes it announced; what arrived was deleted. Do not trust "
                "this mirror or proxy"
            )
        return self._stream.write(data)


@contextmanager
def _explained(repo: str) -> Iterator[None]:
    """Turn what ``huggingface_hub`` and its HTTP library raise into what to do about it."""
    hub = constants.ENDPOINT
    try:
        yield
    except (ModelError, EntryNotFoundError):
        raise
    except OfflineModeIsEnabled:
        raise ModelError(
            "HF_HUB_OFFLINE forbids downloads here: unset it, or bring the models in a file "
            "(`audiocore models bundle` elsewhere, `audiocore models unbundle` here)"
        ) from None
    except GatedRepoError:
        raise ModelError(
            f"{repo} is gated: accept its terms at {hub}/{repo} with an account, and set HF_TOKEN "
            "to a token of that account"
        ) from None
    except RevisionNotFoundError:
        raise ModelError(
            f"{repo} no longer has the commit that is locked: take the present one with --update"
        ) from None
    except RepositoryNotFoundError:
        raise ModelError(
            f"{hub} has no {repo}, or shows it to nobody without a token: if it is private set "
            "HF_TOKEN, if this is a mirror check that it carries the repository"
        ) from None
    except HfHubHTTPError as error:
        status = error.response.status_code
        raise ModelError(
            f"{hub} answers {status} for {repo}: try again later, or another mirror (HF_ENDPOINT)"
        ) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # of this machine's disk
        raise ModelError(
            f"{hub} cannot be reached ({type(error).__name__}): check the network, proxies and "
            "HF_ENDPOINT, and run the command again; what arrived is kept. For a machine without "
            "internet there is `audiocore models bundle`"
        ) from None
