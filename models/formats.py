"""What makes files a model: each kind is recognised and checked by header, without loading it.

The three formats say in their headers how much must follow, so a file that was cut off is found
here rather than at the first call. Sources: CTranslate2 ``ModelSpec._serialize``; the GGUF
specification (ggml-org/ggml docs/gguf.md); the protobuf wire format of ``onnx.proto``.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from audiocore.errors import ModelError
from models.catalog import Kind

_RECOGNISER_FILES = ("config.json", "model.bin", "tokenizer.json")
_RECOGNISER_OPTIONAL = (
    "preprocessor_config.json",
    "vocabulary.json",
    "vocabulary.txt",
    "calibration.json",
    "wording.zip",
)
_LANGUAGE_MODEL_OPTIONAL = ("intents.npz",)
_DOCUMENTS = ("readme", "license", "licence", "notice", "card", "model_card", "copying")
_VOICE_KEYS = ("num_symbols", "num_speakers", "audio", "espeak", "phoneme_id_map")
_LONGEST_STRING = 1 << 24  # of a GGUF key or template; what is longer is no length but damage


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model as it lies in a folder."""

    kind: Kind
    files: tuple[Path, ...]
    """All that belongs to it, its card and licence included."""


def recognise(path: Path) -> FoundModel:
    """Find out what is at ``path``, a folder or a model's main file, and check that it is whole.

    Raises:
        ModelError: it is no model, more than one, or damaged.
    """
    if path.is_dir():
        return _recognise_folder(path)
    if not path.is_file():
        raise ModelError(f"{path}: there is no such file or folder")
    match path.suffix:
        case ".gguf":
            check_gguf(path)
            return FoundModel("llm", (path,))
        case ".onnx":
            check_voice(path)
            return FoundModel("tts", (path, _voice_config(path)))
    if path.name == "model.bin":
        return _recognise_folder(path.parent)
    raise ModelError(
        f"{path}: is neither a .gguf file, an .onnx voice, nor a faster-whisper folder"
    )


def _recognise_folder(folder: Path) -> FoundModel:
    files = sorted(file for file in folder.iterdir() if file.is_file())
    names = {file.name: file for file in files}
    documents = tuple(f for f in files if f.stem.lower().split("-")[0] in _DOCUMENTS)
    gguf = [file for file in files if file.suffix == ".gguf"]
    onnx = [file for file in files if file.suffix == ".onnx"]
    kinds = ("model.bin" in names) + bool(gguf) + bool(onnx)
    if kinds != 1 or len(gguf) > 1 or len(onnx) > 1:
        found = ", ".join(f.name for f in (*gguf, *onnx)) or "no .gguf, no .onnx, no model.bin"
        raise ModelError(f"{folder}: one model was expected in the folder, and there is {found}")
    if gguf:
        check_gguf(gguf[0])
        beside = (names[name] for name in _LANGUAGE_MODEL_OPTIONAL if name in names)
        return FoundModel("llm", (gguf[0], *beside, *documents))
    if onnx:
        check_voice(onnx[0])
        return FoundModel("tts", (onnx[0], _voice_config(onnx[0]), *documents))
    check_recogniser(folder)
    wanted = (*_RECOGNISER_FILES, *_RECOGNISER_OPTIONAL)
    return FoundModel("stt", (*(names[name] for name in wanted if name in names), *documents))


def check_recogniser(folder: Path) -> None:
    """Check a faster-whisper (CTranslate2) folder.

    Raises:
        ModelError: a file is missing, of another model, or cut off.
    """
    missing = [name for name in _RECOGNISER_FILES if not (folder / name).is_file()]
    if missing:
        raise ModelError(
            f"{folder}: {', '.join(missing)} missing; a faster-whisper model is a whole folder"
        )
    for name in ("config.json", "tokenizer.json"):
        _json(folder / name)
    _checked(folder / "model.bin", _walk_ctranslate2, "a Whisper model of CTranslate2")


def check_gguf(file: Path) -> None:
    """Check a GGUF file with a chat template.

    Raises:
        ModelError: it is none, has no template, or is cut off.
    """
    keys = _checked(file, _walk_gguf, "a GGUF model")
    if "tokenizer.chat_template" not in keys:
        raise ModelError(f"{file}: has no chat template; use an instruct model")


def check_voice(file: Path) -> None:
    """Check a Piper voice: an ONNX graph, and the ``.onnx.json`` beside it.

    Raises:
        ModelError: a file is missing, of another kind, or cut off.
    """
    config = _json(_voice_config(file))
    missing = [key for key in _VOICE_KEYS if key not in config]
    if missing:
        raise ModelError(f"{_voice_config(file)}: has no {', '.join(missing)}: not a Piper voice")
    _checked(file, _walk_onnx, "an ONNX graph")


