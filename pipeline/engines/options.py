"""The engines' settings, apart from the engines, whose libraries take a second to import."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LlamaCppOptions:
    """How to run a language model."""

    threads: int = 1
    """That decode. ggml's threads spin, and two of them starve whatever else the machine has to do
    (66 ms to the first token becomes seconds)."""
    context_tokens: int = 2048
    """Upper bound on one prompt with its answer; never more than the model was trained for."""
    memory_tokens: int = 4096
    """Evaluated tokens that are kept, of all sequences together; what they share counts once."""
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
