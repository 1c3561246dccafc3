"""What is a model: the shipped ones are, and what was cut off or mixed up is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audiocore.errors import ModelError
from models.command import STARTER
from models.formats import recognise
from tests.models import samples


@pytest.mark.parametrize("kind", ["stt", "llm", "tts"])
def test_the_starter_models_are_recognised_with_their_cards(kind: str) -> None:
    found = recognise(STARTER / kind)
    assert found.kind == kind
    assert {file.name for file in found.files} == {file.name for file in (STARTER / kind).iterdir()}
    assert "CARD.md" in {file.name for file in found.files}
    main = next(f for f in found.files if f.suffix in (".bin", ".gguf", ".onnx"))
    assert recognise(main).kind == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.bin", samples.ctranslate2()),
        ("tiny.gguf", samples.gguf()),
        ("tiny.onnx", samples.onnx()),
    ],
)
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    samples.write_recogniser(tmp_path)
    (tmp_path / "model.bin").unlink()
    (tmp_path / "tiny.onnx.json").write_text(json.dumps(samples.VOICE))
    path = tmp_path / name
    path.write_bytes(content)
    recognise(path)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        with pytest.raises(ModelError, match=r"is not|no chat template"):
            recognise(path)


def test_folders_with_several_models_or_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no \.gguf, no \.onnx, no model\.bin"):
        recognise(tmp_path)
    samples.write_language_model(tmp_path)
    (tmp_path / "other.gguf").write_bytes(samples.gguf())
    with pytest.raises(ModelError, match=r"other\.gguf, tiny\.gguf"):
        recognise(tmp_path)
    (tmp_path / "other.gguf").unlink()
    samples.write_voice(tmp_path)
    with pytest.raises(ModelError, match="one model was expected"):
        recognise(tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    folder = samples.write_recogniser(tmp_path / "stt")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer\.json missing"):
        recognise(folder)
    voice = samples.write_voice(tmp_path / "tts")
    (voice / "tiny.onnx.json").write_text('{"num_symbols": 1}')
    with pytest.raises(ModelError, match=r"has no num_speakers, audio"):
        recognise(voice)
    (voice / "tiny.onnx.json").unlink()
    with pytest.raises(ModelError, match=r"tiny\.onnx\.json: missing"):
        recognise(voice)
    with pytest.raises(ModelError, match="no such file or folder"):
        recognise(tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(ModelError, match=r"neither a \.gguf file"):
        recognise(tmp_path / "a.txt")
