"""The engines' settings, apart from the engines, whose libraries take a second to import."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAX_SECONDS = 30
"""Of audio that Whisper takes at once."""


@dataclass(frozen=True, slots=True)
class LlamaCppOptions:
    """How to run a language model."""

    threads: int = 1
    """That decode. ggml's threads spin, and two of them starve whatever else the machine has to do
    (66 ms to the first token becomes seconds)."""
    context_tokens: int = 2048
    """Upper bound on one prompt with its answer; never more than the model was trained for."""
    memory_tokens: int = 4096
    """Evaluated tokens that are kept, of all sequences together; what they share counts once.
    Attention looks at all of them, so that a small model gets slower with every one."""
    sequences: int = 8
    """Prompts that are answered at once, and how many are remembered."""
    step_tokens: int = 64
    """Most tokens of one decode: what the answers of others, and a cancellation, may wait for."""
    queue_limit: int = 16
    """Prompts that may wait for a sequence."""
    seed: int = 0
    """Of sampling at a temperature above 0."""

    def __post_init__(self) -> None:
        for name in ("threads", "context_tokens", "sequences", "queue_limit"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
        if self.memory_tokens < self.context_tokens:
            raise ValueError("memory_tokens must be at least context_tokens")
        if self.step_tokens < self.sequences:
            raise ValueError("step_tokens must be at least sequences")


@dataclass(frozen=True, slots=True)
class FasterWhisperOptions:
    """How a recogniser decodes, and what it believes."""

    window: Literal["exact", "min_seconds", "full"] = "exact"
    """What the encoder sees first: the utterance, or it padded to ``min_seconds``, or to 30 s."""
    min_seconds: float = 5.0
    """Seconds; shortest window of ``min_seconds``, and of the retry."""
    beam_size: int = 5
    language: str = "en"
    """Of multilingual models; ignored by English-only ones."""
    batch: int = 8
    """Utterances that are recognised at once."""
    threads: int = 1
    """That compute. More only where nothing else runs."""
    quiet_dbfs: float = -65.0
    """An utterance whose loudest 20 ms stays below this is silence, and no model is asked."""
    no_speech: float = 0.6
    """Probability of ``<|nospeech|>`` from which unlikely words are taken for nothing said."""
    unlikely: float = -1.0
    """Mean log probability per token below which words are unlikely."""
    max_compression: float = 2.4
    """Text that zlib shrinks by more than this repeats itself."""
    max_words_per_second: float = 7.0
    """More than this (and two words of grace) cannot have been said."""

    def __post_init__(self) -> None:
        if self.window not in ("exact", "min_seconds", "full"):
            raise ValueError(f"window must be exact, min_seconds or full, not {self.window!r}")
        if not 0 < self.min_seconds <= MAX_SECONDS:
            raise ValueError(f"min_seconds must be above 0 and at most {MAX_SECONDS}")
        for name in ("beam_size", "batch", "threads"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1")
