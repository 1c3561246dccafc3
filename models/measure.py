"""How fast this machine runs models, found in a few seconds without having one.

Models of real shapes are built on the spot with random weights, whose values cost the same as any:
a Whisper "tiny" for CTranslate2, and half the layers of a language model of 0.5 billion parameters
in Q4_0 for llama.cpp. They run as the engines run theirs, on one thread. What is taken is the
processor's time and not the clock's, so that a busy machine is not taken for a slow one; how busy
it was is measured too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import llama_cpp
import numpy as np
from ctranslate2.specs import WhisperSpec

from models import cost, gguf
from models.gguf import Tensor

_LONGEST_S = 9.0
_REPETITIONS = 12
_WHISPER_WIDTH, _WHISPER_LAYERS, _WHISPER_VOCABULARY, _AUDIO_S = 384, 4, 4_000, 3.0
_WIDTH, _FEED_FORWARD, _LAYERS, _HEADS, _KV_HEADS, _VOCABULARY = 896, 4_864, 12, 14, 2, 8_192
_PROMPT_TOKENS = 48


@dataclass(frozen=True, slots=True)
class Speed:
    """What one thread does in a millisecond of its own."""

    encoder: float
    """Multiply-accumulates of the recogniser's encoder, int8."""
    decoder: float
    """The same of its decoder."""
    prefill: float
    """Parameters times prompt tokens of a language model, Q4_0."""
    decode: float
    """Bytes of its weights read for generated tokens."""
    float32: float
    """Multiply-accumulates in float32, which voices use."""
    share: float
    """Of a processor that the measurement got, 0 to 1; far below 1, others were busy."""


def measure(folder: Path, prepare_llama: Callable[[], None]) -> Speed:
    """Measure: three seconds of a processor, and nothing is repeated after nine by the clock.

    Args:
        folder: for the built models, about 120 MB; the caller deletes it.
        prepare_llama: what the engine does to llama.cpp before it loads a model.
    """
    timer = _Timer()
    whisper = folder / "whisper"
    _build_whisper(whisper)
    encoder_ms, decoder_ms = _time_whisper(whisper, timer)
    float_ms, _ = _time_whisper(whisper, timer, "float32")
    gguf = folder / "shape.gguf"
    parameters = _build_gguf(gguf)
    prepare_llama()
    prefill_ms, token_ms = _time_llama(gguf, timer)
    encoder = cost.encoder_macs(_WHISPER_WIDTH, _WHISPER_LAYERS, _AUDIO_S)
    decoder = cost.decoder_macs(_WHISPER_WIDTH, _WHISPER_LAYERS, _WHISPER_VOCABULARY)
    return Speed(
        encoder=encoder / encoder_ms,
        decoder=decoder / decoder_ms,
        prefill=parameters * _PROMPT_TOKENS / prefill_ms,
        decode=gguf.stat().st_size / token_ms,
        float32=encoder / float_ms,
        share=timer.share(),
    )


class _Timer:
    def __init__(self) -> None:
        self._wall, self._processor = time.perf_counter(), time.process_time()

    def share(self) -> float:
        """Processor time by wall time since the beginning."""
        wall = time.perf_counter() - self._wall
        return min(1.0, (time.process_time() - self._processor) / wall)

    def fastest(self, work: Callable[[], Any]) -> float:
        """Processor milliseconds of the run that others disturbed least."""
        taken: list[float] = []
        while not taken or self._may_go_on(len(taken)):
            began = time.process_time()
            work()
            taken.append((time.process_time() - began) * 1000)
        return min(taken)

    def _may_go_on(self, runs: int) -> bool:
        return runs < _REPETITIONS and time.perf_counter() - self._wall < _LONGEST_S


# --- recogniser ----------------------------------------------------------------------------------


def _build_whisper(folder: Path) -> None:
    width = _WHISPER_WIDTH
    noise = np.random.default_rng(0).standard_normal(4 * width * width, np.float32) * 0.02

    def weights(*shape: int) -> Any:
        return np.resize(noise, shape)

    def fill(layer: Any, inputs: int, outputs: int) -> None:
        layer.weight, layer.bias = weights(outputs, inputs), weights(outputs)

    def norm(layer: Any) -> None:
        layer.gamma, layer.beta = np.ones(width, np.float32), np.zeros(width, np.float32)

    spec = WhisperSpec(_WHISPER_LAYERS, width // 64, _WHISPER_LAYERS, width // 64)
    spec.encoder.conv1.weight, spec.encoder.conv1.bias = weights(width, 80, 3), weights(width)
    spec.encoder.conv2.weight, spec.encoder.conv2.bias = weights(width, width, 3), weights(width)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.position_encodings.encodings = weights(448, width)
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    for layer in (*spec.encoder.layer, *spec.decoder.layer):
        parts: list[tuple[Any, tuple[int, ...]]] = [(layer.self_attention, (3, 1))]
        if hasattr(layer, "attention"):
            parts.append((layer.attention, (1, 2, 1)))
        for attention, sizes in parts:
            norm(attention.layer_norm)
            for linear, size in zip(attention.linear, sizes, strict=True):
                fill(linear, width, size * width)
        norm(layer.ffn.layer_norm)
        fill(layer.ffn.linear_0, width, 4 * width)
        fill(layer.ffn.linear_1, 4 * width, width)
    spec.decoder.embeddings.weight = weights(_WHISPER_VOCABULARY, width)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    special = ["<|endoftext|>", "<|startoftranscript|>", "<|nospeech|>", "<|notimestamps|>"]
    words = [f"w{i}" for i in range(_WHISPER_VOCABULARY - len(special))]
    spec.register_vocabulary([*words, *special])
    spec.config.suppress_ids = spec.config.suppress_ids_begin = spec.config.lang_ids = []
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))


