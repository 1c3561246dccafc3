"""Training batches: shards from disk, through the channel, to Whisper's features and token targets.

`Batches` makes them, of a few fixed shapes; `Supply` runs it in a process of its own, ahead of the model.
"""

from __future__ import annotations

import json
import multiprocessing
import multiprocessing.queues
import time
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.fft
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import Tokenizer
from torch import Tensor

from models.train.stt.channel import Channel
from models.train.stt.tokenizer import Ids, ids
from models.train.stt.voices import HELD_OUT

CHARACTERS = {c: i + 1 for i, c in enumerate("abcdefghijklmnopqrstuvwxyz' ")}
"""Class 0 is CTC's blank."""
PHONES = {
    p: i
    for i, p in enumerate(
        "pau aa ae ah ao aw ax ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y "
        "z zh".split()
    )
}
IGNORE = -100
FRAMES_PER_SECOND = 25
"""Of the encoder."""
FEATURES = {
    "feature_size": 80,
    "sampling_rate": 16000,
    "hop_length": 320,
    "chunk_length": 30,
    "n_fft": 512,
}
"""Of faster-whisper's feature extractor. A hop of 20 ms instead of Whisper's 10 makes encoding and training half
as much work; a window of 32 ms instead of 25 keeps its frames overlapping."""
WINDOW = 1500
"""Feature frames of 30 s, what stock faster-whisper pads to."""
LENGTHS = (64, 96, 128, 160, 192, 240, 320, 448, 600)
"""Feature frames that batches are padded to: every new shape costs the CPU kernels' compiler some time."""
BATCH_FRAMES = 4608
"""Feature frames in a batch, about."""
RESCAN_S = 60.0

Labels = npt.NDArray[np.int64]
if TYPE_CHECKING:
    Arrays = multiprocessing.queues.Queue[list[npt.NDArray[np.generic]]]


