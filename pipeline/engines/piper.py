"""Piper voices behind the ``Synthesizer`` protocol: any ``.onnx`` with its ``.onnx.json``.

piper-tts is GPL-3.0-or-later; it is imported here and nowhere else.

Where the voice's graph tells how long each phoneme lasts (a second output, which the starter voice
has, and voices treated with piper's ``patch_voice_with_alignment``), words end where they are heard
to end; otherwise they share the time by their length.

Source: piper-tts 1.8, ``voice.py`` and ``config.py`` (OHF-Voice/piper1-gpl).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import onnxruntime
from piper import AudioChunk, PiperVoice
from piper.config import PhonemeType, PiperConfig, SynthesisConfig

from audiocore.errors import EngineError, ModelError
from pipeline.interfaces.engines import SynthesizedClause, Word

T = TypeVar("T")

_PAUSES = ",.!?;:"
_UNSPOKEN = frozenset("^$_")
_CLOSING = "\"')]}\u201d\u2019"


class PiperSynthesizer:
    """One loaded voice, shared by all calls and thread-safe. It runs on one thread: a clause takes
    tens of milliseconds, and a second thread would only wait for cores that audio needs."""

    def __init__(
        self, voice: Path, *, speaker: str | None = None, length_scale: float | None = None
    ) -> None:
        """Load and warm a voice.

        Args:
            voice: the ``.onnx`` file, or a folder that holds exactly one.
            speaker: name or number, for voices with several; None takes the voice's first.
            length_scale: pace, above 1 is slower; None takes the voice's own.

        Raises:
            ModelError: a file is missing or broken, or has no such speaker.
        """
        model = _model_file(voice)
        config = _read_config(model)
        self._voice = PiperVoice(session=_open_session(model, config), config=config)
        # Levels are the voice's own: normalising each clause would make them jump.
        self._options = SynthesisConfig(
            speaker_id=_speaker_id(speaker, config, model),
            length_scale=length_scale,
            normalize_audio=False,
        )
        try:
            self.synthesize("Ready.")
        except EngineError as error:
            raise ModelError(f"{model}: loads, but cannot speak: {error}") from error

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        return int(self._voice.config.sample_rate)

    def synthesize(self, clause: str) -> SynthesizedClause:
        """Speak one clause; the words are its whitespace-separated parts.

        Raises:
            EngineError: the voice failed.
        """
        try:
            chunks = list(self._voice.synthesize(clause, self._options, include_alignments=True))
        except Exception as error:  # onnxruntime and espeak raise types of their own
            raise EngineError(f"piper could not synthesise: {type(error).__name__}") from error
        runs, offset = [], 0
        for chunk in chunks:
            runs += _runs(chunk, offset)
            offset += len(chunk.audio_float_array)
        pcm = b"".join(chunk.audio_int16_bytes for chunk in chunks)
        return SynthesizedClause(pcm, _words(clause.split(), runs))


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


def _open_session(model: Path, config: PiperConfig) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # A spinning thread would take a core from whoever has audio to move.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # onnxruntime raises types of its own
        raise ModelError(
            f"{model}: onnxruntime cannot read it ({type(error).__name__}); get the file again"
        ) from error
    wanted = {"input", "input_lengths", "scales"} | ({"sid"} if config.num_speakers > 1 else set())
    missing = wanted - {node.name for node in session.get_inputs()}
    if missing:
        raise ModelError(
            f"{model}: has no input named {', '.join(sorted(missing))}, so it is not the Piper "
            "voice that its .onnx.json describes"
        )
    return session


def _speaker_id(speaker: str | None, config: PiperConfig, model: Path) -> int | None:
    if speaker is None:
        return None
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


def _runs(chunk: AudioChunk, offset: int) -> list[_Run]:
    """The runs of one sentence, whose audio begins at ``offset``. One run if the voice's graph does
    not tell the lengths of its phonemes."""
    if chunk.phoneme_alignments is None:
        return [_Run(offset, offset + len(chunk.audio_float_array), True)]
    runs: list[_Run] = []
    start: int | None = None
    at = end = offset
    pause = False
    for item in chunk.phoneme_alignments:
        begin, at = at, at + int(item.num_samples)
        if item.phoneme in _PAUSES:
            pause = True
        elif item.phoneme == " ":
            if start is not None:
                runs.append(_Run(start, end, pause))
            start, pause = None, False
        elif item.phoneme not in _UNSPOKEN:
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
