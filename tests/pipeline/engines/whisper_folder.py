"""Whisper model folders with random weights, written with CTranslate2's own specification."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from ctranslate2.specs import WhisperSpec
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

SPECIALS = (
    "<|startoftranscript|> <|en|> <|translate|> <|transcribe|> <|startoflm|> <|startofprev|> "
    "<|nospeech|> <|notimestamps|>"
).split()
TIMESTAMPS = 1501


def write_random_model(folder: Path, *, width: int, layers: int, heads: int, words: int) -> None:
    """A Whisper of these sizes that has learned nothing; ``words`` tokens before ``<|endoftext|>``."""
    rng = np.random.default_rng(0)
    tokenizer = _tokenizer(words)
    vocabulary = tokenizer.get_vocab_size()

    def weights(*shape: int) -> npt.NDArray[np.float32]:
        return rng.normal(0, 0.02, shape).astype(np.float32)

    def norm(spec: object) -> None:
        spec.gamma, spec.beta = np.ones(width, np.float32), np.zeros(width, np.float32)  # type: ignore[attr-defined]

    def linear(spec: object, inputs: int, outputs: int) -> None:
        spec.weight, spec.bias = weights(outputs, inputs), np.zeros(outputs, np.float32)  # type: ignore[attr-defined]

    def attention(spec: object, *, cross: bool) -> None:
        norm(spec.layer_norm)  # type: ignore[attr-defined]
        outputs = (width, 2 * width, width) if cross else (3 * width, width)
        for layer, size in zip(spec.linear, outputs, strict=True):  # type: ignore[attr-defined]
            linear(layer, width, size)

    def feed_forward(spec: object) -> None:
        norm(spec.layer_norm)  # type: ignore[attr-defined]
        linear(spec.linear_0, width, 4 * width)  # type: ignore[attr-defined]
        linear(spec.linear_1, 4 * width, width)  # type: ignore[attr-defined]

    spec = WhisperSpec(layers, heads, layers, heads)
    spec.encoder.conv1.weight, spec.encoder.conv2.weight = (
        weights(width, 80, 3),
        weights(width, width, 3),
    )
    spec.encoder.conv1.bias = spec.encoder.conv2.bias = np.zeros(width, np.float32)
    spec.encoder.position_encodings.encodings = weights(1500, width)
    spec.decoder.position_encodings.encodings = weights(448, width)
    norm(spec.encoder.layer_norm)
    norm(spec.decoder.layer_norm)
    for layer in spec.encoder.layer:
        attention(layer.self_attention, cross=False)
        feed_forward(layer.ffn)
    for layer in spec.decoder.layer:
        attention(layer.self_attention, cross=False)
        attention(layer.attention, cross=True)
        feed_forward(layer.ffn)
    spec.decoder.embeddings.weight = weights(vocabulary, width)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.register_vocabulary([tokenizer.id_to_token(i) for i in range(vocabulary)])
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [tokenizer.token_to_id("<|en|>")]
    spec.config.alignment_heads = [(0, 0)]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True)
    spec.save(str(folder))
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "preprocessor_config.json").write_text(json.dumps({"feature_size": 80}))


def _tokenizer(words: int) -> Tokenizer:
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    more = [f"Ġword{i}" for i in range(words - len(alphabet))]
    vocabulary = {token: i for i, token in enumerate([*alphabet, *more])}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    stamps = [f"<|{i * 0.02:.2f}|>" for i in range(TIMESTAMPS)]
    tokenizer.add_special_tokens(
        [
            AddedToken(name, special=True, normalized=False)
            for name in ["<|endoftext|>", *SPECIALS, *stamps]
        ]
    )
    return tokenizer
