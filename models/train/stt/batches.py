"""Training batches of a few fixed shapes: recordings through the channel, as features and token targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from multiprocessing.synchronize import Event

import numpy as np
import numpy.typing as npt
import soxr
import torch
from tokenizers import Tokenizer

from models.train.stt.augment import Mel, Timbre, another_speaker, another_time, timbre, with_gaps
from models.train.stt.channel import LINE, MODEL, Channel, line_and_back
from models.train.stt.data import (
    CHARACTERS,
    HOP,
    IGNORE,
    PHONES,
    Batch,
    Example,
    Labels,
    Recording,
    frame_labels,
    log_mel,
    trim,
)
from models.train.stt.tokenizer import Ids, ids
from models.train.stt.voices import share

WINDOW = 1500
"""Feature frames of 30 s, what stock faster-whisper pads to."""
LENGTHS = (48, 64, 80, 96, 112, 128, 144, 160, 184, 208, 240, 288, 384, 600)
"""Feature frames that batches are padded to: every new shape costs the CPU kernels' compiler some time."""
BATCH_FRAMES = 7680
"""Feature frames in a batch, about."""
TIMBRE_OF = 100
"""Recordings of a voice by which its timbre is known."""


class Batches:
    """An endless, seeded supply of batches of a few shapes."""

    def __init__(
        self, recordings: list[Recording], tokenizer: Tokenizer, seed: int, hop: int = HOP
    ) -> None:
        self.recordings: dict[str, list[Recording]] = defaultdict(list)
        """By voice; all of espeak-ng's are one."""
        self.tokenizer = tokenizer
        self.ids: Ids = ids(tokenizer)
        self.hop = hop
        self.rng = np.random.default_rng(seed)
        self._timbres: dict[str, Timbre] = {}
        self.add(recordings)
        sample = self.rng.choice(len(recordings), min(len(recordings), 800), replace=False)
        babble = np.concatenate([recordings[i].audio for i in sample]).astype(np.float32) / 32768
        self.channel = Channel(seed, babble)

    def add(self, recordings: list[Recording]) -> None:
        """Take further recordings in."""
        for recording in recordings:
            voice = "espeak" if recording.voice.startswith("espeak") else recording.voice
            self.recordings[voice].append(recording)
        shares = np.array([share(voice) for voice in self.recordings])
        self._limits = np.cumsum(shares / shares.sum())
        for voice, theirs in self.recordings.items():
            if voice in self._timbres:
                continue
            told = [recording for recording in theirs if recording.phones]
            if len(told) >= TIMBRE_OF:
                self._timbres[voice] = timbre(map(self._plainly, told[:TIMBRE_OF]))

    def _plainly(self, recording: Recording) -> tuple[Mel, Labels]:
        """Features and phones of a recording on a good line."""
        audio, spoken = trim(recording.audio, recording.phones, 0.05)
        x = soxr.resample(np.asarray(audio, np.float32) / 32768, MODEL, LINE)
        mel = log_mel(line_and_back(x), self.hop)
        return mel, frame_labels(spoken, (mel.shape[1] + 1) // 2, 1.0, 0.0, self.hop)

    def _pick(self) -> Recording:
        """A recording: the voices by their shares, whatever the folder holds of each."""
        voice = list(self.recordings)[int(np.searchsorted(self._limits, self.rng.random()))]
        return self.recordings[voice][self.rng.integers(len(self.recordings[voice]))]

    def example(self, *parts: Recording) -> Example:
        """One pass of one or more recordings, spoken one after the other, through a new line."""
        rng = self.rng
        waves: list[npt.NDArray[np.float32]] = []
        phones: list[tuple[str, float]] = []
        at = 0.0
        for n, part in enumerate(parts):
            # The channel adds silence of its own; but a voice breathes in or hums before its first word.
            kept_s = 0.05 if rng.random() < 0.7 else rng.uniform(0.05, 0.4)
            audio, spoken = trim(part.audio, part.phones, kept_s)
            x = np.asarray(audio, np.float32) / 32768
            if n:
                pause = rng.uniform(0.1, 0.6)
                waves.append(np.zeros(int(pause * 16000), np.float32))
                phones.append(("pau", at + pause))
                at += pause
            waves.append(x)
            phones += [(p, at + end) for p, end in spoken]
            at += len(x) / 16000
        if not all(part.phones for part in parts):
            phones = []
        taken = self.channel.call(np.concatenate(waves), rng)
        mel = log_mel(taken.wave, self.hop)
        frames = (mel.shape[1] + 1) // 2
        labels = frame_labels(phones, frames, taken.speed, taken.lead_s, self.hop)
        speech = (max(0.0, taken.lead_s), taken.lead_s + at / taken.speed)
        mel, labels = self._changed(mel, labels)
        return Example(" ".join(p.text for p in parts), mel, labels, speech)

    def nothing(self) -> Example:
        """Noise without speech, to be answered with no words."""
        wave = self.channel.nothing(self.rng.uniform(0.4, 5.0), self.rng)
        mel = log_mel(wave, self.hop)
        pauses = np.full((mel.shape[1] + 1) // 2, PHONES["pau"], np.int64)
        return Example("", mel, pauses, (0.0, 0.0))

    def _changed(self, mel: Mel, phones: Labels) -> tuple[Mel, Labels]:
        """Said by somebody else, and otherwise, and not heard whole."""
        if self.rng.random() < 0.6:
            mel = another_speaker(mel, phones, self.rng, list(self._timbres.values()))
        mel, phones = another_time(mel, phones, self.rng)
        return with_gaps(mel, self.rng), phones

    def collate(self, examples: list[Example], frames: int) -> Batch:
        """Pad with zeros, as stock faster-whisper does, to `frames`; tokens to a multiple of 8."""
        mel = np.zeros((len(examples), 80, frames), np.float32)
        phones = np.full((len(examples), frames // 2), IGNORE, np.int64)
        rows: list[tuple[list[int], list[int]]] = []
        for n, e in enumerate(examples):
            mel[n, :, : e.mel.shape[1]] = e.mel
            phones[n, : len(e.phones)] = e.phones
            rows.append(self.prompt_and_target(e))
        length = -(-max(len(t) for t, _ in rows) // 8) * 8
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
            size = max(4, BATCH_FRAMES // fitting // 4 * 4)
            if len(waiting[fitting]) >= 3 * size:
                # Sorted, so that few tokens are padding.
                group = sorted(waiting[fitting], key=lambda e: len(e.text))
                for first in (0, size, 2 * size):
                    yield self.collate(group[first : first + size], fitting)
                waiting[fitting] = []

    def _draw(self, *, plain: bool) -> Example | None:
        rng = self.rng
        if not plain and rng.random() < 0.07:
            return self.nothing()
        recording = self._pick()
        if plain:
            return self.example(recording) if recording.phones else None
        if rng.random() < 0.08 and len(recording.audio) < 40_000:
            return self.example(recording, self._pick())
        return self.example(recording)
