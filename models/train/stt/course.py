"""The course of a training: a learning rate that follows the clock, reports, and a checkpoint to resume from."""

from __future__ import annotations

import math
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

PEAK_RATE = 1.5e-3
"""Of AdamW; Muon takes twice as much."""
FINAL_RATE = 0.01
CHECKPOINT_S = 180.0
LONGEST_STEP_S = 5.0
"""What counts of a step at most: a training that was suspended has not learned meanwhile."""
REPORT_STEPS = 100

ALLOCATOR = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "OMP_NUM_THREADS": "1",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "8192",
}
"""Keep memory, in huge pages, instead of giving it back after every step: a quarter of the time."""


def keep_memory() -> None:
    """Start this program again with `ALLOCATOR`, whose settings are read before Python starts, and settle on one core."""
    if not ALLOCATOR.keys() <= os.environ.keys() and sys.platform == "linux":
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], {**os.environ, **ALLOCATOR})
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)


def rate(done: float, step: int) -> float:
    """Learning rate: 300 steps up, then half a cosine down over the whole time."""
    cosine = 0.5 * (1 + math.cos(math.pi * done))
    return PEAK_RATE * min(1.0, (step + 1) / 300) * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


def optimizers(model: nn.Module, *layers: nn.Module) -> list[torch.optim.Optimizer]:
    """Muon (K. Jordan 2024) for the matrices of the `layers`, AdamW for all else in the `model`.

    Muon's step is scaled to the size of AdamW's (Liu et al. 2025, arXiv:2502.16982).
    """
    matrices = [p for layer in layers for p in layer.parameters() if p.ndim == 2]
    taken = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in taken]
    return [
        torch.optim.Muon(matrices, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(rest, betas=(0.9, 0.98), weight_decay=0.02, fused=True),
    ]


class Course:
    """How one training goes on, possibly spread over several processes."""

    def __init__(
        self,
        checkpoint: Path,
        model: nn.Module,
        *layers: nn.Module,
        minutes: float,
        rate: float = 1.0,
        about: Mapping[str, object] | None = None,
    ) -> None:
        """Of the `model` and its `layers` that Muon trains, on from the `checkpoint` if there is one.

        `minutes` is the sum over all processes, `rate` a factor of the learning rates; what the checkpoint
        should tell `about` the model is kept beside its weights.
        """
        self.checkpoint, self.model, self.about = checkpoint, model, about or {}
        self.budget_s, self.rate = minutes * 60, rate
        self.optimizers = optimizers(model, *layers)
        self.step, self.spent_s = 0, 0.0
        if checkpoint.exists():
            device = next(model.parameters()).device
            state = torch.load(checkpoint, map_location=device, weights_only=True)
            model.load_state_dict(state["model"])
            for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(kept)
            self.step, self.spent_s = state["step"], state["spent_s"]
            print(f"resumed at step {self.step}, {self.spent_s / 60:.1f} min", flush=True)
        self._first_step, self._before_s, self._saved_s = self.step, self.spent_s, self.spent_s
        self._last = time.monotonic()
        self._sums: dict[str, Tensor] = {}

    @property
    def done(self) -> float:
        """The share of the time that is spent; 1 is the end."""
        return min(1.0, self.spent_s / self.budget_s) if self.budget_s else 1.0

    def learn(self, loss: Tensor, **reported: Tensor) -> None:
        """Make one step, and now and then a checkpoint and a report: the means of what is `reported`."""
        now_rate = self.rate * rate(self.done, self.step - self._first_step)
        for optimizer, factor in zip(self.optimizers, (2.0, 1.0), strict=True):
            optimizer.param_groups[0]["lr"] = factor * now_rate
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0, foreach=True)
        for optimizer in self.optimizers:
            optimizer.step()
            optimizer.zero_grad()
        self.step += 1
        for name, value in reported.items():
            self._sums[name] = self._sums.get(name, torch.zeros(())) + value.detach()
        now = time.monotonic()
        self.spent_s, self._last = self.spent_s + min(LONGEST_STEP_S, now - self._last), now
        if self.step % REPORT_STEPS == 0:
            self._report()
        if self.spent_s - self._saved_s > CHECKPOINT_S:
            self.save()

    def _report(self) -> None:
        steps = self.step - self._first_step
        since = min(steps, REPORT_STEPS)
        means = (f"{name} {float(sum_) / since:.3f}" for name, sum_ in self._sums.items())
        print(
            f"{self.spent_s / 60:5.1f} min  step {self.step}  {'  '.join(means)}  "
            f"{steps / (self.spent_s - self._before_s):.2f} steps/s",
            flush=True,
        )
        self._sums.clear()

    def save(self) -> None:
        """Replace the checkpoint."""
        state = {
            **self.about,
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "spent_s": self.spent_s,
        }
        partial = self.checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(self.checkpoint)
        self._saved_s = self.spent_s
