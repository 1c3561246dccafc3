"""Train the starter language model on one CPU thread::

    nice -n 10 python -m models.train.llm.train --steps 8000 --out build/llm

Resumes from the last checkpoint in ``--out``; the data of every step depends on the seed and the
step alone, so a resumed run is the run it would have been. Stop it with ctrl-C whenever you like.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from pathlib import Path

os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy

from models.train.llm import data, tokenizer
from models.train.llm.model import Llama, Shape

COPY_STEPS = 0.08
"""First share of the steps: made-up names only, which teaches copying before anything else."""

GRAIN = 16
"""Lengths are multiples of this: oneDNN compiles its kernels anew for every shape."""


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised by Newton-Schulz (K. Jordan et al. 2024, "Muon"), for matrices."""

    def __init__(self, params: list[Tensor], lr: float, momentum: float = 0.95) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Apply one update."""
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                m = state.setdefault("momentum", torch.zeros_like(p))
                m.lerp_(p.grad, 1 - group["momentum"])
                update = _orthogonal(p.grad.lerp(m, group["momentum"]))
                p.mul_(1 - group["lr"] * 0.05)
                p.add_(update, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)


def _orthogonal(g: Tensor) -> Tensor:
    x = g.bfloat16()
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        a = x @ x.T
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return (x.T if tall else x).float()


def draw(step: int, steps: int, size: int, seed: int, tok: Tokenizer) -> data.Batch:
    """The batch of one step: understanding and reply in turn.

    Neighbouring steps share one draw, sorted by length, so that little of a batch is padding.
    """

    def fits(system: str) -> bool:
        return len(tok.encode(system).ids) % GRAIN == 0

    if step < COPY_STEPS * steps:
        rng = random.Random(f"{seed}:{step // 4}")
        batch = data.understanding_batch(rng, size * 4, pseudo=1.0, asked="name")
        part = step % 4
    elif step % 2:
        rng = random.Random(f"{seed}:reply:{step // 4}")
        batch, part = data.reply_batch(rng, size * 2, fits), step % 4 // 2
    else:
        rng = random.Random(f"{seed}:{step // 8}")
        batch = data.understanding_batch(rng, size * 4, pseudo=0.5)
        part = step % 8 // 2
    batch.examples.sort(key=lambda e: len(e.user) + len(e.answer))
    return data.Batch(batch.system, batch.examples[part * size : (part + 1) * size])


def tensors(batch: data.Batch, tok: Tokenizer) -> tuple[Tensor, Tensor, Tensor]:
    """Prefix [p], tokens [n, t], targets [n, t] with -100 where nothing is to be learnt."""
    system = f"<|im_start|>system\n{batch.system.content}<|im_end|>\n"
    prompts = tok.encode_batch_fast(
        [f"<|im_start|>user\n{e.user}<|im_end|>\n<|im_start|>assistant\n" for e in batch.examples]
    )
    answers = tok.encode_batch_fast([f"{e.answer}<|im_end|>" for e in batch.examples])
    rows = [(p.ids, a.ids) for p, a in zip(prompts, answers, strict=True)]
    length = max(len(p) + len(a) for p, a in rows) - 1
    length += -length % GRAIN
    x = torch.zeros(len(rows), length, dtype=torch.long)
    y = torch.full((len(rows), length), -100)
    for i, (p, a) in enumerate(rows):
        whole = p + a
        x[i, : len(whole) - 1] = torch.tensor(whole[:-1])
        y[i, len(p) - 1 : len(whole) - 1] = torch.tensor(a)
    return torch.tensor(tok.encode(system).ids), x, y


def rate(step: int, steps: int) -> float:
    """Warm up, hold, then fall linearly to almost nothing."""
    return min(1.0, (step + 1) / 100) * max(0.01, min(1.0, (steps - step) / (0.6 * steps)))


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path("build/llm"))
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    tok = tokenizer.load(args.out / "tokenizer.json")
    model = Llama(Shape(tok.get_vocab_size()))
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f}M parameters", flush=True)
    weights = {name: p.detach().clone() for name, p in model.named_parameters()}
    average = {name: w.clone() for name, w in weights.items()}
    model.bfloat16()
    matrices = [w for name, w in weights.items() if w.ndim == 2 and "embd" not in name]
    others = [w for name, w in weights.items() if w.ndim != 2 or "embd" in name]
    optimizers = [
        Muon(matrices, 0.02),
        torch.optim.AdamW(others, 3e-3, (0.9, 0.98), weight_decay=0),
    ]
    rates = [0.02, 3e-3]
    step, checkpoint = 0, args.out / "checkpoint.pt"
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        step = kept["step"]
        for name, w in weights.items():
            w.copy_(kept["weights"][name])
            average[name].copy_(kept["average"][name])
        for optimizer, state in zip(optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        print(f"resuming from step {step}", flush=True)
    begin, since, seen = time.time(), step, 0
    losses: dict[str, float] = {}
    while step < args.steps:
        with torch.no_grad():
            for name, p in model.named_parameters():
                p.copy_(weights[name])
        batch = draw(step, args.steps, args.batch, args.seed, tok)
        prefix, x, y = tensors(batch, tok)
        wanted = y != -100
        loss = cross_entropy(model.logits(model(prefix, x)[wanted]).float(), y[wanted])
        model.zero_grad()
        loss.backward()
        for name, p in model.named_parameters():
            assert p.grad is not None
            weights[name].grad = p.grad.float()
        for optimizer, full in zip(optimizers, rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = full * rate(step, args.steps)
            optimizer.step()
        step, seen = step + 1, seen + x.numel() + len(prefix)
        keep = min(0.997, step / (step + 50))
        for name, w in weights.items():
            average[name].lerp_(w, 1 - keep)
        task = "understand" if "JSON" in batch.system.content else "reply"
        losses[task] = losses.get(task, loss.item()) * 0.95 + loss.item() * 0.05
        if step % 50 == 0:
            spent = time.time() - begin
            left = spent / (step - since) * (args.steps - step) / 60
            report = " ".join(f"{task} {value:.4f}" for task, value in losses.items())
            speed = f"{seen / spent:.0f} tok/s {left:.0f} min left"
            print(f"step {step}/{args.steps} loss {report} {speed}", flush=True)
        if step % 100 == 0 or step == args.steps:
            state = {
                "step": step,
                "weights": weights,
                "average": average,
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            os.replace(checkpoint.with_suffix(".new"), checkpoint)


if __name__ == "__main__":
    main()
