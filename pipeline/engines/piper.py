"""Piper voices behind the ``Synthesizer`` protocol: any ``.onnx`` with its ``.onnx.json``.

piper-tts is GPL-3.0-or-later; it is imported here and nowhere else.

Where the voice's graph tells how long each phoneme lasts (a second output, which the starter voice
has, and voices treated with piper's ``patch_voice_with_alignment``; or what a VITS graph computes
for itself, if it can be cut), words end where they are heard to end; otherwise they share the time
by their length.

Source: piper-tts 1.8, ``voice.py`` and ``config.py`` (OHF-Voice/piper1-gpl).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from piper import PiperVoice
from piper.config import PhonemeType, PiperConfig

from audiocore.errors import EngineError, ModelError
from pipeline.engines.piper_graph import (
    Encoded,
    Inputs,
    VoiceGraph,
    WholeGraph,
    cut_if_possible,
    inputs,
)
from pipeline.interfaces.engines import SynthesizedClause, Word

T = TypeVar("T")

FIRST_PART_S = 0.3
"""Of audio. Every further part is twice as long as the one before, so that a voice which takes up
to a quarter of the time it speaks for is never waited for in the middle of a clause."""
LONG_CLAUSE_S = 2.0
"""Clauses from here on are made in parts. That saves 60 ms or more for a quarter more CPU time;
at one second it would be 20 ms for a third (in the shape of x_low)."""

_PAUSES = ",.!?;:"
_UNSPOKEN = frozenset("^$_")
_CLOSING = "\"')]}\u201d\u2019"


class PiperSynthesizer:
    """One loaded voice, shared by all calls and thread-safe. It runs on one thread: a clause takes
    tens of milliseconds, and a second thread would only wait for cores that audio needs."""

    def __init__(
        self,
        voice: Path,
        *,
        speaker: str | None = None,
        length_scale: float | None = None,
        stream: bool = True,
    ) -> None:
        """Load and warm a voice.

        Args:
            voice: the ``.onnx`` file, or a folder that holds exactly one.
            speaker: name or number, for voices with several; None takes the voice's first.
            length_scale: pace, above 1 is slower; None takes the voice's own.
            stream: make long clauses in parts, where the voice's graph allows it.

        Raises:
            ModelError: a file is missing or broken, or has no such speaker.
        """
        model = _model_file(voice)
        self._config = _read_config(model)
        self._speaker = _speaker_id(speaker, self._config, model)
        self._length_scale = length_scale or self._config.length_scale
        whole = _open(model, self._config)
        self._graph: VoiceGraph = whole
        # For its phonemes alone: it is never asked to speak.
        self._phonemizer = PiperVoice(session=None, config=self._config)
        try:
            self.synthesize("Ready.")
        except EngineError as error:
            raise ModelError(f"{model}: loads, but cannot speak: {error}") from error
        if stream:
            phrase: list[str] = next(iter(self._phonemizer.phonemize("I am ready now.")), [])
            self._graph = cut_if_possible(model, whole, self._inputs(phrase, noise=False))

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        return int(self._config.sample_rate)

    def synthesize(self, clause: str) -> SynthesizedClause:
        """Speak one clause; the words are its whitespace-separated parts.

        Raises:
            EngineError: the voice failed.
        """
        with _failing():
            sentences, words = self._encode(clause)
            return SynthesizedClause(_spoken(sentences), words)

    def stream(self, clause: str) -> Iterator[SynthesizedClause]:
        """The same in parts, if it is long and the voice can: the first one soon, and all words
        with it.

        Raises:
            EngineError: the voice failed.
        """
        with _failing():
            sentences, words = self._encode(clause)
            seconds = sum(one.frames * one.hop for one in sentences) / self.sample_rate
            if not self._graph.in_stretches or seconds < LONG_CLAUSE_S:
                yield SynthesizedClause(_spoken(sentences), words)
                return
            part_s = FIRST_PART_S
            for sentence in sentences:
                start = 0
                while start < sentence.frames:
                    size = round(part_s * self.sample_rate / sentence.hop)
                    left = sentence.frames - start - size
                    stop = start + size if left > size // 2 else sentence.frames
                    yield SynthesizedClause(_pcm(sentence.decode(start, stop)), words)
                    start, part_s, words = stop, 2 * part_s, ()

    def _encode(self, clause: str) -> tuple[list[Encoded], tuple[Word, ...]]:
        """Every sentence of a clause, and where its words end."""
        sentences, runs, offset = [], [], 0
        for phonemes in filter(None, self._phonemizer.phonemize(clause)):
            sentence = self._graph.encode(self._inputs(phonemes))
            sentences.append(sentence)
            runs += _runs(self._phoneme_samples(phonemes, sentence.id_samples), sentence, offset)
            offset += sentence.frames * sentence.hop
        return sentences, _words(clause.split(), runs)

    def _inputs(self, phonemes: list[str], noise: bool = True) -> Inputs:
        config = self._config
        scales = (
            noise * config.noise_scale,
            self._length_scale,
            noise * config.noise_w_scale,
        )
        return inputs(self._phonemizer.phonemes_to_ids(phonemes), scales, self._speaker)

    def _phoneme_samples(
        self, phonemes: Sequence[str], id_samples: npt.NDArray[np.int64] | None
    ) -> list[tuple[str, int]] | None:
        """How long each phoneme lasts, with the padding behind it; those that the voice does not
        have are left out, as they are of its ids."""
        ids = self._config.phoneme_id_map
        known = [phoneme for phoneme in ("^", *phonemes) if phoneme in ids]
        counts = [*(len(ids[phoneme]) + len(ids["_"]) for phoneme in known), len(ids["$"])]
        if id_samples is None or len(id_samples) != sum(counts):
            return None
        ends = np.concatenate([[0], np.cumsum(id_samples)])[np.cumsum([0, *counts])]
        return list(zip([*known, "$"], np.diff(ends).tolist(), strict=True))


def _spoken(sentences: Sequence[Encoded]) -> bytes:
    return b"".join(_pcm(sentence.decode(0, sentence.frames)) for sentence in sentences)


def _pcm(samples: npt.NDArray[np.float32]) -> bytes:
    """Levels are the voice's own: normalising each clause would make them jump."""
    pcm: bytes = (samples.clip(-1, 1) * 32767).astype("<i2").tobytes()
    return pcm


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # onnxruntime and espeak raise types of their own
        raise EngineError(f"piper could not synthesise: {type(error).__name__}") from error


