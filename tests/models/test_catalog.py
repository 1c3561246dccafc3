"""The catalogue that is shipped: every entry can be pulled, and says what it asks of its user."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from audiocore.errors import ModelError
from models import catalog, lock
from models.catalog import Entry, find

ENTRIES = catalog.load()


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES.keys())
def test_every_entry_is_complete(entry: Entry) -> None:
    assert lock.require_portable(entry.name, "a model's name") == entry.name
    assert entry.repo.count("/") == 1
    assert 0 < entry.size_mb < 10_000
    assert entry.memory_mb > 0
    assert entry.licence
    main = {"stt": "model.bin", "llm": ".gguf", "tts": ".onnx"}[entry.kind]
    assert any(path.endswith(main) for path in entry.files)
    for path in entry.files:
        lock.require_portable(PurePosixPath(path).name, "a file's name")
    if entry.accept:
        assert entry.accept.startswith("https://")
    if entry.gated:
        assert entry.accept, "what is gated has terms to accept"
    assert all(len(code) == 2 for code in entry.languages) or entry.speaks("xx")


def test_the_choice_is_wide() -> None:
    kinds = [entry.kind for entry in ENTRIES.values()]
    assert all(kinds.count(kind) >= 10 for kind in catalog.KINDS)
    voices = [entry for entry in ENTRIES.values() if entry.kind == "tts"]
    assert len({language for voice in voices for language in voice.languages}) >= 6
    for language in ("en", "es"):
        spoken = {voice.gender for voice in voices if voice.speaks(language)}
        assert {"female", "male"} <= spoken or "both" in spoken
    sizes = [entry.parameters_m for entry in ENTRIES.values() if entry.parameters_m]
    assert min(sizes) < 600
    assert max(sizes) > 8000


def test_everything_that_is_recommended_is_free_to_use() -> None:
    assert not [entry.name for entry in ENTRIES.values() if entry.preferred and entry.accept]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("whisper-basen.en", "whisper-base.en"),
        ("Qwen2.5-0.5B-Instruct", "qwen2.5-0.5b-instruct"),
        ("en_us-kristin", "en_US-kristin-medium"),
    ],
)
def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(name: str, meant: str) -> None:
    with pytest.raises(ModelError, match=f"did you mean {meant}"):
        find(name, ENTRIES)


def test_a_name_like_no_other_gets_no_guess() -> None:
    with pytest.raises(ModelError) as error:
        find("zzzzzz", ENTRIES)
    assert "did you mean" not in str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "video"},
        {"tier": "huge"},
        {"files": ()},
        {"files": ("a/x", "b/x")},
        {"parameters_m": None},
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(llm: Entry, change: dict[str, object]) -> None:
    import dataclasses

    with pytest.raises(ValueError, match="tiny-llm"):
        dataclasses.replace(llm, **change)  # type: ignore[arg-type]