def _time_whisper(folder: Path, timer: _Timer, kind: str = "int8") -> tuple[float, float]:
    """Milliseconds to encode the audio, and to decode one token."""
    model = ctranslate2.models.Whisper(
        str(folder), device="cpu", compute_type=kind, intra_threads=1, inter_threads=1
    )
    frames = int(_AUDIO_S * 100)
    features = ctranslate2.StorageView.from_array(np.zeros((1, 80, frames), np.float32))
    encode_ms = timer.fastest(lambda: model.encode(features))
    if kind != "int8":
        return encode_ms, 0.0
    encoded = model.encode(features)
    prompt = [[_WHISPER_VOCABULARY - 3, _WHISPER_VOCABULARY - 1]]

    def decode(tokens: int) -> Callable[[], Any]:
        # Random weights never stop by themselves.
        return lambda: model.generate(
            encoded, prompt, beam_size=1, max_length=tokens + 2, suppress_tokens=[]
        )

    return encode_ms, (timer.fastest(decode(24)) - timer.fastest(decode(8))) / 16


# --- language model ------------------------------------------------------------------------------


def _build_gguf(file: Path) -> int:
    """Write the model; returns its parameters."""
    kv_width = _WIDTH // _HEADS * _KV_HEADS
    matrices = {
        "attn_q": (_WIDTH, _WIDTH),
        "attn_k": (kv_width, _WIDTH),
        "attn_v": (kv_width, _WIDTH),
        "attn_output": (_WIDTH, _WIDTH),
        "ffn_gate": (_FEED_FORWARD, _WIDTH),
        "ffn_up": (_FEED_FORWARD, _WIDTH),
        "ffn_down": (_WIDTH, _FEED_FORWARD),
    }
    tensors = [
        Tensor("token_embd.weight", (_VOCABULARY, _WIDTH), "Q4_0"),
        Tensor("output_norm.weight", (_WIDTH,), value=1.0),
    ]
    for i in range(_LAYERS):
        for name, shape in matrices.items():
            tensors.append(Tensor(f"blk.{i}.{name}.weight", shape, "Q4_0"))
        for name in ("attn_norm", "ffn_norm"):
            tensors.append(Tensor(f"blk.{i}.{name}.weight", (_WIDTH,), value=1.0))
    metadata: dict[str, gguf.Value] = {
        "general.architecture": "llama",
        "llama.block_count": _LAYERS,
        "llama.context_length": 512,
        "llama.embedding_length": _WIDTH,
        "llama.feed_forward_length": _FEED_FORWARD,
        "llama.attention.head_count": _HEADS,
        "llama.attention.head_count_kv": _KV_HEADS,
        "llama.attention.layer_norm_rms_epsilon": 1e-6,
        "llama.vocab_size": _VOCABULARY,
        "tokenizer.ggml.model": "no_vocab",
    }
    gguf.write(file, metadata, tensors)
    return sum(math.prod(tensor.shape) for tensor in tensors)


def _time_llama(file: Path, timer: _Timer) -> tuple[float, float]:
    """Milliseconds to read the prompt, and to generate one token."""
    model = llama_cpp.llama_model_load_from_file(
        str(file).encode(), llama_cpp.llama_model_default_params()
    )
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = 512
    params.n_threads = params.n_threads_batch = 1
    context = llama_cpp.llama_init_from_model(model, params)
    memory = llama_cpp.llama_get_memory(context)
    tokens = (llama_cpp.llama_token * _PROMPT_TOKENS)(*range(1, _PROMPT_TOKENS + 1))

    def run(count: int) -> Callable[[], Any]:
        def work() -> None:
            llama_cpp.llama_memory_clear(memory, False)
            llama_cpp.llama_decode(context, llama_cpp.llama_batch_get_one(tokens, count))

        return work

    try:
        return timer.fastest(run(_PROMPT_TOKENS)), timer.fastest(run(1))
    finally:
        llama_cpp.llama_free(context)
        llama_cpp.llama_model_free(model)
