"""Bundles: what went in comes out, and nothing else ever does."""

from __future__ import annotations

import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from audiocore.errors import ModelError
from models import bundle
from models.add import add
from models.store import Store
from tests.models import samples


@pytest.fixture
def packed(store: Store, tmp_path: Path) -> tuple[Path, str]:
    """A bundle of two models, and its manifest's checksum."""
    with store.changing():
        add(store, samples.write_language_model(tmp_path / "llm", floats=512))
        add(store, samples.write_voice(tmp_path / "voice"), link=True)
    target = tmp_path / "models.tar"
    return target, bundle.pack(store, ["voice", "llm"], target)


def unpack(store: Store, file: Path, **how: object) -> None:
    with store.changing():
        bundle.unpack(store, file, **how)  # type: ignore[arg-type]


def refused(file: Path, where: Path, **how: object) -> str:
    other = Store(where)
    with pytest.raises(ModelError) as error:
        unpack(other, file, **how)
    assert other.installed() == {}
    return str(error.value)


def test_what_went_in_comes_out(store: Store, packed: tuple[Path, str], tmp_path: Path) -> None:
    file, checksum = packed
    other = Store(tmp_path / "other")
    unpack(other, file, expected=checksum.upper())
    assert other.installed() == store.installed()
    assert [other.verify(name) for name in other.installed()] == [[], []]
    assert not any(path.is_symlink() for path in other.path("voice").iterdir())
    assert not list((other.folder / ".staging").iterdir())
    unpack(other, file)  # once more is no conflict


def test_the_same_models_give_the_same_bytes(
    store: Store, packed: tuple[Path, str], tmp_path: Path
) -> None:
    again = tmp_path / "again.tar"
    os.utime(store.path("llm") / "tiny.gguf", (0, 0))
    assert bundle.pack(store, ["llm", "voice", "llm"], again) == packed[1]
    assert again.read_bytes() == packed[0].read_bytes()


def test_any_flipped_byte_is_refused_or_harmless(
    store: Store, packed: tuple[Path, str], tmp_path: Path
) -> None:
    content = packed[0].read_bytes()
    for number, at in enumerate(range(0, len(content), 61)):
        file = tmp_path / "flipped.tar"
        file.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        other = Store(tmp_path / f"flipped-{number}")
        try:
            unpack(other, file, expected=packed[1])
        except ModelError:
            assert other.installed() == {}
        else:  # padding, or a field that nobody reads
            assert other.installed() == store.installed()
            assert [other.verify(name) for name in other.installed()] == [[], []]


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.6, 0.9])
def test_a_bundle_cut_off_is_refused(
    packed: tuple[Path, str], tmp_path: Path, share: float
) -> None:
    content = packed[0].read_bytes().rstrip(b"\0")
    packed[0].write_bytes(content[: int(len(content) * share)])
    assert str(packed[0]) in refused(packed[0], tmp_path / "other")


def test_another_bundle_than_the_expected_is_refused(
    packed: tuple[Path, str], tmp_path: Path
) -> None:
    message = refused(packed[0], tmp_path / "other", expected="0" * 64)
    assert packed[1] in message


def test_a_locked_name_is_not_overwritten_without_update(
    packed: tuple[Path, str], tmp_path: Path
) -> None:
    other = Store(tmp_path / "other")
    with other.changing():
        add(other, samples.write_language_model(tmp_path / "mine", floats=128), name="llm")
    with pytest.raises(ModelError, match="--update"):
        unpack(other, packed[0])
    assert list(other.installed()) == ["llm"]
    unpack(other, packed[0], update=True)
    assert other.verify("llm") == []


def rewritten(source: Path, target: Path, change: object) -> Path:
    """The bundle with every member passed through ``change(member, data)``."""
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for member in old:
            stream = old.extractfile(member)
            data = stream.read() if stream else b""
            for item, content in change(member, data):  # type: ignore[operator]
                item.size = len(content)
                new.addfile(item, io.BytesIO(content))
    return target


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "llm/../../evil", "llm/evil", "evil"])
def test_a_member_that_the_manifest_does_not_name_is_refused(
    packed: tuple[Path, str], tmp_path: Path, name: str
) -> None:
    def change(member: tarfile.TarInfo, data: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
        extra = [(tarfile.TarInfo(name), b"evil")] if member.name == "bundle.json" else []
        return [(member, data), *extra]

    evil = rewritten(packed[0], tmp_path / "evil.tar", change)
    assert "not as bundle.json says" in refused(evil, tmp_path / "deep" / "other")
    assert not list(tmp_path.rglob("evil"))


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "a/b"])
def test_a_manifest_that_names_another_folder_is_refused(
    packed: tuple[Path, str], tmp_path: Path, name: str
) -> None:
    def change(member: tarfile.TarInfo, data: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
        if member.name == "bundle.json":
            data = json.dumps(json.loads(data)).replace('"llm":', f'"{name}":').encode()
        return [(member, data)]

    evil = rewritten(packed[0], tmp_path / "evil.tar", change)
    assert "cannot be a model's name" in refused(evil, tmp_path / "deep" / "other")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(
    packed: tuple[Path, str], tmp_path: Path, kind: bytes
) -> None:
    def change(member: tarfile.TarInfo, data: bytes) -> list[tuple[tarfile.TarInfo, bytes]]:
        if member.name.endswith(".gguf"):
            member.type, member.linkname = kind, "/etc/passwd"
            data = b""
        return [(member, data)]

    evil = rewritten(packed[0], tmp_path / "evil.tar", change)
    assert "not as bundle.json says" in refused(evil, tmp_path / "other")


def test_a_model_that_was_changed_is_not_bundled(
    store: Store, packed: tuple[Path, str], tmp_path: Path
) -> None:
    file = store.path("llm") / "tiny.gguf"
    content = file.read_bytes()
    for changed in (content[:-1] + b"!", content + b"!", content[:-1]):
        file.write_bytes(changed)
        with pytest.raises(ModelError, match=r"tiny\.gguf"):
            bundle.pack(store, ["llm"], tmp_path / "bad.tar")
        assert not list(tmp_path.glob("bad.tar*"))


def test_only_what_is_installed_can_be_bundled(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="nothing is installed"):
        bundle.pack(store, [], tmp_path / "x.tar")
    with pytest.raises(ModelError, match="nowhere; pull it first"):
        bundle.pack(store, ["nowhere"], tmp_path / "x.tar")


def test_what_is_no_bundle_is_named(tmp_path: Path) -> None:
    for content in (b"", b"hello" * 1000):
        (tmp_path / "x.tar").write_bytes(content)
        assert "x.tar is no bundle" in refused(tmp_path / "x.tar", tmp_path / "other")
    assert "cannot be read" in refused(tmp_path / "missing.tar", tmp_path / "other")
