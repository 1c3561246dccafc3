"""Speech to text by faster-whisper, with the encoder run on the audio that exists.

What does it do?
    :class:`FasterWhisper` turns one utterance into a ``Transcript``. It loads any faster-whisper
    (CTranslate2) model folder, the starter's or a stock one, and never downloads.

How does it work?
    Stock ``WhisperModel.transcribe`` pads every utterance to 30 s, which costs 10 to 60 times what
    a telephone utterance needs. Here the features of the audio alone go through the encoder and
    the decoder (``WhisperModel.encode``, then CTranslate2's ``generate``). Weights trained on
    padded audio only may do worse on short windows, so the window is a setting, and a result that
    looks wrong (:mod:`pipeline.engines.plausibility`) is tried again on a longer window before it
    is given up. What a small model is not sure of it hears again, a little slower and a little
    faster: it errs otherwise each time, for it has met few speakers. Of all it heard, the words win
    that are likeliest as sound and as language (:mod:`pipeline.engines.wording`), where the model
    brings what tells that; what the decoder itself knows of language is taken off (Meng et al.
    2021, arXiv:2011.01991). Utterances that arrive while others are decoded are decoded together
    next, those of similar length in one batch, padded to the longest of them.

How do I use it?
    One object per process; ``transcribe`` is thread-safe and takes one utterance. Call
    :meth:`FasterWhisper.warm` before the first caller.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
from ctranslate2 import StorageView
from faster_whisper import WhisperModel
from threadpoolctl import threadpool_limits

from audiocore.errors import EngineError, ModelError
from audiocore.units import RECOGNISER_HZ
from pipeline.engines import plausibility
from pipeline.engines.calibration import CALIBRATION_FILE, Calibration, Hypothesis, logistic
from pipeline.engines.gather import Gather
from pipeline.engines.options import MAX_SECONDS
from pipeline.engines.options import FasterWhisperOptions as FasterWhisperOptions
from pipeline.engines.wording import WORDING_FILE, Wording
from pipeline.interfaces.engines import Transcript

Float32 = npt.NDArray[np.float32]

MODEL_FILES = ("model.bin", "config.json", "tokenizer.json")

LIKELY_SLOPE = 4.0
"""Of the log odds that somebody spoke over the mean log probability, where a model brings no
calibration: clear speech is near -0.3, and then believed to .94."""

SPEEDS = (0.9, 0.94, 1.06, 0.97)
"""At which unsure words are heard again; pitch and formants move along."""
AGAIN_S = 14.0
"""Seconds of audio that are heard again at most; the last speeds are left out for that."""

HYPOTHESES = 8
"""Of each hearing, to choose from by wording."""
WORDING_WEIGHT = 0.4
"""Of a nat of wording against one of sound."""
GUESS_WEIGHT = 0.2
"""Of a nat that the decoder gives to words without having heard anything, and would count twice."""
WORD_BONUS = 0.7
"""Nats for each word: few words are likelier as language than many."""


@dataclass(frozen=True, slots=True)
class _Window:
    """What one decoding is asked."""

    features: Float32
    """Log mel, (bands, frames) of the utterance; a frame is 10 ms in stock models."""
    frames: int
    """That the encoder is to see at least, even."""
    tokens: int
    """That the answer may have."""

    def alike(self, other: _Window) -> bool:
        """Whether padding the shorter of the two to the longer is worth it."""
        return max(self.frames, other.frames) * 2 <= min(self.frames, other.frames) * 3


class FasterWhisper:
    """A loaded model; implements :class:`pipeline.interfaces.engines.Recognizer`."""

    def __init__(self, path: Path, options: FasterWhisperOptions | None = None) -> None:
        """Load the folder ``path``, and hold BLAS to ``options.threads`` in the whole process.

        Raises:
            ModelError: the folder or one of its files is missing, or it is not a Whisper model.
        """
        self._options = options = options or FasterWhisperOptions()
        missing = [name for name in MODEL_FILES if not (path / name).is_file()]
        if missing:
            raise ModelError(
                f"no speech recognition model at {path}: {', '.join(missing)} missing. Give the "
                "folder of a faster-whisper (CTranslate2) model, or restore models/starter/stt."
            )
        try:
            self._model = WhisperModel(
                str(path), device="cpu", compute_type="int8", cpu_threads=options.threads,
                num_workers=1, local_files_only=True,
            )  # fmt: skip
        except Exception as error:  # CTranslate2 and tokenizers raise what they like
            raise ModelError(
                f"the speech recognition model at {path} cannot be loaded ({error}): convert it "
                "again with ct2-transformers-converter, or restore models/starter/stt."
            ) from error
        # Features are a product of two matrices, for which BLAS would start a thread on every core,
        # and all but one of them would spin for cores that others need.
        threadpool_limits(options.threads, user_api="blas")
        self._prompt = self._make_prompt(path)
        self._calibration = Calibration.read(path / CALIBRATION_FILE)
        self._wording = Wording.read(path / WORDING_FILE, self._end, options.threads)
        self._together = Gather(self._decode_together, most=options.batch, alike=_Window.alike)

    def _make_prompt(self, path: Path) -> list[int]:
        names = ["<|startoftranscript|>"]
        if self._model.model.is_multilingual:
            names += [f"<|{self._options.language}|>", "<|transcribe|>"]
        names.append("<|notimestamps|>")
        ids = [self._model.hf_tokenizer.token_to_id(name) for name in names]
        end = self._model.hf_tokenizer.token_to_id("<|endoftext|>")
        if None in ids or end is None:
            absent = [n for n, i in zip(names, ids, strict=True) if i is None]
            raise ModelError(
                f"{path / 'tokenizer.json'} lacks {', '.join(absent) or '<|endoftext|>'}: "
                "it belongs to no Whisper model, or to none for this language."
            )
        self._end: int = end
        return [i for i in ids if i is not None]

    def warm(self) -> None:
        """Decode a moment of noise, so that the first caller does not pay for lazy set-up."""
        noise = np.random.default_rng(0).normal(0, 0.01, RECOGNISER_HZ).astype(np.float32)
        self.decode(noise, self._options.min_seconds)

    def transcribe(self, pcm_16k: bytes) -> Transcript:
        """Recognise mono int16 at 16 kHz, any length up to 30 s.

        The confidence is the probability that every word is right where the model brings a
        ``calibration.json``, else the mean probability of the decoded tokens (geometric), lowered
        by the probability that nobody spoke. How likely somebody spoke is calibrated as well; else
        it is told by the same two scores, and even odds are where the words are ``unlikely``.

        Raises:
            EngineError: the model failed, or the audio is malformed or too long.
        """
        if len(pcm_16k) % 2:
            raise EngineError("an odd number of bytes is not 16-bit audio")
        samples = np.frombuffer(pcm_16k, "<i2")
        seconds = len(samples) / RECOGNISER_HZ
        if seconds > MAX_SECONDS:
            raise EngineError(
                f"{seconds:.1f} s is longer than the {MAX_SECONDS} s that Whisper takes: "
                "split it at a pause"
            )
        audio: Float32 = samples.astype(np.float32) / np.float32(32768)
        if loudest_dbfs(audio) < self._options.quiet_dbfs:
            return Transcript("", 0.0, spoken=0.0)
        spoken = 0.0
        for window_s in self._windows(seconds):
            heard = self.decode(audio, window_s)
            spoken = self._spoken(heard[0])
            if not heard[0].text or self._is_silence(heard[0], spoken):
                break
            best = self.best(heard, audio, window_s, self._sure)
            if self._is_plausible(best.text, seconds):
                return Transcript(best.text, self._confidence(best), spoken)
        return Transcript("", 0.0, spoken)

    def _windows(self, seconds: float) -> Iterator[float]:
        """The windows to try, in seconds: the configured one, then a longer one."""
        if self._options.window == "exact":
            yield seconds
        if self._options.window != "full":
            yield max(seconds, self._options.min_seconds)
        if self._options.window != "exact":
            yield MAX_SECONDS

    @property
    def _sure(self) -> float:
        return self._calibration.sure if self._calibration else 0.0

    def best(
        self, heard: Sequence[Hypothesis], audio: Float32, window_s: float, sure: float
    ) -> Hypothesis:
        """The likeliest words of those that were ``heard`` in the audio, and of those that are at
        any of :data:`SPEEDS` if the `probability` of the first is less than ``sure``. Whether
        anybody spoke is for the first hearing to say: noise is taken for a word at some speed.
        What share of the likelihood the words have tells how sure they are."""
        hypotheses = list(heard)
        if heard[0].probability < sure:
            seconds = len(audio) / RECOGNISER_HZ
            fitting = [speed for speed in SPEEDS if seconds <= MAX_SECONDS * speed]
            most = max(1, int(AGAIN_S / max(seconds, 1.0)))
            hypotheses += self.decode(audio, window_s, fitting[:most])
        worded = sorted((h for h in hypotheses if h.text), key=attrgetter("likelihood"))
        if not worded:
            return heard[0]
        best = worded[-1]
        # The same words were often thought of more than once; the likeliest time counts.
        likelihoods = {h.text: h.likelihood for h in worded}.values()
        return replace(best, share=1 / sum(math.exp(x - best.likelihood) for x in likelihoods))

    def decode(
        self, audio: Float32, window_s: float, speeds: Sequence[float] = (1.0,)
    ) -> list[Hypothesis]:
        """What the model makes of 16 kHz audio in a window of so many seconds, good or bad, played
        at each of the ``speeds``; of each, what it thinks best comes first."""
        windows = [self._window(at_speed(audio, speed), window_s / speed) for speed in speeds]
        return [hypothesis for heard in self._together(windows) for hypothesis in heard]

    def _window(self, audio: Float32, window_s: float) -> _Window:
        features = self._model.feature_extractor(audio, padding=0)
        per_second: int = self._model.frames_per_second
        wanted = min(round(window_s * per_second), MAX_SECONDS * per_second)
        frames = max(features.shape[1], wanted)
        frames += frames % 2  # the encoder's second convolution has stride 2
        return _Window(features, frames, round(16 + 12 * len(audio) / RECOGNISER_HZ))

    def _decode_together(self, windows: Sequence[_Window]) -> list[list[Hypothesis]]:
        model = self._model
        bands, frames = windows[0].features.shape[0], max(window.frames for window in windows)
        if frames == 2 * bands:
            # CTranslate2 tells what is encoded from what is not by its shape: as many positions
            # as bands would be taken for features and be encoded once more.
            frames += 2
        # Zeros are what faster-whisper itself pads features with.
        padded = np.zeros((len(windows), bands, frames), np.float32)
        for row, window in zip(padded, windows, strict=True):
            row[:, : window.features.shape[1]] = window.features
        hypotheses = HYPOTHESES if self._wording else 1
        # -1 is the list of tokens that the model's own config.json suppresses. faster-whisper
        # would add the first token of " -", which in a small vocabulary is the space.
        encoded = model.encode(padded)
        results = model.model.generate(
            encoded,
            [self._prompt] * len(windows),
            beam_size=max(self._options.beam_size, hypotheses),
            num_hypotheses=hypotheses,
            # CTranslate2 gives the answer half of this.
            max_length=min(448, 2 * max(window.tokens for window in windows)),
            suppress_tokens=[-1],
            return_scores=True,
            return_no_speech_prob=True,
        )
        answers = [[self._answer(ids) for ids in result.sequences_ids] for result in results]
        texts: dict[tuple[int, ...], str] = {
            answer: model.hf_tokenizer.decode(answer).strip()
            for answer in {answer for each in answers for answer in each}
        }
        worth = self._worth(texts, encoded.shape[2])
        return [
            [
                Hypothesis(texts[answer], score, heard.no_speech_prob, len(ids) + 1, worth[answer])
                for answer, score, ids in zip(each, heard.scores, heard.sequences_ids, strict=True)
            ]
            for each, heard in zip(answers, results, strict=True)
        ]

    def _answer(self, ids: Sequence[int]) -> tuple[int, ...]:
        """The tokens that are text."""
        return tuple(token for token in ids if token < self._end)

    def _worth(
        self, texts: Mapping[tuple[int, ...], str], width: int
    ) -> Mapping[tuple[int, ...], float]:
        """What each of the ``texts``, by tokens, is worth as language; 0 where nothing tells. The
        encoder's positions are so many numbers wide."""
        if self._wording is None:
            return dict.fromkeys(texts, 0.0)
        nats, guesses = self._wording.log_probability(list(texts)), self._guessed(texts, width)
        return {
            answer: WORDING_WEIGHT * nat - GUESS_WEIGHT * guess + WORD_BONUS * len(text.split())
            for (answer, text), nat, guess in zip(texts.items(), nats, guesses, strict=True)
        }

    def _guessed(self, answers: Collection[tuple[int, ...]], width: int) -> list[float]:
        """The log probability that the decoder gives to each of the ``answers`` and its end where
        there is nothing to hear."""
        nothing = np.zeros((len(answers), 1, width), np.float32)
        told = self._model.model.align(
            StorageView.from_array(nothing),
            self._prompt,
            [[*answer, self._end] for answer in answers],
            [2] * len(answers),  # feature frames, of which one position is made
        )
        return [float(np.log(np.maximum(each.text_token_probs, 1e-9)).sum()) for each in told]

    def _confidence(self, hypothesis: Hypothesis) -> float:
        if self._calibration:
            return self._calibration.confidence(hypothesis)
        confidence = math.exp(hypothesis.mean_log_probability) * (1 - hypothesis.no_speech)
        return min(1.0, confidence)

    def _spoken(self, hypothesis: Hypothesis) -> float:
        if self._calibration:
            return self._calibration.spoken(hypothesis)
        likely = hypothesis.mean_log_probability - self._options.unlikely
        return logistic(LIKELY_SLOPE * likely) * (1 - hypothesis.no_speech)

    def _is_silence(self, hypothesis: Hypothesis, spoken: float) -> bool:
        if self._calibration:
            return spoken < self._calibration.spoke_least
        return (
            hypothesis.no_speech >= self._options.no_speech
            and hypothesis.mean_log_probability < self._options.unlikely
        ) or plausibility.invented(
            hypothesis.text,
            no_speech=hypothesis.no_speech,
            mean_log_probability=hypothesis.mean_log_probability,
        )

    def _is_plausible(self, text: str, seconds: float) -> bool:
        options = self._options
        return not plausibility.repeats(
            text, max_compression=options.max_compression
        ) and not plausibility.hurried(
            text, seconds, max_words_per_second=options.max_words_per_second
        )


def at_speed(audio: Float32, speed: float) -> Float32:
    """16 kHz audio played so many times faster."""
    if speed == 1.0:
        return audio
    resampled: Float32 = soxr.resample(audio, RECOGNISER_HZ * speed, RECOGNISER_HZ, quality="LQ")
    return resampled.astype(np.float32)


def loudest_dbfs(audio: Float32) -> float:
    """Level of the loudest 20 ms, dB below full scale; minus infinity for digital silence."""
    frame = RECOGNISER_HZ // 50
    if len(audio) < frame:
        return -math.inf
    power = (audio[: len(audio) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1).max()
    return 10 * math.log10(power) if power > 0 else -math.inf
