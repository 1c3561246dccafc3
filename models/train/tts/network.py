"""The student: phoneme ids and speaker -> durations -> vocoder parameters.

Depthwise-separable convolutions throughout (ConvNeXt blocks, Liu et al. 2022): cheap on one CPU
core, parallel over time, and small on disk. One decoder step is 10 ms and answers for two 5 ms
vocoder frames, so that bursts keep their sharpness at half the decoder's cost.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

FRAMES_PER_STEP = 2
SYMBOLS = 256  # size of Piper's id table
MAX_STEPS = 80  # of one id: 0.8 s


class Block(nn.Module):
    """Residual: depthwise convolution over time, then a pointwise two-layer network."""

    def __init__(self, width: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.time = nn.Conv1d(
            width, width, kernel, padding=kernel // 2 * dilation, dilation=dilation, groups=width
        )
        self.norm = nn.LayerNorm(width)
        self.inner = nn.Linear(width, 2 * width)
        self.outer = nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """[B, T, C] -> [B, T, C]"""
        # Over [B, C, 1, T] laid out channels last: no copy, and oneDNN's fast path.
        y = functional.conv2d(
            x.transpose(1, 2).unsqueeze(2),
            self.time.weight.unsqueeze(2),
            self.time.bias,
            padding=(0, self.time.padding[0]),
            dilation=(1, self.time.dilation[0]),
            groups=x.shape[2],
        )
        y = y.squeeze(2).transpose(1, 2)
        return x + self.outer(functional.gelu(self.inner(self.norm(y))))


class Student(nn.Module):
    """Encoder over ids, duration predictor, decoder over 10 ms steps; one network, some speakers.

    features: values per vocoder frame: log F0, voicing logit, then envelope and strengths, all
    normalised by the speaker's row of `mean` and `scale`.
    """

    def __init__(
        self, features: int, speakers: int, width: int = 192, encoders: int = 6, decoders: int = 7
    ) -> None:
        super().__init__()
        self.features = features
        self.embedding = nn.Embedding(SYMBOLS, width)
        self.speaker = nn.Embedding(speakers, width)
        self.encoder = nn.ModuleList(Block(width, 7, 2 ** (i % 3)) for i in range(encoders))
        self.duration = nn.Sequential(Block(width, 5, 1), nn.Linear(width, 1))
        self.place = nn.Linear(4, width)
        self.decoder = nn.ModuleList(Block(width, 9, 2 ** (i % 3)) for i in range(decoders))
        self.output = nn.Linear(width, FRAMES_PER_STEP * features)
        self.register_buffer("mean", torch.zeros(speakers, features))
        self.register_buffer("scale", torch.ones(speakers, features))

    def encode(self, ids: Tensor, speaker: Tensor, padded: bool = False) -> Tensor:
        """int64 [B, P], int64 [B] -> [B, P, C]

        padded: whether zeros follow the ids of some items, which then must not be noticed.
        """
        real = ids.flip(1).cumsum(1).flip(1).gt(0)[..., None] if padded else None
        return _through(self.encoder, self.embedding(ids) + self.speaker(speaker)[:, None], real)

    def log_steps(self, encoded: Tensor) -> Tensor:
        """[B, P, C] -> [B, P], the natural log of (steps + 1)"""
        return self.duration(encoded).squeeze(-1)

    def decode(self, encoded: Tensor, steps: Tensor, total: int | None = None) -> Tensor:
        """[B, P, C], whole steps float [B, P] -> normalised features [B, 2 T, F]

        T is `total`, so that items may be shorter; without it, the steps of the first item.
        """
        end = torch.cumsum(steps, 1)
        begin = end - steps
        padded = total is not None
        if total is None:
            total = end[0, -1].to(torch.int64)
        t = torch.arange(total, device=encoded.device, dtype=torch.float32) + 0.5
        inside = (t[None, :, None] >= begin[:, None]) & (t[None, :, None] < end[:, None])
        spread = inside.to(encoded.dtype)  # [B, T, P], one-hot over ids
        x = spread @ encoded
        # Sums, not matrix products: those may run in half precision, which cannot count to 600.
        length = (spread * steps[:, None]).sum(-1, keepdim=True).clamp(min=1)
        place = (t[None, :, None] - (spread * begin[:, None]).sum(-1, keepdim=True)) / length
        x = x + self.place(
            torch.cat([place, 1 - place, torch.log(length) / 4, torch.sin(math.pi * place)], -1)
        )
        real = t[None, :, None] < end[:, -1:, None] if padded else None
        y = self.output(_through(self.decoder, x, real))
        return y.reshape(y.shape[0], -1, self.features)


def _through(blocks: nn.ModuleList, x: Tensor, real: Tensor | None) -> Tensor:
    """[B, T, C] -> [B, T, C]; where not `real` [B, T, 1] is silent, as beyond the edges."""
    for block in blocks:
        x = block(x if real is None else x * real)
    return x
