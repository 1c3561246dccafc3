"""The three losses of training, in the forms that are cheap on a CPU."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from models.train.stt.data import IGNORE, Batch
from models.train.stt.model import Recognizer

SMOOTHING = 0.05


class SmoothedCrossEntropy(torch.autograd.Function):
    """`F.cross_entropy(logits, targets, ignore_index=IGNORE, label_smoothing=SMOOTHING)` in one buffer.

    The vocabulary is large beside so small a model: the stock function takes a third of a training step.
    """

    @staticmethod
    def forward(ctx: Any, logits: Tensor, targets: Tensor) -> Tensor:
        known = targets != IGNORE
        count = known.sum()
        wanted = targets.clamp(min=0)[:, None]
        p = logits.float()
        p -= p.amax(-1, keepdim=True)
        gain = (1 - SMOOTHING) * p.gather(1, wanted)[:, 0] + SMOOTHING * p.mean(-1)
        total = p.exp_().sum(-1, keepdim=True)
        loss = ((total[:, 0].log() - gain) * known).sum() / count
        # The gradient is softmax minus the smoothed target.
        p /= total
        p -= SMOOTHING / p.shape[1]
        p.scatter_add_(1, wanted, torch.full_like(wanted, -(1 - SMOOTHING), dtype=p.dtype))
        p *= known[:, None] / count
        ctx.save_for_backward(p.to(logits.dtype))
        return loss

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        (p,) = ctx.saved_tensors
        return p * gradient, None


def losses(
    model: Recognizer, batch: Batch, *, heads_apart: bool = False
) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of the words, CTC of the characters, cross-entropy of the phones."""
    with torch.autocast(batch.mel.device.type, torch.bfloat16):
        words, characters, phones = model(batch.mel, batch.tokens, heads_apart=heads_apart)
    ce = SmoothedCrossEntropy.apply(words.flatten(0, 1), batch.targets.flatten())
    ctc = F.ctc_loss(
        characters.float().log_softmax(-1).transpose(0, 1),
        batch.characters,
        batch.frame_lengths,
        batch.character_lengths,
        zero_infinity=True,
    )
    framewise = F.cross_entropy(
        phones.float().flatten(0, 1), batch.phones.flatten(), ignore_index=IGNORE
    )
    if bool((batch.phones == IGNORE).all()):
        framewise = ce.new_zeros(())
    return ce, ctc, framewise
