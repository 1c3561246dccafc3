"""Make a model once, and whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

SHAPES_DIR = Path.home() / ".cache" / "audiocore" / "shapes"
"""Where models with random weights are kept if nothing else is said."""


def cached(path: Path, write: Callable[[Path], None]) -> Path:
    """``path``, written by ``write`` to a name beside it first if it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"unfinished-{path.name}")
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)
        write(unfinished)
        unfinished.rename(path)
    return path
