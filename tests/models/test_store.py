"""The folder of models: whole ones or none, through crashes, full disks and neighbours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from audiocore.errors import ModelError
from models import lock
from models.add import add
from models.store import Store
from tests.models import samples


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """With one language model."""
    folder = samples.write_language_model(tmp_path / "tiny")
    with store.changing():
        add(store, folder)
    return store


def test_nothing_is_there_at_first_and_nothing_is_made_by_looking(store: Store) -> None:
    assert store.installed() == {} == store.locked()
    assert store.strangers() == []
    assert not store.folder.exists()


def test_a_model_is_found_by_name_and_kind(filled: Store) -> None:
    assert filled.find("tiny", "llm") == filled.folder / "tiny"
    with pytest.raises(ModelError, match="tiny is a language model, and a voice is needed"):
        filled.find("tiny", "tts")


def test_what_is_not_installed_is_refused_with_the_way_to_get_it(store: Store) -> None:
    with pytest.raises(ModelError, match=r"`audiocore models pull whisper-base\.en`"):
        store.find("whisper-base.en", "stt")
    with pytest.raises(ModelError, match=r"did you mean whisper-base\.en\?"):
        store.find("whisper-bas.en", "stt")


def test_verification_says_what_is_wrong(filled: Store) -> None:
    file = filled.path("tiny") / "tiny.gguf"
    content = file.read_bytes()
    assert filled.verify("tiny") == []
    file.write_bytes(content[:-1] + b"!")
    assert filled.verify("tiny") == ["tiny.gguf was changed: its checksum is not the locked one"]
    file.write_bytes(content[:-1])
    assert "bytes instead of" in filled.verify("tiny")[0]
    with pytest.raises(ModelError, match="audiocore models verify tiny"):
        filled.find("tiny", "llm")
    file.unlink()
    (file.parent / "other").touch()
    assert filled.verify("tiny") == ["tiny.gguf is missing", "other was not installed with it"]


def test_what_is_removed_stays_locked(filled: Store) -> None:
    with filled.changing():
        filled.remove("tiny")
    assert filled.installed() == {}
    assert "tiny" in filled.locked()
    assert [path.name for path in filled.folder.iterdir() if path.is_dir()] == [".staging"]


@pytest.mark.parametrize("survives", ["write", "set aside"])
def test_a_crash_while_replacing_leaves_a_whole_model_or_none(
    filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, survives: str
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: object) -> None:
        raise Crash

    if survives == "write":
        monkeypatch.setattr(lock, "write", crash)
    else:
        monkeypatch.setattr(Store, "_set_aside", crash)
    other = samples.write_language_model(tmp_path / "other", floats=128)
    with pytest.raises(Crash), filled.changing():
        add(filled, other, name="tiny", update=True)
    monkeypatch.undo()
    if survives == "write":
        assert filled.verify("tiny") == []
    else:  # the lock is ahead of the folder, and what is there is known to be something else
        assert filled.verify("tiny") != []
        with pytest.raises(ModelError):
            filled.find("tiny", "llm")
    with filled.changing():
        add(filled, other, name="tiny", update=True)
    assert filled.verify("tiny") == []


def test_two_cannot_change_a_store_at_once(store: Store) -> None:
    with (
        store.changing(),
        pytest.raises(ModelError, match="another `audiocore models`"),
        Store(store.folder).changing(),
    ):
        pass
    with store.changing():
        pass


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ModelError, match=r"cannot be made or opened: .*; set models\.dir"),
        Store(tmp_path / "file" / "store").changing(),
    ):
        pass


def test_folders_that_nobody_installed_are_told_apart(filled: Store) -> None:
    (filled.folder / "mine").mkdir()
    assert filled.strangers() == ["mine"]


def test_more_than_there_is_room_for_is_refused(store: Store) -> None:
    with store.changing(), pytest.raises(ModelError, match=r"make room, or set models\.dir"):
        store.require_room(10**18)


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from audiocore.errors import ModelError
from models.add import add
from models.store import Store
store = Store(Path(sys.argv[1]))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    with store.changing():
        add(store, Path(sys.argv[2]))
except ModelError as error:
    print(error)
"""


def test_a_disk_that_fills_up_on_the_way_leaves_nothing_installed(
    store: Store, tmp_path: Path
) -> None:
    folder = samples.write_language_model(tmp_path / "large", floats=64 * 1024)
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(store.folder), str(folder)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert "no room left" in done.stdout
    assert store.installed() == {}
    with store.changing():
        add(store, folder)
    assert store.verify("large") == []