@dataclass(frozen=True, slots=True)
class Recording:
    """One utterance on disk."""

    text: str
    audio: npt.NDArray[np.int16]
    """16 kHz, memory-mapped."""
    phones: list[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Example:
    """One utterance as the model sees it."""

    text: str
    mel: npt.NDArray[np.float32]
    """`[80, frames of 20 ms]`."""
    phones: Labels
    """One per 40 ms; IGNORE where unknown."""
    speech_s: tuple[float, float]


class Batch(NamedTuple):
    """What the model takes at a time."""

    mel: Tensor
    """`[batch, 80, frames]`, float32."""
    tokens: Tensor
    """`[batch, length]`: what the decoder is given."""
    targets: Tensor
    """`[batch, length]`: what follows each of `tokens`; IGNORE after the end."""
    phones: Tensor
    """`[batch, frames / 2]`."""
    characters: Tensor
    """All texts end to end."""
    character_lengths: Tensor
    frame_lengths: Tensor
    """Encoder frames of each utterance."""


def read_shards(folder: Path, known: set[str]) -> list[Recording]:
    """Recordings of all complete shards that are not `known` yet; adds their names to `known`.

    Voices held out for evaluation are left out, whoever spoke them into the folder.

    Where the phones are known, the silence around the speech is cut off: the channel adds its own.
    """
    found = []
    for index in sorted(folder.glob("*.jsonl")):
        if index.stem in known:
            continue
        known.add(index.stem)
        audio = np.load(folder / f"{index.stem}.audio.npy", mmap_mode="r")
        for line in index.read_text().splitlines():
            row = json.loads(line)
            if row["voice"] in HELD_OUT:
                continue
            x, phones = audio[row["start"] : row["stop"]], row["phones"]
            found.append(Recording(row["text"], *trim(x, phones)))
    return found


def trim(
    x: npt.NDArray[np.int16], phones: list[tuple[str, float]]
) -> tuple[npt.NDArray[np.int16], list[tuple[str, float]]]:
    """Cut pauses at both ends down to 50 ms."""
    spoken = [n for n, (phone, _) in enumerate(phones) if phone != "pau"]
    if not spoken:
        return x, phones
    begin = max(0.0, (phones[spoken[0] - 1][1] if spoken[0] else 0.0) - 0.05)
    end = phones[spoken[-1]][1] + 0.05
    kept = [(p, t - begin) for p, t in phones[max(0, spoken[0] - 1) : spoken[-1] + 1]]
    return x[int(begin * 16000) : int(end * 16000)], kept


def frame_labels(
    phones: list[tuple[str, float]], frames: int, speed: float, lead_s: float
) -> Labels:
    """Phone class of every encoder frame after the channel moved and stretched the utterance."""
    labels = np.full(frames, IGNORE if not phones else PHONES["pau"], np.int64)
    begin = 0.0
    for phone, end in phones:
        first, last = (
            max(0, round((lead_s + t / speed) * FRAMES_PER_SECOND)) for t in (begin, end)
        )
        labels[first:last] = PHONES.get(phone, PHONES["pau"])
        begin = end
    return labels


@lru_cache(maxsize=1)
def _extractor() -> FeatureExtractor:
    return FeatureExtractor(**FEATURES)


@lru_cache(maxsize=1)
def _hann() -> npt.NDArray[np.float32]:
    return np.hanning(_extractor().n_fft + 1)[:-1].astype(np.float32)


def log_mel(wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """`[80, frames]` of 16 kHz audio: `FeatureExtractor(wave, padding=0)` in single precision, twice as fast."""
    fe = _extractor()
    padded = np.pad(wave, fe.n_fft // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, fe.n_fft)[:: fe.hop_length]
    windows = windows[: len(wave) // fe.hop_length]
    spectrum = scipy.fft.rfft(windows * _hann(), axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = np.log10(np.maximum(power @ fe.mel_filters.T, 1e-10)).T
    return np.ascontiguousarray((np.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0)


class Batches:
    """An endless, seeded supply of batches of a few shapes."""

    def __init__(self, recordings: list[Recording], tokenizer: Tokenizer, seed: int) -> None:
        self.recordings = recordings
        self.tokenizer = tokenizer
        self.ids: Ids = ids(tokenizer)
        self.rng = np.random.default_rng(seed)
        sample = self.rng.choice(len(recordings), min(len(recordings), 300), replace=False)
        babble = np.concatenate([recordings[i].audio for i in sample]).astype(np.float32) / 32768
        self.channel = Channel(seed, babble)

    def example(self, *parts: Recording) -> Example:
        """One pass of one or more recordings, spoken one after the other, through a new line."""
        rng = self.rng
        waves: list[npt.NDArray[np.float32]] = []
        phones: list[tuple[str, float]] = []
        at = 0.0
        for n, part in enumerate(parts):
            x = np.asarray(part.audio, np.float32) / 32768
            if n:
                pause = rng.uniform(0.1, 0.6)
                waves.append(np.zeros(int(pause * 16000), np.float32))
                phones.append(("pau", at + pause))
                at += pause
            waves.append(x)
            phones += [(p, at + end) for p, end in part.phones]
            at += len(x) / 16000
        if not all(part.phones for part in parts):
            phones = []
        taken = self.channel.call(np.concatenate(waves), rng)
        mel = log_mel(taken.wave)
        labels = frame_labels(phones, (mel.shape[1] + 1) // 2, taken.speed, taken.lead_s)
        speech = (max(0.0, taken.lead_s), taken.lead_s + at / taken.speed)
        return Example(" ".join(p.text for p in parts), self._mask(mel), labels, speech)

    def nothing(self) -> Example:
        """Noise without speech, to be answered with no words."""
        wave = self.channel.nothing(self.rng.uniform(0.4, 5.0), self.rng)
        mel = log_mel(wave)
        pauses = np.full((mel.shape[1] + 1) // 2, PHONES["pau"], np.int64)
        return Example("", mel, pauses, (0.0, 0.0))

    def _mask(self, mel: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """SpecAugment (Park et al. 2019, arXiv:1904.08779), mildly: one band and one stretch of time."""
        rng, mean = self.rng, mel.mean()
        if rng.random() < 0.4:
            low, height = rng.integers(0, 56), rng.integers(1, 9)
            mel[low : low + height] = mean
        if rng.random() < 0.4:
            start, width = rng.integers(0, mel.shape[1]), rng.integers(1, 7)
            mel[:, start : start + width] = mean
        return mel

    def collate(self, examples: list[Example], frames: int) -> Batch:
        """Pad with zeros, as stock faster-whisper does, to `frames`; tokens to a multiple of 16."""
        mel = np.zeros((len(examples), 80, frames), np.float32)
        phones = np.full((len(examples), frames // 2), IGNORE, np.int64)
        rows: list[tuple[list[int], list[int]]] = []
        for n, e in enumerate(examples):
            mel[n, :, : e.mel.shape[1]] = e.mel
            phones[n, : len(e.phones)] = e.phones
            rows.append(self.prompt_and_target(e))
        length = -(-max(len(t) for t, _ in rows) // 16) * 16
        tokens = np.full((len(rows), length), self.ids.end, np.int64)
        targets = np.full((len(rows), length), IGNORE, np.int64)
        for n, (prompt, target) in enumerate(rows):
            tokens[n, : len(prompt)] = self._forget(prompt)
            targets[n, : len(target)] = target
        spelled = [[CHARACTERS[c] for c in e.text] for e in examples]
        return Batch(
            mel=torch.from_numpy(mel),
            tokens=torch.from_numpy(tokens),
            targets=torch.from_numpy(targets),
            phones=torch.from_numpy(phones),
            characters=torch.tensor([c for s in spelled for c in s], dtype=torch.int64),
            character_lengths=torch.tensor([len(s) for s in spelled]),
            frame_lengths=torch.tensor([(e.mel.shape[1] + 1) // 2 for e in examples]),
        )

    def _forget(self, prompt: list[int]) -> list[int]:
        """Replace one word piece in eight by a random one, so that words are heard and not guessed."""
        return [
            int(self.rng.integers(self.ids.end))
            if t < self.ids.end and self.rng.random() < 0.125
            else t
            for t in prompt
        ]

    def prompt_and_target(self, e: Example) -> tuple[list[int], list[int]]:
        """Decoder input and what should follow each token of it.

        One in ten carries timestamps, so that stock `transcribe` may ask for them; a line without speech
        answers the first token with `<|nospeech|>`, from which Whisper's no-speech probability is read.
        """
        i = self.ids
        if not e.text:
            return [i.start, i.no_timestamps], [i.no_speech, i.end]
        words = self.tokenizer.encode(f" {e.text}").ids
        if self.rng.random() < 0.1:
            begin, end = (i.first_timestamp + min(1500, round(t / 0.02)) for t in e.speech_s)
            body = [begin, *words, end]
            return [i.start, *body], [*body, i.end]
        return [i.start, i.no_timestamps, *words], [i.no_timestamps, *words, i.end]

    def batches(self, plain: Event) -> Iterator[Batch]:
        """Batches without end; utterances of any length arrive in random order.

        While `plain` is set, only utterances whose phones are known; else everything: joined utterances, lines
        without speech, and now and then a window of 30 s.
        """
        waiting: dict[int, list[Example]] = {frames: [] for frames in (*LENGTHS, WINDOW)}
        while True:
            example = self._draw(plain=plain.is_set())
            if example is None:
                continue
            fitting = next(n for n in (*LENGTHS, WINDOW) if example.mel.shape[1] <= n)
            # A window of 30 s costs twenty times as much as most: one utterance in 500 is enough.
            if not plain.is_set() and self.rng.random() < 0.002:
                fitting = WINDOW
            waiting[fitting].append(example)
            if len(waiting[fitting]) >= max(4, BATCH_FRAMES // fitting // 4 * 4):
                yield self.collate(waiting[fitting], fitting)
                waiting[fitting] = []

    def _draw(self, *, plain: bool) -> Example | None:
        rng = self.rng
        if not plain and rng.random() < 0.05:
            return self.nothing()
        recording = self.recordings[rng.integers(len(self.recordings))]
        if plain:
            return self.example(recording) if recording.phones else None
        if rng.random() < 0.08 and len(recording.audio) < 40_000:
            return self.example(recording, self.recordings[rng.integers(len(self.recordings))])
        return self.example(recording)


def _produce(folder: Path, vocabulary: str, seed: int, plain: Event, queue: Arrays) -> None:
    """Fill `queue` for ever, taking in shards as they appear."""
    torch.set_num_threads(1)
    known: set[str] = set()
    batches = Batches(read_shards(folder, known), Tokenizer.from_str(vocabulary), seed)
    scanned = time.monotonic()
    for batch in batches.batches(plain):
        queue.put([tensor.numpy() for tensor in batch])
        if time.monotonic() - scanned > RESCAN_S:
            batches.recordings += read_shards(folder, known)
            scanned = time.monotonic()


class Supply:
    """Batches made by another process, a few ahead of whoever takes them."""

    def __init__(self, folder: Path, tokenizer: Tokenizer, seed: int, *, plain: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._plain = context.Event()
        if plain:
            self._plain.set()
        self._queue: Arrays = context.Queue(maxsize=24)
        self._process = context.Process(
            target=_produce,
            args=(folder, tokenizer.to_str(), seed, self._plain, self._queue),
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
