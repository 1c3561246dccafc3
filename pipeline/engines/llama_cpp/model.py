"""A GGUF file and one context over it, loaded and freed."""

from __future__ import annotations

import ctypes
import logging
from pathlib import Path
from typing import Any

import llama_cpp

from audiocore.errors import ModelError
from pipeline.engines.llama_cpp import amx

_log = logging.getLogger(__name__)


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
def _on_log(_level: int, text: bytes, _data: ctypes.c_void_p) -> None:
    _log.debug("%s", text.decode(errors="replace").rstrip())


def prepare() -> None:
    """Set llama.cpp up for the models that are loaded from now on."""
    llama_cpp.llama_log_set(_on_log, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    amx.leave_out_if_broken(llama_cpp.llama_cpp._lib)


class Model:
    """The weights, and a context whose sequences share one memory."""

    def __init__(
        self, path: Path, *, context_tokens: int, sequences: int, batch_tokens: int, threads: int
    ) -> None:
        """Load.

        Args:
            path: the GGUF file.
            context_tokens: tokens that the memory holds for all sequences together.
            sequences: how many there may be.
            batch_tokens: most tokens of one decode.
            threads: that decode.

        Raises:
            ModelError: there is no usable GGUF at ``path``.
        """
        self.weights = _load(path)
        self.trained_tokens = int(llama_cpp.llama_model_n_ctx_train(self.weights))
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = context_tokens
        params.n_seq_max = sequences
        params.kv_unified = True  # a beginning that sequences share is stored once
        params.n_batch = params.n_ubatch = batch_tokens
        # On CPUs, flash attention takes batches below 64 tokens row by row: 40 tokens of the
        # starter model behind 150 cached ones took 22 ms with it and 5 ms without.
        params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.n_threads = params.n_threads_batch = threads
        self.context = llama_cpp.llama_init_from_model(self.weights, params)
        if not self.context:
            llama_cpp.llama_model_free(self.weights)
            raise ModelError(
                f"{path}: no memory for a context of {context_tokens} tokens: lower context_tokens"
            )
        self.vocab: Any = llama_cpp.llama_model_get_vocab(self.weights)
        self.vocab_size = int(llama_cpp.llama_vocab_n_tokens(self.vocab))

    def close(self) -> None:
        """Free both."""
        llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self.weights)


def _load(path: Path) -> Any:
    if not path.is_file():
        raise ModelError(f"{path} is missing: set the language model's path to a GGUF file")
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ModelError(f"{path} is not a GGUF file: convert the model with llama.cpp")
    prepare()
    weights = llama_cpp.llama_model_load_from_file(
        str(path).encode(), llama_cpp.llama_model_default_params()
    )
    if not weights:
        raise ModelError(
            f"{path} could not be loaded: it is damaged, or of a kind that this llama.cpp lacks "
            "(its log is at level DEBUG)"
        )
    return weights
