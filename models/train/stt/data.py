"""Training batches: shards from disk, through the channel, to Whisper's features and token targets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.fft
import torch
from faster_whisper.feature_extractor import FeatureExtractor
from tokenizers import Tokenizer
from torch import Tensor

from models.train.stt.channel import Channel
from models.train.stt.tokenizer import Ids, ids

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
FRAMES_PER_SECOND = 50

Labels = npt.NDArray[np.int64]


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
    """`[80, frames of 10 ms]`."""
    phones: Labels
    """One per 20 ms; IGNORE where unknown."""
    speech_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Batch:
    mel: Tensor
    tokens: Tensor
    targets: Tensor
    phones: Tensor
    characters: Tensor
    character_lengths: Tensor
    frame_lengths: Tensor


def read_shards(folder: Path, known: set[str]) -> list[Recording]:
    """Recordings of all complete shards that are not `known` yet; adds their names to `known`.

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
    """Phone class of every 20 ms frame after the channel moved and stretched the utterance."""
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
    return FeatureExtractor()


def log_mel(wave: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """`[80, frames]` of 16 kHz audio: `FeatureExtractor(wave, padding=0)` in single precision, twice as fast."""
    fe = _extractor()
    padded = np.pad(wave, fe.n_fft // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, fe.n_fft)[:: fe.hop_length][:-1]
    hann = np.hanning(fe.n_fft + 1)[:-1].astype(np.float32)
    spectrum = scipy.fft.rfft(windows * hann, axis=-1)
    power = spectrum.real**2 + spectrum.imag**2
    mel = np.log10(np.maximum(power @ fe.mel_filters.T, 1e-10)).T
    return np.ascontiguousarray((np.maximum(mel, mel.max() - 8.0) + 4.0) / 4.0)


class Batches:
    """An endless, seeded supply of batches of similar length."""

    def __init__(self, recordings: list[Recording], tokenizer: Tokenizer, seed: int) -> None:
        self.recordings = recordings
        self.tokenizer = tokenizer
        self.ids: Ids = ids(tokenizer)
        self.rng = np.random.default_rng(seed)
        sample = self.rng.choice(len(recordings), min(len(recordings), 200), replace=False)
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
        wave = self.channel.nothing(self.rng.uniform(0.4, 4.0), self.rng)
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
            start, width = rng.integers(0, mel.shape[1]), rng.integers(1, 13)
            mel[:, start : start + width] = mean
        return mel

    def collate(self, examples: list[Example], pad_to: int = 0) -> Batch:
        """Pad with zeros, as stock faster-whisper does, to an even number of frames."""
        frames = max(pad_to, *(e.mel.shape[1] for e in examples))
        frames += frames % 2
        mel = np.zeros((len(examples), 80, frames), np.float32)
        phones = np.full((len(examples), frames // 2), IGNORE, np.int64)
        rows: list[tuple[list[int], list[int]]] = []
        for n, e in enumerate(examples):
            mel[n, :, : e.mel.shape[1]] = e.mel
            phones[n, : len(e.phones)] = e.phones[: frames // 2]
            rows.append(self.prompt_and_target(e))
        length = max(len(t) for t, _ in rows)
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
            characters=torch.tensor([c for s in spelled for c in s]),
            character_lengths=torch.tensor([len(s) for s in spelled]),
            frame_lengths=torch.tensor(
                [min((e.mel.shape[1] + 1) // 2, frames // 2) for e in examples]
            ),
        )

    def _forget(self, prompt: list[int]) -> list[int]:
        """Replace one word piece in eight by a random one (the last tenth of the shipped model's steps), so that names are heard and not guessed."""
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
            begin, end = (i.first_timestamp + min(1500, round(t * 50)) for t in e.speech_s)
            body = [begin, *words, end]
            return [i.start, *body], [*body, i.end]
        return [i.start, i.no_timestamps, *words], [i.no_timestamps, *words, i.end]

    def warm_start(self, size: int) -> Iterator[Batch]:
        """Only utterances whose phones are known."""
        labelled = [r for r in self.recordings if r.phones]
        while True:
            yield from self._bucketed(labelled, size, plain=True)

    def training(self, size: int) -> Iterator[Batch]:
        """Everything: joined utterances, lines without speech, now and then a window of 30 s."""
        while True:
            yield from self._bucketed(self.recordings, size, plain=False)

    def _bucketed(self, pool: list[Recording], size: int, *, plain: bool) -> Iterator[Batch]:
        """One pool of batches drawn at random and sorted by length, so that little is padding."""
        rng = self.rng
        picks = rng.choice(len(pool), min(len(pool), 64 * size), replace=False)
        picks = sorted(picks, key=lambda i: len(pool[i].audio))
        groups = [picks[i : i + size] for i in range(0, len(picks) - size + 1, size)]
        for g in rng.permutation(len(groups)):
            group = [pool[i] for i in groups[g]]
            if plain:
                yield self.collate([self.example(r) for r in group])
                continue
            pad_to = 0
            if rng.random() < 0.01:  # the whole window costs ten times as much: fewer at once
                group, pad_to = group[: max(2, size // 4)], 3000
            joined = [
                (r, pool[rng.integers(len(pool))])
                if rng.random() < 0.08 and len(r.audio) < 40_000
                else (r,)
                for r in group
            ]
            examples = [self.nothing() if rng.random() < 0.04 else self.example(*j) for j in joined]
            longest = max(e.mel.shape[1] for e in examples)
            yield self.collate(examples, pad_to or longest + int(rng.integers(0, 40)))