def _voice_config(file: Path) -> Path:
    return file.with_name(file.name + ".json")


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{file}: missing; get it from where the model came from") from None
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{file}: is not JSON ({type(error).__name__}); get it again") from None
    if not isinstance(content, dict):
        raise ModelError(f"{file}: is not the JSON object that belongs to a model; get it again")
    return content


def _checked(file: Path, walk: Callable[[BinaryIO, int], set[str]], what: str) -> set[str]:
    try:
        with file.open("rb") as stream:
            return walk(stream, file.stat().st_size)
    except (ValueError, struct.error, MemoryError, OverflowError) as error:
        detail = f": {error}" if type(error) is ValueError else ""
        raise ModelError(f"{file}: is not {what}, or is damaged{detail}; get it again") from None
    except OSError as error:
        raise ModelError(f"{file}: cannot be read: {error.strerror}") from None


# --- headers -------------------------------------------------------------------------------------
# Each walk returns the names it met; ValueError or struct.error where the file ends early.


def _take(stream: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack("<" + form, stream.read(struct.calcsize("<" + form)))


def _skip(stream: BinaryIO, count: int, size: int) -> None:
    if stream.seek(count, 1) > size:
        raise ValueError("the file was cut off")


def _walk_ctranslate2(stream: BinaryIO, size: int) -> set[str]:
    def text() -> str:
        (length,) = _take(stream, "H")
        return str(_take(stream, f"{length}s")[0].rstrip(b"\0").decode())

    version, name = _take(stream, "I")[0], text()
    if version < 5 or name != "WhisperSpec":
        raise ValueError(f"it holds {name or 'nothing'}" if version < 100 else "wrong header")
    names = set()
    _revision, count = _take(stream, "II")
    for _ in range(count):
        names.add(text())
        (rank,) = _take(stream, "B")
        _skip(stream, 4 * rank + 1, size)  # shape and type
        _skip(stream, _take(stream, "I")[0], size)
    for _ in range(_take(stream, "I")[0]):
        names |= {text(), text()}
    return names


_GGUF_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_GGUF_STRING, _GGUF_ARRAY = 8, 9
# Tensor type: values in a block, bytes of a block.
_GGUF_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 30: (1, 2),
}  # fmt: skip


def _walk_gguf(stream: BinaryIO, size: int) -> set[str]:
    def length() -> int:
        (count,) = _take(stream, "Q")
        if count > _LONGEST_STRING:
            raise ValueError("a length is absurd")
        return int(count)

    def skip_value(kind: int) -> None:
        if kind == _GGUF_STRING:
            _skip(stream, length(), size)
        elif kind == _GGUF_ARRAY:
            (inner,) = _take(stream, "I")
            count = length()
            if inner in _GGUF_SCALARS:
                _skip(stream, count * _GGUF_SCALARS[inner], size)
            else:
                for _ in range(count):
                    skip_value(inner)
        elif kind in _GGUF_SCALARS:
            _skip(stream, _GGUF_SCALARS[kind], size)
        else:
            raise ValueError(f"unknown value type {kind}")

    if stream.read(4) != b"GGUF":
        raise ValueError("wrong header")
    version, tensors, values = _take(stream, "IQQ")
    if version not in (2, 3):
        raise ValueError(f"version {version}, and llama.cpp reads 2 and 3")
    keys, alignment = set(), 32
    for _ in range(values):
        key = stream.read(length()).decode()
        (kind,) = _take(stream, "I")
        if key == "general.alignment" and kind == 4:
            (alignment,) = _take(stream, "I")
        else:
            skip_value(kind)
        keys.add(key)
    end = 0
    for _ in range(tensors):
        _skip(stream, length(), size)
        (rank,) = _take(stream, "I")
        shape = _take(stream, f"{min(rank, 8)}Q")
        kind, offset = _take(stream, "IQ")
        values_in_block, block_bytes = _GGUF_BLOCKS.get(kind, (1, 0))
        end = max(end, offset + math.prod(shape) // values_in_block * block_bytes)
    start = -(-stream.tell() // alignment) * alignment
    if tensors and start + end > size:
        raise ValueError(f"it has {size} bytes of {start + end}")
    return keys


def _walk_onnx(stream: BinaryIO, size: int) -> set[str]:
    def varint() -> int:
        value, shift = 0, 0
        while shift < 64:
            byte = int(_take(stream, "B")[0])
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
        raise ValueError("wrong header")

    fields = set()
    while stream.tell() < size:
        tag = varint()
        match tag & 7:
            case 0:
                varint()
            case 1:
                _skip(stream, 8, size)
            case 2:
                _skip(stream, varint(), size)
            case 5:
                _skip(stream, 4, size)
            case _:
                raise ValueError("wrong header")
        fields.add({1: "ir_version", 7: "graph"}.get(tag >> 3, "other"))
    if not {"ir_version", "graph"} <= fields:
        raise ValueError("it has no graph")
    return fields
