import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # its dependencies may not be installed
    from models.train.stt.voices import Festival


@pytest.fixture
def festival() -> "Iterator[Festival]":
    """Closed afterwards; tests with it are skipped where its voice is not installed."""
    from models.train.stt.foreign import VOICES
    from models.train.stt.voices import Festival

    if shutil.which("festival") is None or not (VOICES / "english" / "kal_diphone").exists():
        pytest.skip("festival or festvox-kallpc16k is not installed")
    process = Festival()
    yield process
    process.close()
