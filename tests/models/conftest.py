from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import constants, file_download

from models.catalog import Entry
from models.store import Store
from tests.models import samples
from tests.models.local_hub import LocalHub, running


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    """A local hub in place of the public one, that holds one model of each kind."""
    with running() as hub:
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        monkeypatch.setattr(
            constants,
            "HUGGINGFACE_CO_URL_TEMPLATE",
            hub.url + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 3)
        # What a cut interrupts is lost up to the last whole chunk, which is 10 MB otherwise.
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 8)
        monkeypatch.setattr(file_download.time, "sleep", lambda _: None)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        hub.files = {
            ("someone/tiny-gguf", "tiny.gguf"): samples.gguf(4096),
            ("someone/tiny-gguf", "README.md"): b"# A card\n",
            ("someone/voices", "en/en_US/x/low/x.onnx"): samples.onnx(),
            ("someone/voices", "en/en_US/x/low/x.onnx.json"): b'{"num_symbols": 1, "num_speakers":'
            b' 1, "audio": {}, "espeak": {}, "phoneme_id_map": {}}',
            ("someone/voices", "en/en_US/x/low/MODEL_CARD"): b"A voice.\n",
        }
        yield hub


@pytest.fixture
def llm() -> Entry:
    return Entry(
        name="tiny-llm",
        kind="llm",
        repo="someone/tiny-gguf",
        revision="main",
        files=("tiny.gguf",),
        licence="Apache-2.0",
        languages=("en",),
        size_mb=1,
        memory_mb=10,
        tier="small",
        parameters_m=1,
    )


@pytest.fixture
def voice() -> Entry:
    folder = "en/en_US/x/low/"
    return Entry(
        name="tiny-voice",
        kind="tts",
        repo="someone/voices",
        revision="main",
        files=(folder + "x.onnx", folder + "x.onnx.json", folder + "MODEL_CARD"),
        licence="Research-only",
        accept="https://example.com/terms",
        languages=("en",),
        size_mb=1,
        memory_mb=10,
        tier="small",
        quality="low",
    )
