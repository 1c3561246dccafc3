"""Train the starter language model on one CPU thread::

    nice -n 10 python -m models.train.llm.train --steps 4000 --out build/llm

or for ``--minutes``, whatever the machine does in them.
Resumes from the last checkpoint in ``--out``; the data of every step depends on the seed and the
step alone, so a resumed run is the run it would have been. Stop it with ctrl-C whenever you like.
``--start`` begins with the weights of an earlier run, its checkpoint or the GGUF made of it; a
``--rate`` of 0.2 is right for that: at 0.6 the losses rise for as long as it lasts.

A third faster on Linux with memory in large pages that is never given back: set
``GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000
MALLOC_TOP_PAD_=268435456``.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import time
from pathlib import Path

os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "8192")

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy

from models.train.corpus import BUSINESSES
from models.train.llm import data, restore, tokenizer
from models.train.llm.model import Llama, Shape

COPY_STEPS = 0.05
"""First share of the steps: made-up names only, which teaches copying before anything else."""

_UNDERSTAND = ("understand",) * 3
_TASKS = (*_UNDERSTAND, "reply", *_UNDERSTAND, "reply", *_UNDERSTAND[1:], "reply", "finished")

LENGTHS = (32, 40, 48, 64, 80, 96)
"""Examples are padded to one of these and the longer ones left out: oneDNN compiles its kernels
anew for every shape."""

GRAIN = 32
"""Lengths of the system prompts of replies are multiples of this, for the same reason."""

GROUP = 4
"""So many batches are drawn together and sorted by length, that little of one is padding."""

REPLYING = 4
"""So many businesses reply in one batch: what is learnt of one alone is not to look at its facts."""

Row = tuple[list[int], list[int]]
"""Tokens of a prompt behind its system prompt, and of the answer."""

Part = tuple[Tensor, Tensor, Tensor]
"""A prefix [p], tokens behind it [n, t], and targets [n, t], -100 for nothing."""


class Source:
    """The batches of a run."""

    def __init__(self, tok: Tokenizer, *, copying: float, size: int, seed: int) -> None:
        self._tok, self._copying, self._size, self._seed = tok, copying, size, seed
        self._drawn: dict[str, tuple[str, list[int], list[Row]]] = {}

    def batch(self, step: int) -> tuple[str, list[Part]]:
        """The task and its examples: of twelve, eight of understanding, three of replying."""
        if step < self._copying:
            kind, number = "copy", step
        else:
            kind = _TASKS[step % len(_TASKS)]
            earlier = _TASKS[: step % len(_TASKS)].count(kind)
            number = step // len(_TASKS) * _TASKS.count(kind) + earlier
        if kind == "reply":
            size, key = self._size // REPLYING, f"{self._seed}:{kind}:{number}"
            drawn = [self._draw(kind, random.Random(f"{key}:{i}"), size) for i in range(REPLYING)]
            return kind, [(torch.tensor(prefix), *padded(rows)) for prefix, rows in drawn]
        key = f"{self._seed}:{kind}:{number // GROUP}"
        if key not in self._drawn:
            self._drawn = {k: v for k, v in self._drawn.items() if v[0] != kind}
            self._drawn[key] = kind, *self._draw(kind, random.Random(key), self._size * GROUP)
        _, prefix, rows = self._drawn[key]
        begin = number % GROUP * self._size
        return kind, [(torch.tensor(prefix), *padded(rows[begin : begin + self._size]))]

    def _draw(self, kind: str, rng: random.Random, wanted: int) -> tuple[list[int], list[Row]]:
        """A prefix and so many rows, the shortest first."""
        business = rng.choices(BUSINESSES, (2, 1))[0]
        size = wanted * 5 // 4
        if kind == "reply":
            batch = data.reply_batch(rng, size, business, self._fits)
        elif kind == "copy":
            batch = data.understanding_batch(rng, size, business=business, pseudo=1.0, asked="name")
        elif kind == "finished":
            batch = data.finished_batch(rng, size, business=business)
        else:
            batch = data.understanding_batch(rng, size, business=business, pseudo=0.5)
        prefix = f"<|im_start|>system\n{batch.system.content}<|im_end|>\n"
        rows = [row for row in encoded(batch.examples, self._tok) if _length(row) <= LENGTHS[-1]]
        if len(rows) < wanted:
            return self._draw(kind, rng, wanted)
        return self._tok.encode(prefix).ids, sorted(rows[:wanted], key=_length)

    def _fits(self, system: str) -> bool:
        prefix = f"<|im_start|>system\n{system}<|im_end|>\n"
        return len(self._tok.encode(prefix).ids) % GRAIN == 0


def encoded(examples: list[data.Example], tok: Tokenizer) -> list[Row]:
    """Prompts and answers as tokens."""
    prompts = tok.encode_batch_fast(
        [f"<|im_start|>user\n{e.user}<|im_end|>\n<|im_start|>assistant\n" for e in examples]
    )
    answers = tok.encode_batch_fast([f"{e.answer}<|im_end|>" for e in examples])
    return [(p.ids, a.ids) for p, a in zip(prompts, answers, strict=True)]


def _length(row: Row) -> int:
    return len(row[0]) + len(row[1]) - 1


def padded(rows: list[Row]) -> tuple[Tensor, Tensor]:
    """Tokens and targets."""
    longest = max(map(_length, rows))
    length = next(n for n in LENGTHS if n >= longest)
    x = torch.zeros(len(rows), length, dtype=torch.long)
    y = torch.full((len(rows), length), -100)
    for i, (prompt, answer) in enumerate(rows):
        whole = prompt + answer
        x[i, : len(whole) - 1] = torch.tensor(whole[:-1])
        y[i, len(prompt) - 1 : len(whole) - 1] = torch.tensor(answer)
    return x, y


def rate(step: int, done: float) -> float:
    """Warm up, hold, then fall linearly to almost nothing; ``done`` is a share of the run."""
    return min(1.0, (step + 1) / 100) * max(0.01, min(1.0, (1 - done) / 0.6))


def begun(start: Path, vocabulary: Path) -> dict[str, Tensor]:
    """The weights of an earlier run, whose tokenizer is put into the file ``vocabulary``."""
    if start.suffix == ".gguf":
        restore.vocabulary(start).save(str(vocabulary))
        return restore.weights(start)
    shutil.copyfile(start.with_name("tokenizer.json"), vocabulary)
    average: dict[str, Tensor] = torch.load(start)["average"]
    return average


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, default=Path("build/llm"))
    parser.add_argument("--start", type=Path, help="checkpoint or GGUF to begin with")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--minutes", type=float, help="end then, instead of after so many steps")
    parser.add_argument("--rate", type=float, default=1.0, help="factor of the learning rates")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    earlier: dict[str, Tensor] = {}
    vocabulary, checkpoint = args.out / "tokenizer.json", args.out / "checkpoint.pt"
    if args.start and not checkpoint.exists():
        earlier = begun(args.start, vocabulary)
    tok = tokenizer.load(vocabulary)
    model = Llama(Shape(tok.get_vocab_size()))
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.2f}M parameters", flush=True)
    weights = {name: p.detach().clone() for name, p in model.named_parameters()}
    average = {name: w.clone() for name, w in weights.items()}
    model.bfloat16()
    matrices = [w for name, w in weights.items() if w.ndim == 2 and "embd" not in name]
    others = [w for name, w in weights.items() if w.ndim != 2 or "embd" in name]
    optimizers = [
        torch.optim.Muon(matrices, 0.02, weight_decay=0.05, adjust_lr_fn="original"),
        torch.optim.AdamW(others, 3e-3, (0.9, 0.98), weight_decay=0),
    ]
    rates = [0.02 * args.rate, 3e-3 * args.rate]
    step, spent = 0, 0.0
    for name, w in earlier.items():
        weights[name].copy_(w)
        average[name].copy_(w)
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        step, spent = kept["step"], kept["spent"]
        for name, w in weights.items():
            w.copy_(kept["weights"][name])
            average[name].copy_(kept["average"][name])
        for optimizer, state in zip(optimizers, kept["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        print(f"resuming from step {step}", flush=True)
    copying = 0 if args.start else COPY_STEPS * args.steps
    source = Source(tok, copying=copying, size=args.batch, seed=args.seed)
    begin, seen, done = time.time() - spent, 0, 0.0
    losses: dict[str, float] = {}
    while done < 1:
        with torch.no_grad():
            for name, p in model.named_parameters():
                p.copy_(weights[name])
        task, parts = source.batch(step)
        tokens, loss = sum(int((y != -100).sum()) for _, _, y in parts), 0.0
        model.zero_grad()
        for prefix, x, y in parts:
            wanted = y != -100
            logits = model.logits(model(prefix, x)[wanted]).float()
            share = cross_entropy(logits, y[wanted], reduction="sum") / tokens
            share.backward()
            loss += share.item()
            seen += x.numel() + len(prefix)
        for name, p in model.named_parameters():
            assert p.grad is not None
            weights[name].grad = p.grad.float()
        for optimizer, full in zip(optimizers, rates, strict=True):
            for group in optimizer.param_groups:
                group["lr"] = full * rate(step, done)
            optimizer.step()
        step, spent = step + 1, time.time() - begin
        done = spent / (60 * args.minutes) if args.minutes else step / args.steps
        keep = min(0.997, step / (step + 30))
        for name, w in weights.items():
            average[name].lerp_(w, 1 - keep)
        losses[task] = losses.get(task, loss) * 0.95 + loss * 0.05
        if step % 25 == 0:
            left = spent / done * (1 - done) / 60
            report = " ".join(f"{task} {value:.4f}" for task, value in losses.items())
            print(f"step {step} loss {report} {seen} tokens {left:.0f} min left", flush=True)
        if step % 50 == 0 or done >= 1:
            state = {
                "step": step,
                "spent": spent,
                "weights": weights,
                "average": average,
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
            }
            torch.save(state, checkpoint.with_suffix(".new"))
            os.replace(checkpoint.with_suffix(".new"), checkpoint)


if __name__ == "__main__":
    main()
