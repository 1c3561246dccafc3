"""GGUF language models with random weights in real shapes.

The vocabulary has the real size, and its control tokens are where they really are. Its words are
those of this project's own source text, which holds every prompt, so that a prompt has about as
many tokens as it really would have; what is left of the vocabulary is unused and never likely.

Sizes: ``config.json`` of Qwen/Qwen2.5-0.5B-Instruct, Qwen/Qwen2.5-1.5B-Instruct and
meta-llama/Llama-3.2-1B-Instruct. Formats as ``llama-quantize`` mixes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Literal

from tokenizers import Tokenizer, decoders, pre_tokenizers, trainers
from tokenizers.models import BPE

import pipeline
from benchmarks.shapes.cached import cached
from models import gguf

Quantisation = Literal["Q4_0", "Q8_0"]

_WORDS = 8000
_CONTROL, _UNUSED = 3, 5
"""llama.cpp's token types; 1 is a normal token."""

TEMPLATES = {
    "chatml": (
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>\\n' }}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
    ),
    "llama-3": (
        "{{ bos_token }}{% for m in messages %}{{ '<|start_header_id|>' + m.role + "
        "'<|end_header_id|>\\n\\n' + m.content | trim + '<|eot_id|>' }}{% endfor %}"
        "{% if add_generation_prompt %}"
        "{{ '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{% endif %}"
    ),
    "mistral": (
        "{{ bos_token }}{% for m in messages %}"
        "{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Roles must alternate user/assistant') }}{% endif %}"
        "{% if m.role == 'user' %}{{ '[INST] ' + m.content + ' [/INST]' }}"
        "{% else %}{{ m.content + eos_token }}{% endif %}{% endfor %}"
    ),
    "gemma": (
        "{{ bos_token }}{% if messages[0].role == 'system' %}"
        "{{ raise_exception('System role not supported') }}{% endif %}{% for m in messages %}"
        "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\\n' "
        "+ m.content | trim + '<end_of_turn>\\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}"
    ),
}
"""How the families write a conversation down, and what they refuse."""


@dataclass(frozen=True, slots=True)
class LlamaShape:
    """What makes a language model as large as it is."""

    architecture: Literal["qwen2", "llama"]
    width: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int
    context: int
    rope_base: float
    epsilon: float
    template: str
    control: Mapping[str, int]
    """Control tokens and their ids."""
    bos: str
    eos: str
    add_bos: bool = False
    rope_factors: bool = False

    @property
    def head_width(self) -> int:
        """Of one attention head."""
        return self.width // self.heads


