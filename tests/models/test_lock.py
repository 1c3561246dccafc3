"""The lock: what is written is read, and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.errors import ModelError
from models import lock
from models.lock import LockedFile, LockedModel

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,20}[A-Za-z0-9]", fullmatch=True).filter(
    lambda name: not name.endswith(".lock")
)
FILES = st.builds(
    LockedFile,
    name=NAMES,
    size=st.integers(0, 10**13),
    sha256=st.from_regex(r"[0-9a-f]{64}", fullmatch=True),
)
MODELS = st.builds(
    LockedModel,
    kind=st.sampled_from(("stt", "llm", "tts")),
    source=st.text(),
    revision=st.text(),
    licence=st.text(),
    accepted=st.none() | st.text(),
    files=st.lists(FILES, min_size=1, max_size=4, unique_by=lambda file: file.name).map(tuple),
)


@given(models=st.dictionaries(NAMES, MODELS, max_size=4))
def test_what_is_written_is_read(models: dict[str, LockedModel]) -> None:
    text = lock.to_json(models)
    assert lock.from_json(text, "here") == models
    assert lock.to_json(dict(reversed(models.items()))) == text


JSON = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(
    text=st.text(max_size=100) | JSON.map(lambda value: json.dumps({"version": 1, "models": value}))
)
def test_anything_else_is_refused_by_name(text: str) -> None:
    try:
        models = lock.from_json(text, "here")
    except ModelError as error:
        assert str(error).startswith("here")  # noqa: PT017 - either outcome is right
    else:
        assert models == {}


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "video"},
        {"files": []},
        {"files": [{"name": "../a", "size": 1, "sha256": "0" * 64}]},
        {"files": [{"name": "a", "size": -1, "sha256": "0" * 64}]},
        {"files": [{"name": "a", "size": 1, "sha256": "0" * 63}]},
        {"files": [{"name": "a", "size": 1, "sha256": "0" * 64}] * 2},
        {"unknown": 1},
    ],
)
def test_an_entry_that_is_wrong_anywhere_is_refused(change: dict[str, object]) -> None:
    model = LockedModel("llm", "x", "", "MIT", None, (LockedFile("a", 1, "0" * 64),))
    content = json.loads(lock.to_json({"m": model}))
    content["models"]["m"] |= change
    with pytest.raises(ModelError):
        lock.from_json(json.dumps(content), "here")


def test_a_later_version_is_named() -> None:
    with pytest.raises(ModelError, match="here has version 9, and this audiocore reads 1"):
        lock.from_json('{"version": 9}', "here")


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", ".a", "a\\b", "a b", "a\n", "x.lock", "-a"])
def test_names_that_could_leave_their_folder_are_refused(name: str) -> None:
    with pytest.raises(ModelError, match="use letters, digits"):
        lock.require_portable(name, "a model's name")


def test_there_is_no_lock_at_first_and_a_broken_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "models.lock"
    assert lock.read(path) == {}
    path.write_bytes(b"\xff")
    with pytest.raises(ModelError, match=r"models\.lock is damaged"):
        lock.read(path)


def test_only_the_same_files_are_the_same() -> None:
    model = LockedModel("llm", "x", "1", "MIT", None, (LockedFile("a", 1, "0" * 64),))
    moved = LockedModel("llm", "y", "2", "MIT", "now", model.files)
    lock.require_same("m", None, model)
    lock.require_same("m", model, moved)
    for files in ((LockedFile("a", 1, "1" * 64),), (*model.files, LockedFile("b", 1, "0" * 64))):
        other = LockedModel("llm", "x", "1", "MIT", None, files)
        with pytest.raises(ModelError, match="--update"):
            lock.require_same("m", model, other)
