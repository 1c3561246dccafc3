"""The starter model, loaded once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.interfaces.engines import LanguageModel

MODEL = Path(__file__).parents[3] / "models/starter/llm/receptionist.gguf"


@pytest.fixture(scope="session")
def starter_model() -> Iterator[LanguageModel]:
    from pipeline.engines.llama_cpp import LlamaCpp

    model = LlamaCpp(MODEL)
    yield model
    model.close()
