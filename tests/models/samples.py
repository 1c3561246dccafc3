"""The smallest files that are whole models by their headers, as large as wanted."""

from __future__ import annotations

import json
import struct
from pathlib import Path


def gguf(floats: int = 64, *, template: bool = True) -> bytes:
    """A GGUF file with one float32 tensor."""
    values = {"general.architecture": "llama", "general.name": "tiny"}
    if template:
        values["tokenizer.chat_template"] = "{{ messages }}"
    header = b"GGUF" + struct.pack("<IQQ", 3, 1, len(values) + 1)
    for key, value in values.items():
        header += _text(key) + struct.pack("<I", 8) + _text(value)
    words = _text("a") + _text("b")
    header += _text("tokenizer.ggml.tokens") + struct.pack("<IIQ", 9, 8, 2) + words
    header += _text("output.weight") + struct.pack("<IQIQ", 1, floats, 0, 0)
    return header + bytes(-len(header) % 32) + bytes(range(256)) * (floats // 64)


def _text(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def ctranslate2(size: int = 64) -> bytes:
    """A ``model.bin`` with one variable of so many bytes and one alias."""

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    header = struct.pack("<I", 6) + text("WhisperSpec") + struct.pack("<II", 3, 1)
    variable = text("encoder/weight") + struct.pack("<BIBI", 1, size, 1, size) + bytes(size)
    return (
        header + variable + struct.pack("<I", 1) + text("decoder/weight") + text("encoder/weight")
    )


def onnx(size: int = 64) -> bytes:
    """A graph of so many bytes (at most 127), as the protobuf framing goes."""
    return bytes([0x08, 0x08, 0x3A, size]) + bytes(size)


VOICE = {"num_symbols": 1, "num_speakers": 1, "audio": {}, "espeak": {}, "phoneme_id_map": {}}


def write_recogniser(folder: Path, size: int = 64) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.bin").write_bytes(ctranslate2(size))
    for name in ("config.json", "tokenizer.json", "vocabulary.json"):
        (folder / name).write_text("{}")
    return folder


def write_language_model(folder: Path, floats: int = 64) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.gguf").write_bytes(gguf(floats))
    return folder


def write_voice(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tiny.onnx").write_bytes(onnx())
    (folder / "tiny.onnx.json").write_text(json.dumps(VOICE))
    return folder
