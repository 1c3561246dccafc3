"""Train what tells how likely words are as language, and store it beside the weights of the recogniser.

    python -m models.train.stt.wording --model models/starter/stt --run DIR --minutes 40

The engine weighs by it what it heard (`pipeline.engines.wording`). A transformer over the recogniser's own tokens, three
layers of it, reads sentences that are drawn as it goes; names and sentences held out for evaluation are not among them.
The same command resumes from `RUN/wording.pt`; `--minutes` is the sum over all runs.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import torch
import torch.nn.functional as F
from ctranslate2.specs import TransformerDecoderModelSpec
from ctranslate2.specs.common_spec import Activation
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.train.stt import lexicon, text
from models.train.stt.course import Course, keep_memory
from models.train.stt.model import Attention, FeedForward
from models.train.stt.specs import array, fill_attention, fill_feed_forward, fill_norm
from pipeline.engines.wording import LONGEST, WORDING_FILE

WIDTH, HEADS, LAYERS = 192, 6, 3
TOGETHER = 8192
"""Sentences among which those of a batch are alike in length."""
BATCH_TOKENS = 4096
IGNORE = -100


class Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = Attention(WIDTH, HEADS)
        self.ffn = FeedForward(WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        return self.ffn(self.attention(x, causal=True))


class Predictor(nn.Module):
    """Logits of the next token."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Parameter(torch.randn(LONGEST + 8, WIDTH) * 0.01)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        nn.init.normal_(self.tokens.weight, std=0.02)

    def forward(self, tokens: Tensor) -> Tensor:
        """`[batch, length]` to `[batch, length, vocabulary]`."""
        h = self.tokens(tokens) + self.positions[: tokens.shape[1]]
        for layer in self.layers:
            h = layer(h)
        return F.linear(self.norm(h), self.tokens.weight)


class Texts(NamedTuple):
    """Of a batch, both `[batch, length]`."""

    given: Tensor
    wanted: Tensor
    """What follows; IGNORE behind the end."""


def texts(lines: list[list[int]], end: int) -> Texts:
    """Tokens, without the end, as training takes them."""
    length = -(-(max(map(len, lines)) + 1) // 4) * 4
    given = np.full((len(lines), length), end)
    wanted = np.full((len(lines), length), IGNORE)
    for n, line in enumerate(lines):
        given[n, 1 : len(line) + 1] = wanted[n, : len(line)] = line
        wanted[n, len(line)] = end
    return Texts(torch.from_numpy(given), torch.from_numpy(wanted))


def batches(tokenizer: Tokenizer, seed: int) -> Iterator[Texts]:
    """Batches without end."""
    rng = random.Random(seed)
    sentences, end = text.drawn(rng, lexicon.words()), tokenizer.token_to_id("<|endoftext|>")
    while True:
        said = [f" {next(sentences)}" for _ in range(TOGETHER)]
        lines = sorted((e.ids[:LONGEST] for e in tokenizer.encode_batch(said)), key=len)
        groups: list[list[list[int]]] = [[]]
        for line in lines:
            if (len(line) + 1) * (len(groups[-1]) + 1) > BATCH_TOKENS:
                groups.append([])
            groups[-1].append(line)
        rng.shuffle(groups)
        for group in groups:
            yield texts(group, end)


def loss(model: Predictor, batch: Texts) -> Tensor:
    """Nats a token."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(batch.given)
    return F.cross_entropy(
        logits.float().flatten(0, 1), batch.wanted.flatten(), ignore_index=IGNORE
    )


def train(model: Predictor, tokenizer: Tokenizer, run: Path, minutes: float, seed: int) -> None:
    """Until the time is spent."""
    course = Course(run / "wording.pt", model, model.layers, minutes=minutes)
    supply = batches(tokenizer, seed + course.step)
    while course.done < 1:
        nats = loss(model, next(supply))
        course.learn(nats, nats=nats)
    course.save()


def write(model: Predictor, tokenizer: Tokenizer, path: Path) -> None:
    """As `pipeline.engines.wording` reads it."""
    spec = TransformerDecoderModelSpec.from_config(LAYERS, HEADS, activation=Activation.GELU)
    spec.decoder.embeddings.weight = array(model.tokens.weight)
    spec.decoder.projection.weight = spec.decoder.embeddings.weight
    spec.decoder.position_encodings.encodings = array(model.positions)
    spec.decoder.scale_embeddings = False
    fill_norm(spec.decoder.layer_norm, model.norm)
    for target, layer in zip(spec.decoder.layer, model.layers, strict=True):
        fill_attention(target.self_attention, layer.attention)
        fill_feed_forward(target.ffn, layer.ffn)
    spec.register_vocabulary([tokenizer.id_to_token(i) for i in range(len(model.tokens.weight))])
    spec.config.bos_token = spec.config.eos_token = spec.config.unk_token = "<|endoftext|>"
    spec.validate()
    spec.optimize(quantization="int8_float16")
    with tempfile.TemporaryDirectory() as folder, ZipFile(path, "w", ZIP_DEFLATED) as file:
        spec.save(folder)
        for part in sorted(Path(folder).iterdir()):
            file.write(part, part.name)
    print(f"{path}: {path.stat().st_size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="folder of the recogniser")
    parser.add_argument("--run", type=Path, required=True, help="folder for the checkpoint")
    parser.add_argument("--minutes", type=float, default=40.0)
    parser.add_argument("--seed", type=int, default=77)
    args = parser.parse_args()
    keep_memory()
    args.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    tokenizer = Tokenizer.from_file(str(args.model / "tokenizer.json"))
    model = Predictor(tokenizer.token_to_id("<|endoftext|>") + 1)
    train(model, tokenizer, args.run, args.minutes, args.seed)
    write(model, tokenizer, args.model / WORDING_FILE)


if __name__ == "__main__":
    main()
