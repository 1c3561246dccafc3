"""A small Llama (RMSNorm, rotary, grouped-query attention, SwiGLU) with a shared prompt prefix.

Positions rotate neighbouring pairs, as llama.cpp does for the "llama" architecture, so weights are
exported as they are. A batch runs its system prompt once; every example attends to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, silu


@dataclass(frozen=True)
class Shape:
    """Sizes; ``width`` and ``hidden`` are multiples of 32, the block of Q8_0."""

    vocabulary: int
    width: int = 256
    layers: int = 4
    heads: int = 8
    kv_heads: int = 4
    hidden: int = 640
    context: int = 1024
    theta: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head(self) -> int:
        """Size of one attention head."""
        return self.width // self.heads


class Layer(nn.Module):
    """One transformer block."""

    def __init__(self, s: Shape) -> None:
        super().__init__()
        self.attn_norm = nn.RMSNorm(s.width, s.epsilon)
        self.attn_q = nn.Linear(s.width, s.heads * s.head, bias=False)
        self.attn_k = nn.Linear(s.width, s.kv_heads * s.head, bias=False)
        self.attn_v = nn.Linear(s.width, s.kv_heads * s.head, bias=False)
        self.attn_output = nn.Linear(s.heads * s.head, s.width, bias=False)
        self.ffn_norm = nn.RMSNorm(s.width, s.epsilon)
        self.ffn_gate = nn.Linear(s.width, s.hidden, bias=False)
        self.ffn_up = nn.Linear(s.width, s.hidden, bias=False)
        self.ffn_down = nn.Linear(s.hidden, s.width, bias=False)

    def mix(self, x: Tensor) -> Tensor:
        """The feed-forward half."""
        y = self.ffn_norm(x)
        return x + self.ffn_down(silu(self.ffn_gate(y)) * self.ffn_up(y))


class Llama(nn.Module):
    """Token logits for examples behind one prefix."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)
        self.blk = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.output_norm = nn.RMSNorm(shape.width, shape.epsilon)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:
                scale = 0.02 if "embd" in name else weight.shape[1] ** -0.5
                nn.init.normal_(
                    weight, std=scale * (0.3 if "output" in name or "down" in name else 1)
                )
        frequency = shape.theta ** (-torch.arange(0, shape.head, 2) / shape.head)
        angle = torch.outer(torch.arange(shape.context), frequency)
        self.turn = torch.polar(torch.ones_like(angle), angle)

    def _rotate(self, x: Tensor, start: int) -> Tensor:
        """[..., time, head] turned by position ``start`` and on."""
        pairs = torch.view_as_complex(x.float().unflatten(-1, (-1, 2)))
        turned = pairs * self.turn[start : start + x.shape[-2]]
        return torch.view_as_real(turned).flatten(-2).to(x.dtype)

    def _project(self, layer: Layer, x: Tensor, start: int) -> tuple[Tensor, Tensor, Tensor]:
        """Queries [b, kv heads, queries each, t, head]; keys, values [b, kv heads, t, head]."""
        y, s = layer.attn_norm(x), self.shape
        q = layer.attn_q(y).unflatten(-1, (s.kv_heads, -1, s.head)).permute(0, 2, 3, 1, 4)
        k = layer.attn_k(y).unflatten(-1, (s.kv_heads, s.head)).transpose(1, 2)
        v = layer.attn_v(y).unflatten(-1, (s.kv_heads, s.head)).transpose(1, 2)
        return self._rotate(q * s.head**-0.5, start), self._rotate(k, start), v

    def forward(self, prefix: Tensor, tokens: Tensor) -> Tensor:
        """Final hidden states [batch, time, width] of ``tokens`` [batch, time] after ``prefix``."""
        n, time = len(prefix), tokens.shape[1]
        future = torch.full((max(n, time),) * 2, -torch.inf, dtype=torch.bfloat16).triu(1)
        p, x = self.token_embd(prefix)[None], self.token_embd(tokens)
        for layer in self.blk:
            pq, pk, pv = self._project(layer, p, 0)
            q, k, v = self._project(layer, x, n)
            p = layer.mix(p + layer.attn_output(_merge(_attend(pq, pk, pv, future[:n, :n]))))
            x = layer.mix(
                x + layer.attn_output(_merge(_attend(q, k, v, future[:time, :time], (pk, pv))))
            )
        return self.output_norm(x)

    def logits(self, hidden: Tensor) -> Tensor:
        """[..., vocabulary]; the embedding is the output matrix."""
        return linear(hidden, self.token_embd.weight)


def _attend(
    q: Tensor, k: Tensor, v: Tensor, future: Tensor, shared: tuple[Tensor, Tensor] | None = None
) -> Tensor:
    """Causal attention, written out because a prefix shared by all rows makes one wide product."""
    b, g, r, t, d = q.shape
    rows = q.reshape(b, g, r * t, d)
    scores = (rows @ k.transpose(-1, -2)).view(b, g, r, t, -1) + future
    if shared is None:
        return (scores.softmax(-1).view(b, g, r * t, -1) @ v).view(b, g, r, t, d)
    pk, pv = shared
    flat = rows.transpose(0, 1).reshape(g, b * r * t, d)
    ahead = (flat @ pk[0].transpose(-1, -2)).view(g, b, r, t, -1).transpose(0, 1)
    weights = torch.cat((ahead, scores), -1).softmax(-1)
    before, own = weights.split((pk.shape[2], k.shape[2]), -1)
    out = own.reshape(b, g, r * t, -1) @ v
    seen = before.transpose(0, 1).reshape(g, b * r * t, -1) @ pv[0]
    return (out + seen.view(g, b, r * t, d).transpose(0, 1)).view(b, g, r, t, d)


def _merge(x: Tensor) -> Tensor:
    """[b, kv heads, queries, t, head] -> [b, t, width]."""
    return x.permute(0, 3, 1, 2, 4).flatten(2)
