"""Batches from a process of their own, so that the model never waits for them."""

from __future__ import annotations

import multiprocessing
import multiprocessing.queues
import os
import threading
import time
from multiprocessing.synchronize import Event
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from models.train.stt.batches import Batches
from models.train.stt.data import HOP, Batch, read_shards

RESCAN_S = 60.0
AHEAD = 24
"""Batches made before they are asked for, at most."""

if TYPE_CHECKING:
    Arrays = multiprocessing.queues.Queue[list[npt.NDArray[np.generic]]]


def _end_with_the_training() -> None:
    """However it ends: a parent that a signal kills terminates nobody, and nothing here would notice."""
    training = multiprocessing.parent_process()
    assert training
    training.join()
    os._exit(1)


def _produce(
    folder: Path, vocabulary: str, seed: int, hop: int, plain: Event, queue: Arrays
) -> None:
    """Fill `queue` for ever, taking in shards as they appear."""
    threading.Thread(target=_end_with_the_training, daemon=True).start()
    torch.set_num_threads(1)
    known: set[str] = set()
    batches = Batches(read_shards(folder, known), Tokenizer.from_str(vocabulary), seed, hop)
    scanned = time.monotonic()
    for batch in batches.batches(plain):
        queue.put([tensor.numpy() for tensor in batch])
        if time.monotonic() - scanned > RESCAN_S:
            batches.add(read_shards(folder, known))
            scanned = time.monotonic()


class Supply:
    """Batches made by another process, a few ahead of whoever takes them."""

    def __init__(
        self, folder: Path, tokenizer: Tokenizer, seed: int, hop: int = HOP, *, plain: bool
    ) -> None:
        context = multiprocessing.get_context("spawn")
        self._plain = context.Event()
        if plain:
            self._plain.set()
        self._queue: Arrays = context.Queue(maxsize=AHEAD)
        self._process = context.Process(
            target=_produce,
            args=(folder, tokenizer.to_str(), seed, hop, self._plain, self._queue),
            daemon=True,
        )
        self._process.start()

    def next(self) -> Batch:
        """The next batch.

        Raises:
            RuntimeError: the process that makes them ended.
        """
        while True:
            try:
                return Batch(*map(torch.from_numpy, self._queue.get(timeout=10)))
            except Empty:
                if not self._process.is_alive():
                    raise RuntimeError("the process that makes batches ended: see above") from None

    def everything(self) -> None:
        """From now on all utterances, not just those whose phones are known."""
        self._plain.clear()

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.join()
