"""Engines: voice activity, speech to text, language, text to speech.

Engines are plain blocking objects; a model is loaded once and shared, and whoever calls it from an
event loop goes through :mod:`pipeline.workers`. Audio is ``bytes`` of little-endian int16, mono.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

# --- speech in ---------------------------------------------------------------------------------


class Vad(Protocol):
    """One call's voice activity detector: stateful, and cheap enough for the event loop."""

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        """How likely one 20 ms frame is speech, 0..1; given at both rates: 320 bytes at 8 kHz, 640
        bytes at 16 kHz."""
        ...

    def reset(self) -> None:
        """Forget everything heard so far."""
        ...


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a recogniser heard in one utterance."""

    text: str
    """Empty when nothing was said."""
    confidence: float
    """Probability that ``text`` is right, 0..1."""
    spoken: float = 1.0
    """Probability that anybody spoke, 0..1, whether understood or not."""


class Recognizer(Protocol):
    """Speech to text for one utterance at a time; thread-safe."""

    def transcribe(self, pcm_16k: bytes) -> Transcript:
        """Recognise mono int16 at 16 kHz, any length up to 30 s.

        Raises:
            EngineError: the model failed.
        """
        ...


# --- language ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class LanguageModel(Protocol):
    """Chat completion; the prefix that prompts share is kept evaluated between calls."""

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        temperature: float = 0.0,
    ) -> Iterator[str]:
        """Yield text pieces as they are decoded; closing the iterator stops the work.

        Args:
            messages: the prompt, rendered by the model's own chat template.
            max_tokens: upper bound on generated tokens.
            grammar: GBNF that the output must match (llama.cpp ``grammars/README.md``).
            temperature: 0 is greedy and deterministic.

        Raises:
            EngineError: the model failed, or the prompt does not fit its context.
        """
        ...

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        """Probability of each option as the whole answer; they sum to 1.

        Raises:
            ValueError: fewer than two options, or two that are equal.
            EngineError: the model failed, or the prompt does not fit its context.
        """
        ...


class Classifier(Protocol):
    """Tells what a text is by the pieces it is made of; thread-safe, and done in a millisecond."""

    def probabilities(self, pieces: Iterable[str]) -> Mapping[str, float]:
        """Of each label, for the text that the ``pieces`` are of; they sum to 1."""
        ...


# --- speech out --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Word:
    """Where a spoken word ends."""

    text: str
    end_samples: int
    """From the start of the clause, in samples of the audio it came with."""


@dataclass(frozen=True, slots=True)
class SynthesizedClause:
    """One clause of speech, or a part of one, as a voice made it."""

    pcm: bytes
    """int16 mono at ``Synthesizer.sample_rate``."""
    words: tuple[Word, ...]
    """In speaking order; their texts joined by spaces are the clause. Those of the whole clause
    come with its first part, and none with the others."""


class Synthesizer(Protocol):
    """Text to speech, one clause at a time; thread-safe."""

    @property
    def sample_rate(self) -> int:
        """Hertz."""
        ...

    def synthesize(self, clause: str) -> SynthesizedClause:
        """Speak one clause.

        Raises:
            EngineError: the voice failed.
        """
        ...

    def stream(self, clause: str) -> Iterator[SynthesizedClause]:
        """Speak one clause in parts, each as soon as it is made; together they are the clause. A
        voice that cannot do so makes one part. Closing the iterator stops the work.

        Raises:
            EngineError: the voice failed.
        """
        ...
