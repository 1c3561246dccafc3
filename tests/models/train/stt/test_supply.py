from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

from models.train.stt import tokenizer
from models.train.stt.synthesize import save_shard
from models.train.stt.voices import Utterance

TRAINING = """
import multiprocessing, sys, time
from pathlib import Path
from tokenizers import Tokenizer
from models.train.stt.supply import Supply

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    supply = Supply(folder, Tokenizer.from_file(str(folder / "tokenizer.json")), 1, plain=False)
    print(multiprocessing.active_children()[0].pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    noise = np.random.default_rng(1).integers(-3000, 3000, (40, 8000)).astype(np.int16)
    save_shard(tmp_path, "000", [Utterance("nine ten", "flite:rms", row) for row in noise])
    tokenizer.build(["nine ten"]).save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def test_the_process_ends_with_a_training_that_is_killed(folder: Path) -> None:
    command = [sys.executable, "-c", TRAINING, str(folder)]
    training = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert training.stdout
    maker = int(training.stdout.readline())
    training.kill()
    try:
        # The maker holds this pipe too: its end is reached only when both are gone.
        training.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.kill(maker, signal.SIGKILL)
        raise
