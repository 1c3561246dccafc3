"""Whisper folders (CTranslate2, int8) with random weights in real shapes.

The weights are random but for one thing: the decoder's position encodings spell out which token
comes where, so every utterance, whatever it is, is heard as the same number of words. Decoding
then costs what that many words cost.

Sizes: Radford et al. 2022, table 1; openai/whisper ``model.py`` and ``tokenizer.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from benchmarks.shapes.cached import cached

_LANGUAGES = ("en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr")
"""The first of 99; speed does not ask for the names of the others."""
_POSITIONS = 448


@dataclass(frozen=True, slots=True)
class WhisperShape:
    """What makes a Whisper as large as it is."""

    width: int
    layers: int
    """Of the encoder and of the decoder."""
    heads: int
    multilingual: bool = False
    bands: int = 80
    text_tokens: int = 50256
    """Before ``<|endoftext|>``."""


SHAPES = {
    "tiny.en": WhisperShape(384, 4, 6),
    "base.en": WhisperShape(512, 6, 8),
    "small.en": WhisperShape(768, 12, 12),
    "tiny": WhisperShape(384, 4, 6, multilingual=True),
    "base": WhisperShape(512, 6, 8, multilingual=True),
    "small": WhisperShape(768, 12, 12, multilingual=True),
}


def model(folder: Path, name: str, *, words: int = 10) -> Path:
    """The model folder of this shape below ``folder``, made if it is not there; it hears ``words``
    words in every utterance. A minute's work for the largest."""
    return cached(folder / f"whisper-{name}-{words}", partial(write, SHAPES[name], words=words))


def write(shape: WhisperShape, folder: Path, *, words: int = 10) -> None:
    """Write one folder in the layout of stock faster-whisper models."""
    tokenizer = _tokenizer(shape)
    spec = _spec(shape, tokenizer, words)
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    features = {
        "feature_extractor_type": "WhisperFeatureExtractor",
        "feature_size": shape.bands,
        "sampling_rate": 16000,
        "hop_length": 160,
        "chunk_length": 30,
        "n_fft": 400,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(features))


def _tokenizer(shape: WhisperShape) -> Tokenizer:
    """One word per token, then the control tokens, in OpenAI's order."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    words = (f"\u0120{_word(n)}" for n in range(shape.text_tokens - len(alphabet)))
    # The empty token is what multilingual vocabularies have more, and are told by.
    tokens = [*alphabet, *words, *([""] if shape.multilingual else [])]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    languages = [*_LANGUAGES, *(f"x{n:02}" for n in range(99 - len(_LANGUAGES)))]
    control = ["endoftext", "startoftranscript", *languages, "translate", "transcribe"]
    control += ["startoflm", "startofprev", "nospeech", "notimestamps"]
    control += [f"{n * 0.02:.2f}" for n in range(1501)]
    tokenizer.add_special_tokens(
        [AddedToken(f"<|{name}|>", special=True, normalized=False) for name in control]
    )
    return tokenizer


def _word(n: int) -> str:
    """A pronounceable word of its own for every number."""
    consonants, vowels = "bdfgklmnprst", "aeiou"
    syllables: list[str] = []
    while n or not syllables:
        n, digit = divmod(n, len(consonants) * len(vowels))
        syllables.append(consonants[digit // len(vowels)] + vowels[digit % len(vowels)])
    return "".join(syllables)


def _spec(shape: WhisperShape, tokenizer: Tokenizer, words: int) -> Any:
    rng = np.random.default_rng(0)
    width = shape.width

    def weights(*size: int) -> npt.NDArray[np.float32]:
        return rng.standard_normal(size, np.float32) * np.float32(0.02)

    def norm(part: Any, scale: float = 1.0) -> None:
        part.gamma, part.beta = np.full(width, scale, np.float32), np.zeros(width, np.float32)

    def linear(part: Any, inputs: int, outputs: int) -> None:
        part.weight, part.bias = weights(outputs, inputs), np.zeros(outputs, np.float32)

    def attention(part: Any, *sizes: int) -> None:
        norm(part.layer_norm)
        for layer, size in zip(part.linear, sizes, strict=True):
            linear(layer, width, size)

    def feed_forward(part: Any) -> None:
        norm(part.layer_norm)
        linear(part.linear_0, width, 4 * width)
        linear(part.linear_1, 4 * width, width)

    spec = WhisperSpec(shape.layers, shape.heads, shape.layers, shape.heads)
    spec.encoder.conv1.weight = weights(width, shape.bands, 3)
    spec.encoder.conv2.weight = weights(width, width, 3)
    spec.encoder.conv1.bias = spec.encoder.conv2.bias = np.zeros(width, np.float32)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm, 3.0)  # far ahead of all other tokens, hence confident
    for layer in spec.encoder.layer:
        attention(layer.self_attention, 3 * width, width)
        feed_forward(layer.ffn)
    for layer in spec.decoder.layer:
        attention(layer.self_attention, 3 * width, width)
        attention(layer.attention, width, 2 * width, width)
        feed_forward(layer.ffn)
    embeddings = weights(tokenizer.get_vocab_size(), width)
    spec.decoder.embeddings.weight = spec.decoder.projection.weight = embeddings
    # What comes after position n is the token whose embedding the position looks like.
    ids = tokenizer.get_vocab()
    says = np.full(_POSITIONS, ids["<|endoftext|>"])
    prompt = 4 if shape.multilingual else 2
    says[: prompt - 1 + words] = 300 + np.arange(prompt - 1 + words)
    spec.decoder.position_encodings.encodings = 500 * embeddings[says]
    spec.register_vocabulary([tokenizer.id_to_token(i) for i in range(len(embeddings))])
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = list(range(ids["<|en|>"], ids["<|en|>"] + 99))
    spec.config.alignment_heads = [(shape.layers - 1, 0)]
    return spec
