"""Write a checkpoint as a faster-whisper model folder: CTranslate2 weights, vocabulary, tokenizer.

    python -m models.train.stt.export --run DIR --out models/starter/stt [--quantization int8_float16]

Matrices are kept in bytes, all else in half precision: of so small a model the positions alone would be a fifth. The
folder is written beside its destination and moved into place; a CARD.md that lay there stays.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from ctranslate2.specs import WhisperSpec
from ctranslate2.specs.attention_spec import MultiHeadAttentionSpec
from ctranslate2.specs.common_spec import LayerNormSpec, LinearSpec
from ctranslate2.specs.transformer_spec import FeedForwardSpec
from tokenizers import Tokenizer
from torch import nn

from models.train.stt.data import CHARACTERS, FEATURES, PHONES
from models.train.stt.model import Attention, FeedForward, Recognizer, Shape
from models.train.stt.tokenizer import ids


def _array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    return tensor.detach().float().contiguous().numpy()


def _norm(spec: LayerNormSpec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = _array(norm.weight), _array(norm.bias)


def _linear(spec: LinearSpec, linear: nn.Linear) -> None:
    spec.weight, spec.bias = _array(linear.weight), _array(linear.bias)


def _attention(spec: MultiHeadAttentionSpec, attention: Attention) -> None:
    _norm(spec.layer_norm, attention.norm)
    query = [] if attention.query is None else [attention.query]
    for target, linear in zip(spec.linear, [*query, attention.in_, attention.out], strict=True):
        _linear(target, linear)


def _feed_forward(spec: FeedForwardSpec, ffn: FeedForward) -> None:
    _norm(spec.layer_norm, ffn.norm)
    _linear(spec.linear_0, ffn.up)
    _linear(spec.linear_1, ffn.down)


def specification(model: Recognizer, tokenizer: Tokenizer) -> WhisperSpec:
    """The model in CTranslate2's terms, float32."""
    shape, special = model.shape, ids(tokenizer)
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    for conv, source in ((spec.encoder.conv1, model.conv1), (spec.encoder.conv2, model.conv2)):
        conv.weight, conv.bias = _array(source.weight), _array(source.bias)
    spec.encoder.position_encodings.encodings = _array(model.audio_positions)
    _norm(spec.encoder.layer_norm, model.encoder_norm)
    for target, layer in zip(spec.encoder.layer, model.encoder, strict=True):
        _attention(target.self_attention, layer.attention)
        _feed_forward(target.ffn, layer.ffn)
    spec.decoder.embeddings.weight = _array(model.tokens.weight)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.decoder.position_encodings.encodings = _array(model.text_positions)
    _norm(spec.decoder.layer_norm, model.decoder_norm)
    for target, layer in zip(spec.decoder.layer, model.decoder, strict=True):
        _attention(target.self_attention, layer.attention)
        _attention(target.attention, layer.cross)
        _feed_forward(target.ffn, layer.ffn)
    spec.register_vocabulary([tokenizer.id_to_token(i) for i in range(tokenizer.get_vocab_size())])
    # Nothing is forbidden: silence is answered with an immediate end of text, which Whisper's own
    # list for the first token would suppress.
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = []
    spec.config.lang_ids = [tokenizer.token_to_id("<|en|>")]
    spec.config.alignment_heads = [(shape.decoder_layers - 1, h) for h in range(shape.heads)]
    assert special.end < special.start < special.no_timestamps
    return spec


def load(run: Path) -> tuple[Recognizer, Tokenizer]:
    """The model and tokenizer of a training folder.

    Raises:
        FileNotFoundError: there is no checkpoint yet.
    """
    state = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = Recognizer(Shape(**state["shape"]), len(CHARACTERS) + 1, len(PHONES))
    model.load_state_dict(state["model"])
    return model.eval(), Tokenizer.from_file(str(run / "tokenizer.json"))


def export(run: Path, out: Path, quantization: str) -> None:
    """Write the model folder."""
    model, tokenizer = load(run)
    spec = specification(model, tokenizer)
    spec.validate()
    spec.optimize(quantization=quantization)
    partial = out.with_name(out.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    spec.save(str(partial))
    tokenizer.save(str(partial / "tokenizer.json"))
    (partial / "preprocessor_config.json").write_text(
        json.dumps({"feature_extractor_type": "WhisperFeatureExtractor", **FEATURES}, indent=2)
        + "\n"
    )
    if (out / "CARD.md").exists():
        shutil.copy(out / "CARD.md", partial)
    if out.exists():
        shutil.rmtree(out)
    partial.rename(out)
    for file in sorted(out.iterdir()):
        print(f"{file.name:28} {file.stat().st_size / 1e6:6.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True, help="folder that train wrote")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--quantization", default="int8_float16", choices=["int8_float16", "int8", "float32"]
    )
    args = parser.parse_args()
    export(args.run, args.out, args.quantization)


if __name__ == "__main__":
    main()
