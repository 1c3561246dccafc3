"""Which token comes next: the likeliest, or one drawn at a temperature, that the grammar allows."""

from __future__ import annotations

import ctypes
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from audiocore.errors import EngineError

Logits = NDArray[np.float32]

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)], align=True)
_LIKELY = 64
"""Candidates shown to the grammar before it is asked about the whole vocabulary."""


class Sampler:
    """One answer's choices, token by token."""

    def __init__(self, vocab: Any, grammar: str | None, temperature: float, seed: int) -> None:
        """Prepare.

        Raises:
            EngineError: ``grammar`` is not valid GBNF.
        """
        self._grammar = None
        if grammar is not None:
            self._grammar = llama_cpp.llama_sampler_init_grammar(vocab, grammar.encode(), b"root")
            if not self._grammar:
                raise EngineError("the grammar is not valid GBNF, or has no rule named root")
        self._temperature = temperature
        self._random = np.random.default_rng(seed)

    def free(self) -> None:
        """Release what llama.cpp holds. Idempotent."""
        if self._grammar is not None:
            llama_cpp.llama_sampler_free(self._grammar)
            self._grammar = None

    def sample(self, logits: Logits) -> int:
        """The next token; the grammar moves on by it."""
        scores = logits
        if self._temperature > 0:
            # Gumbel's trick: the argmax of noisy log-probabilities is a sample of the distribution.
            noise = self._random.gumbel(size=len(logits))
            scores = (logits / self._temperature + noise).astype(np.float32)
        if self._grammar is None:
            return int(scores.argmax())
        token = self._best_allowed(scores)
        self.accept(token)
        return token

    def accept(self, token: int) -> None:
        """The grammar moves on by a token that it allows."""
        if self._grammar is not None:
            llama_cpp.llama_sampler_accept(self._grammar, token)

    def _best_allowed(self, scores: Logits) -> int:
        """Grammars are slow on whole vocabularies, and as a rule one of the best tokens passes."""
        for count in (1, _LIKELY):
            best = np.argpartition(scores, -count)[-count:] if count > 1 else [scores.argmax()]
            token, allowed = self._allowed(np.asarray(best), scores)
            if allowed:
                return token
        return self._allowed(np.arange(len(scores)), scores)[0]

    def _allowed(self, tokens: NDArray[np.integer[Any]], scores: Logits) -> tuple[int, bool]:
        """The best of ``tokens`` that the grammar allows, and whether it allows any."""
        candidates = np.zeros(len(tokens), _CANDIDATE)
        candidates["id"] = tokens
        candidates["logit"] = scores[tokens]
        pointer = candidates.ctypes.data_as(ctypes.POINTER(llama_cpp.llama_token_data))
        array = llama_cpp.llama_token_data_array(pointer, len(candidates), -1, False)
        llama_cpp.llama_sampler_apply(self._grammar, ctypes.byref(array))
        best = candidates[candidates["logit"].argmax()]
        return int(best["id"]), bool(np.isfinite(best["logit"]))
