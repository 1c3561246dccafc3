"""The table of models: every one once, with what its user must know."""

from __future__ import annotations

from pathlib import Path

import pytest

from models import catalog
from models.listing import rows
from models.lock import LockedFile, LockedModel

MINE = LockedModel("llm", "local", "", "ours", None, (LockedFile("a", 3_000_000, "0" * 64),))


@pytest.mark.parametrize(
    ("used", "states"),
    [
        (None, {"starter/llm": "in use", "mine": "installed"}),
        ("mine", {"starter/llm": "", "mine": "in use"}),
        ("qwen3-8b", {"qwen3-8b": "in use, not installed"}),
        ("/a/path.gguf", {"/a/path.gguf": "in use, not of this store", "mine": "installed"}),
    ],
)
def test_what_is_in_use_is_marked(tmp_path: Path, used: str | None, states: dict[str, str]) -> None:
    (tmp_path / "weights").write_bytes(bytes(2_000_000))
    found = {row.name: row for row in rows("llm", tmp_path, catalog.load(), {"mine": MINE}, used)}
    assert {name: found[name].state for name in states} == states
    assert sum("in use" in row.state for row in found.values()) == 1
    assert (found["starter/llm"].size_mb, found["mine"].size_mb) == (2, 3)
    assert found["gemma-3-1b-it"].terms == "gated"
    assert found["llama-3.2-1b-instruct"].terms == "terms to accept"
    assert "8 languages" in str(found["llama-3.2-1b-instruct"])