_QWEN = {"<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645}
_LLAMA_3 = {
    "<|begin_of_text|>": 128000,
    "<|end_of_text|>": 128001,
    "<|start_header_id|>": 128006,
    "<|end_header_id|>": 128007,
    "<|eot_id|>": 128009,
}

SHAPES = {
    "qwen2.5-0.5b": LlamaShape(
        "qwen2", 896, 24, 14, 2, 4864, 151936, 32768, 1e6, 1e-6,
        "chatml", _QWEN, "<|endoftext|>", "<|im_end|>",
    ),
    "qwen2.5-1.5b": LlamaShape(
        "qwen2", 1536, 28, 12, 2, 8960, 151936, 32768, 1e6, 1e-6,
        "chatml", _QWEN, "<|endoftext|>", "<|im_end|>",
    ),
    "llama-3.2-1b": LlamaShape(
        "llama", 2048, 16, 32, 8, 8192, 128256, 131072, 5e5, 1e-5,
        "llama-3", _LLAMA_3, "<|begin_of_text|>", "<|eot_id|>", add_bos=True, rope_factors=True,
    ),
}  # fmt: skip
"""All three tie the output to the embedding."""


def model(folder: Path, name: str, quantisation: Quantisation) -> Path:
    """The GGUF of this shape below ``folder``, made if it is not there."""
    path = folder / f"{name}-{quantisation}.gguf"
    return cached(path, partial(write, SHAPES[name], quantisation=quantisation))


def write(shape: LlamaShape, path: Path, *, quantisation: Quantisation) -> None:
    """Write one GGUF."""
    gguf.write(path, _metadata(shape, quantisation), _tensors(shape, quantisation))


def _metadata(shape: LlamaShape, quantisation: Quantisation) -> dict[str, gguf.Value]:
    words, merges = _words()
    tokens = words[: min(shape.control.values())]
    types = [1] * len(tokens)
    names = {number: name for name, number in shape.control.items()}
    for number in range(len(tokens), shape.vocabulary):
        tokens.append(names.get(number, f"[unused{number}]"))
        types.append(_CONTROL if number in names else _UNUSED)
    a = shape.architecture
    return {
        "general.architecture": a,
        "general.name": "random weights",
        "general.file_type": {"Q4_0": 2, "Q8_0": 7}[quantisation],
        f"{a}.context_length": shape.context,
        f"{a}.embedding_length": shape.width,
        f"{a}.block_count": shape.layers,
        f"{a}.feed_forward_length": shape.feed_forward,
        f"{a}.attention.head_count": shape.heads,
        f"{a}.attention.head_count_kv": shape.kv_heads,
        f"{a}.attention.layer_norm_rms_epsilon": shape.epsilon,
        f"{a}.rope.freq_base": shape.rope_base,
        f"{a}.rope.dimension_count": shape.head_width,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": {"qwen2": "qwen2", "llama": "llama-bpe"}[a],
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.merges": merges,
        "tokenizer.ggml.bos_token_id": shape.control[shape.bos],
        "tokenizer.ggml.eos_token_id": shape.control[shape.eos],
        "tokenizer.ggml.add_bos_token": shape.add_bos,
        "tokenizer.chat_template": TEMPLATES[shape.template],
    }


@cache
def _words() -> tuple[list[str], list[str]]:
    """A byte-pair vocabulary and its merges, of the text that is at hand: this project's own."""
    tokenizer = Tokenizer(BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    sources = sorted(Path(pipeline.__file__).parent.rglob("*.py"))
    trainer = trainers.BpeTrainer(
        vocab_size=_WORDS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train([str(source) for source in sources], trainer)
    learned = json.loads(tokenizer.to_str())["model"]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in learned["merges"]]
    return sorted(learned["vocab"], key=lambda token: int(learned["vocab"][token])), merges


def _tensors(shape: LlamaShape, quantisation: Quantisation) -> list[gguf.Tensor]:
    width, ff, vocabulary = shape.width, shape.feed_forward, shape.vocabulary
    q, kv = shape.heads * shape.head_width, shape.kv_heads * shape.head_width
    # The output layer keeps more bits, where its rows are whole blocks of the finer format.
    output: gguf.Format = "Q8_0" if quantisation == "Q8_0" or width % 256 else "Q6_K"
    unlikely = vocabulary - len(_words()[0])
    tensors = [gguf.Tensor("token_embd.weight", (vocabulary, width), output, zero_rows=unlikely)]
    for block in range(shape.layers):
        matrices = {
            "attn_q": (q, width),
            "attn_k": (kv, width),
            "attn_v": (kv, width),
            "attn_output": (width, q),
            "ffn_gate": (ff, width),
            "ffn_up": (ff, width),
            "ffn_down": (width, ff),
        }
        for name, size in matrices.items():
            tensors.append(gguf.Tensor(f"blk.{block}.{name}.weight", size, quantisation))
        for name in ("attn_norm", "ffn_norm"):
            tensors.append(gguf.Tensor(f"blk.{block}.{name}.weight", (width,), value=1.0))
        if shape.architecture == "qwen2":
            for name, outputs in (("attn_q", q), ("attn_k", kv), ("attn_v", kv)):
                tensors.append(gguf.Tensor(f"blk.{block}.{name}.bias", (outputs,)))
    tensors.append(gguf.Tensor("output_norm.weight", (width,), value=1.0))
    if shape.rope_factors:
        tensors.append(gguf.Tensor("rope_freqs.weight", (shape.head_width // 2,), value=1.0))
    return tensors
