"""The recogniser: Whisper's architecture (Radford et al. 2022, arXiv:2212.04356) in a few plain modules.

Weights are laid out so that `export` can hand them to CTranslate2 one to one: pre-norm transformer,
fused query/key/value, exact GELU, sinusoidal encoder positions, learned decoder positions, output projection tied to the token embedding.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a model."""

    vocabulary: int
    width: int = 192
    heads: int = 3
    encoder_layers: int = 8
    decoder_layers: int = 2
    mels: int = 80
    audio_positions: int = 1500
    """Encoder frames; 1500 is what stock `WhisperModel.transcribe` pads to."""
    text_positions: int = 448


def sinusoids(length: int, channels: int, max_timescale: float = 10_000.0) -> Tensor:
    """Whisper's encoder positions, float32 `[length, channels]`."""
    increment = math.log(max_timescale) / (channels // 2 - 1)
    inverse = torch.exp(-increment * torch.arange(channels // 2))
    angles = torch.arange(length)[:, None] * inverse[None]
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class Attention(nn.Module):
    """Multi-head attention with its norm, over itself or over `memory`."""

    def __init__(self, width: int, heads: int, *, cross: bool = False) -> None:
        super().__init__()
        self.heads = heads
        self.norm = nn.LayerNorm(width)
        self.query = nn.Linear(width, width) if cross else None
        self.in_ = nn.Linear(width, width * (2 if cross else 3))
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, memory: Tensor | None = None, *, causal: bool = False) -> Tensor:
        h = self.norm(x)
        if self.query is None:
            q, k, v = self.in_(h).chunk(3, dim=-1)
        else:
            q = self.query(h)
            k, v = self.in_(memory).chunk(2, dim=-1)
        q, k, v = (t.unflatten(-1, (self.heads, -1)).transpose(1, 2) for t in (q, k, v))
        # Written out: at these lengths the fused CPU kernel's backward pass costs several times more.
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool, device=x.device).triu(1)
            scores = scores.masked_fill(later, float("-inf"))
        a = torch.softmax(scores, dim=-1, dtype=scores.dtype) @ v
        return x + self.out(a.transpose(1, 2).flatten(-2))


class FeedForward(nn.Module):
    """The position-wise half of a layer, with its norm."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(F.gelu(self.up(self.norm(x))))


class EncoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.ffn = FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        return self.ffn(self.attention(x))


class DecoderLayer(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(width, heads)
        self.cross = Attention(width, heads, cross=True)
        self.ffn = FeedForward(width)

    def forward(self, x: Tensor, memory: Tensor) -> Tensor:
        return self.ffn(self.cross(self.attention(x, causal=True), memory))


class Recognizer(nn.Module):
    """Encoder and decoder, with two training heads on the encoder: characters (CTC) and phones (frames)."""

    def __init__(self, shape: Shape, characters: int, phones: int) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.conv1 = nn.Conv1d(shape.mels, width, 3, padding=1)
        self.conv2 = nn.Conv1d(width, width, 3, stride=2, padding=1)
        self.register_buffer("audio_positions", sinusoids(shape.audio_positions, width))
        self.encoder = nn.ModuleList(
            EncoderLayer(width, shape.heads) for _ in range(shape.encoder_layers)
        )
        self.encoder_norm = nn.LayerNorm(width)
        self.tokens = nn.Embedding(shape.vocabulary, width)
        self.text_positions = nn.Parameter(torch.randn(shape.text_positions, width) * 0.01)
        self.decoder = nn.ModuleList(
            DecoderLayer(width, shape.heads) for _ in range(shape.decoder_layers)
        )
        self.decoder_norm = nn.LayerNorm(width)
        self.character_head = nn.Linear(width, characters)
        self.phone_head = nn.Linear(width, phones)
        nn.init.normal_(self.tokens.weight, std=0.02)

    def encode(self, mel: Tensor) -> Tensor:
        """`[batch, mels, 2 * frames]` to `[batch, frames, width]`, 25 frames a second."""
        h = F.gelu(self.conv1(mel))
        h = F.gelu(self.conv2(h)).transpose(1, 2)
        h = h + self.audio_positions[: h.shape[1]].to(h.dtype)
        for layer in self.encoder:
            h = layer(h)
        return self.encoder_norm(h)

    def decode(self, tokens: Tensor, memory: Tensor) -> Tensor:
        """Logits `[batch, length, vocabulary]` of the token after each given one."""
        h = (self.tokens(tokens) + self.text_positions[: tokens.shape[1]]).to(memory.dtype)
        for layer in self.decoder:
            h = layer(h, memory)
        return F.linear(self.decoder_norm(h), self.tokens.weight)

    def forward(
        self, mel: Tensor, tokens: Tensor, *, heads_apart: bool = False
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Token logits, character logits and phone logits; with `heads_apart` the last two teach the heads alone."""
        memory = self.encode(mel)
        heard = memory.detach() if heads_apart else memory
        return self.decode(tokens, memory), self.character_head(heard), self.phone_head(heard)