def _model_file(voice: Path) -> Path:
    if voice.is_dir():
        found = sorted(voice.glob("*.onnx"))
        if len(found) != 1:
            raise ModelError(
                f"{voice}: {len(found)} .onnx files where one voice was expected; "
                "name the .onnx file itself"
            )
        return found[0]
    if not voice.is_file():
        raise ModelError(
            f"{voice}: no such voice; give the path of a Piper .onnx file, or of its folder"
        )
    return voice


def _read_config(model: Path) -> PiperConfig:
    path = model.with_name(model.name + ".json")
    try:
        config = PiperConfig.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise ModelError(
            f"{path}: missing; a Piper voice is two files, get the .onnx.json that came with "
            f"{model.name}"
        ) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{path}: not a Piper voice configuration ({type(error).__name__}: {error}); "
            "get the file again"
        ) from error
    if config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):
        raise ModelError(
            f"{path}: phoneme type {config.phoneme_type.value!r} needs a language package that is "
            "not part of audiocore; choose a voice that uses espeak"
        )
    return config


def _open(model: Path, config: PiperConfig) -> WholeGraph:
    graph = WholeGraph(model, config.hop_length)
    wanted = {"input", "input_lengths", "scales"} | ({"sid"} if config.num_speakers > 1 else set())
    missing = wanted - graph.input_names
    if missing:
        raise ModelError(
            f"{model}: has no input named {', '.join(sorted(missing))}, so it is not the Piper "
            "voice that its .onnx.json describes"
        )
    return graph


def _speaker_id(speaker: str | None, config: PiperConfig, model: Path) -> int:
    if speaker is None:
        return int(config.default_speaker_id)
    number: int = config.speaker_id_map.get(speaker, int(speaker) if speaker.isdecimal() else -1)
    if not 0 <= number < config.num_speakers:
        names = ", ".join(config.speaker_id_map) or f"0 to {config.num_speakers - 1}"
        raise ModelError(f"{model}: no speaker {speaker!r}; it has: {names}")
    return number


@dataclass(frozen=True, slots=True)
class _Run:
    """Phonemes between two spaces: as a rule one word, sometimes two that espeak runs together."""

    start: int
    end: int
    """Samples, pauses not included."""
    pause: bool
    """Whether punctuation follows."""


def _runs(phonemes: Sequence[tuple[str, int]] | None, sentence: Encoded, offset: int) -> list[_Run]:
    """The runs of one sentence, whose audio begins at ``offset``. One run if it is not known how
    many samples each of its ``phonemes`` lasts."""
    if phonemes is None:
        return [_Run(offset, offset + sentence.frames * sentence.hop, True)]
    runs: list[_Run] = []
    start: int | None = None
    at = end = offset
    pause = False
    for phoneme, samples in phonemes:
        begin, at = at, at + samples
        if phoneme in _PAUSES:
            pause = True
        elif phoneme == " ":
            if start is not None:
                runs.append(_Run(start, end, pause))
            start, pause = None, False
        elif phoneme not in _UNSPOKEN:
            start = begin if start is None else start
            end = at
    if start is not None:
        runs.append(_Run(start, end, True))
    return runs


def _words(texts: Sequence[str], runs: Sequence[_Run]) -> tuple[Word, ...]:
    """Give every word its end, stretch by stretch between pauses where text and phonemes have the
    same pauses, over the whole clause where not."""
    spoken = _stretches(texts, [_pauses_after(text) for text in texts])
    heard = _stretches(runs, [run.pause for run in runs])
    if len(spoken) != len(heard):
        spoken, heard = [texts], [runs]
    return tuple(
        Word(text, end)
        for words, stretch in zip(spoken, heard, strict=True)
        for text, end in zip(words, _ends(words, stretch), strict=True)
    )


def _pauses_after(text: str) -> bool:
    bare = text.rstrip(_CLOSING)
    abbreviation = bare.endswith(".") and "." in bare[:-1]  # P.M.
    return bare.endswith(tuple(_PAUSES)) and not abbreviation


def _stretches(items: Sequence[T], closes: Sequence[bool]) -> list[Sequence[T]]:
    """Cut after every item that closes a stretch."""
    found: list[Sequence[T]] = []
    start = 0
    for i, closing in enumerate(closes, 1):
        if closing or i == len(items):
            found.append(items[start:i])
            start = i
    return found


def _ends(words: Sequence[str], runs: Sequence[_Run]) -> list[int]:
    """Where each word ends: with its own run if there are as many; else by its share of letters."""
    if not runs:
        return [0] * len(words)
    if len(words) == len(runs):
        return [run.end for run in runs]
    letters = list(accumulate(len(word) for word in words))
    sounding = sum(run.end - run.start for run in runs)
    ends, remaining = [], iter(runs)
    run, before = next(remaining), 0
    for count in letters:
        target = round(sounding * count / letters[-1])
        while target > before + run.end - run.start:
            before += run.end - run.start
            run = next(remaining)
        ends.append(run.start + target - before)
    return ends
