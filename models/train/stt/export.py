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

import torch
from ctranslate2.specs import WhisperSpec
from tokenizers import Tokenizer

from models.train.stt.data import CHARACTERS, FEATURES, PHONES
from models.train.stt.model import Recognizer, Shape
from models.train.stt.specs import array, fill_attention, fill_feed_forward, fill_norm
from models.train.stt.tokenizer import ids


def specification(model: Recognizer, tokenizer: Tokenizer) -> WhisperSpec:
    """The model in CTranslate2's terms, float32."""
    shape, special = model.shape, ids(tokenizer)
    spec = WhisperSpec(shape.encoder_layers, shape.heads, shape.decoder_layers, shape.heads)
    for conv, source in ((spec.encoder.conv1, model.conv1), (spec.encoder.conv2, model.conv2)):
        conv.weight, conv.bias = array(source.weight), array(source.bias)
    spec.encoder.position_encodings.encodings = array(model.audio_positions)
    fill_norm(spec.encoder.layer_norm, model.encoder_norm)
    for target, layer in zip(spec.encoder.layer, model.encoder, strict=True):
        fill_attention(target.self_attention, layer.attention)
        fill_feed_forward(target.ffn, layer.ffn)
    spec.decoder.embeddings.weight = array(model.tokens.weight)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.decoder.position_encodings.encodings = array(model.text_positions)
    fill_norm(spec.decoder.layer_norm, model.decoder_norm)
    for target, layer in zip(spec.decoder.layer, model.decoder, strict=True):
        fill_attention(target.self_attention, layer.attention)
        fill_attention(target.attention, layer.cross)
        fill_feed_forward(target.ffn, layer.ffn)
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
