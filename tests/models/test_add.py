"""Models that the operator brings from disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from audiocore.errors import ModelError
from models.add import add
from models.store import Store
from tests.models import samples


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (samples.write_recogniser, "stt"),
        (samples.write_language_model, "llm"),
        (samples.write_voice, "tts"),
    ],
)
@pytest.mark.parametrize("link", [False, True])
def test_each_kind_is_added_with_its_licence_and_without_what_is_not_its_own(
    store: Store, tmp_path: Path, write: object, kind: str, link: bool
) -> None:
    folder = write(tmp_path / "mine")  # type: ignore[operator]
    (folder / "LICENSE").write_text("do what you want")
    (folder / "notes.doc").write_text("private")
    with store.changing():
        name, model = add(store, folder, link=link, licence="mine")
    assert (name, model.kind, model.licence) == ("mine", kind, "mine")
    assert store.verify("mine") == []
    installed = {path.name for path in store.path("mine").iterdir()}
    assert "LICENSE" in installed
    assert "notes.doc" not in installed
    assert all(path.is_symlink() == link for path in store.path("mine").iterdir())
    with store.changing():
        store.remove("mine")
    assert (folder / "LICENSE").exists()


def test_a_file_is_added_under_its_own_name(store: Store, tmp_path: Path) -> None:
    folder = samples.write_language_model(tmp_path / "x")
    with store.changing():
        assert add(store, folder / "tiny.gguf")[0] == "tiny"
    assert store.find("tiny", "llm")


def test_a_link_whose_target_changes_is_noticed(store: Store, tmp_path: Path) -> None:
    folder = samples.write_language_model(tmp_path / "mine")
    with store.changing():
        add(store, folder, link=True)
    (folder / "tiny.gguf").write_bytes(samples.gguf(128))
    assert store.verify("mine") != []


def test_a_taken_name_is_refused_unless_the_model_is_to_be_replaced(
    store: Store, tmp_path: Path
) -> None:
    first = samples.write_language_model(tmp_path / "first")
    second = samples.write_language_model(tmp_path / "second", floats=128)
    with store.changing():
        add(store, first, name="m")
        add(store, first, name="m")  # the same again is no conflict
        with pytest.raises(ModelError, match="add it under another --name"):
            add(store, second, name="m")
        assert store.verify("m") == []
        add(store, second, name="m", update=True)
    assert store.verify("m") == []


def test_a_name_that_cannot_be_one_is_refused(store: Store, tmp_path: Path) -> None:
    folder = samples.write_language_model(tmp_path / "my model")
    with store.changing(), pytest.raises(ModelError, match="choose one with --name"):
        add(store, folder)
