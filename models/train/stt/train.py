"""Train the recogniser on the shards of a folder, on one core, with checkpoints.

    nice -n 10 python -m models.train.stt.train --data DIR --out DIR --minutes 95

The same command resumes from `OUT/checkpoint.pt`; `--minutes` is the sum over all runs. Shards that appear
while training are taken in at the next pool of batches. Three losses on one encoder: cross-entropy of
the decoder, CTC over characters, and frame-wise cross-entropy over the phones that flite printed. The first
part of the time leans on the phones alone: without that the attention takes very long to find the words.

Data, initial weights and every random draw follow `--seed`; the learning rate follows the clock, so two
machines of different speed end with different weights.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from models.train.stt import tokenizer as bpe
from models.train.stt.data import CHARACTERS, IGNORE, PHONES, Batch, Batches, read_shards
from models.train.stt.model import Recognizer, Shape

BATCH = 16
PEAK_RATE = 1.5e-3
WARM_START = 0.10
"""Share of the time that leans on phones."""
FINAL_RATE = 0.02
CHECKPOINT_S = 180.0
RESCAN_BATCHES = 256


def losses(model: Recognizer, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of the words, CTC of the characters, cross-entropy of the phones."""
    with torch.autocast("cpu", torch.bfloat16):
        words, characters, phones = model(batch.mel, batch.tokens)
    ce = F.cross_entropy(
        words.float().flatten(0, 1),
        batch.targets.flatten(),
        ignore_index=IGNORE,
        label_smoothing=0.05,
    )
    ctc = F.ctc_loss(
        characters.float().log_softmax(-1).transpose(0, 1),
        batch.characters,
        batch.frame_lengths,
        batch.character_lengths,
        zero_infinity=True,
    )
    known = batch.phones.flatten() != IGNORE
    framewise = (
        F.cross_entropy(phones.float().flatten(0, 1)[known], batch.phones.flatten()[known])
        if known.any()
        else ce.new_zeros(())
    )
    return ce, ctc, framewise


def rate(done: float, step: int) -> float:
    """Learning rate: 200 steps up, then half a cosine down over the whole time."""
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
    return PEAK_RATE * min(1.0, (step + 1) / 200) * (FINAL_RATE + (1 - FINAL_RATE) * cosine)


class Run:
    """One training, possibly spread over several processes."""

    def __init__(self, data: Path, out: Path, minutes: float, seed: int) -> None:
        self.data, self.out, self.budget_s = data, out, minutes * 60
        self.step, self.spent_s = 0, 0.0
        torch.manual_seed(seed)
        self.shards: set[str] = set()
        recordings = read_shards(data, self.shards)
        if not recordings:
            raise SystemExit(f"no complete shard in {data}: run models.train.stt.synthesize first")
        out.mkdir(parents=True, exist_ok=True)
        vocabulary = out / "tokenizer.json"
        if not vocabulary.exists():
            bpe.build(r.text for r in recordings).save(str(vocabulary))
        tokens = Tokenizer.from_file(str(vocabulary))
        self.shape = Shape(vocabulary=tokens.get_vocab_size())
        self.model = Recognizer(self.shape, len(CHARACTERS) + 1, len(PHONES))
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.02, fused=True
        )
        checkpoint = out / "checkpoint.pt"
        if checkpoint.exists():
            state = torch.load(checkpoint, weights_only=True)
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.step, self.spent_s = state["step"], state["spent_s"]
            print(f"resumed at step {self.step}, {self.spent_s / 60:.1f} min", flush=True)
        self.batches = Batches(recordings, tokens, seed + self.step)

    def save(self) -> None:
        """Replace the checkpoint."""
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "shape": asdict(self.shape),
            "step": self.step,
            "spent_s": self.spent_s,
        }
        torch.save(state, self.out / "checkpoint.partial")
        (self.out / "checkpoint.partial").rename(self.out / "checkpoint.pt")

    def train(self) -> None:
        """Until the budget is spent."""
        parameters = sum(p.numel() for p in self.model.parameters())
        print(
            f"{parameters / 1e6:.1f} M parameters, {len(self.batches.recordings)} utterances",
            flush=True,
        )
        began, before = time.monotonic(), self.spent_s
        saved, first_step, report = self.spent_s, self.step, torch.zeros(3)
        source, warm = self._source()
        self.model.train()
        while self.spent_s < self.budget_s:
            done = self.spent_s / self.budget_s
            if (warm and done >= WARM_START) or (
                self.step % RESCAN_BATCHES == 0 and self._rescan()
            ):
                source, warm = self._source()
            for group in self.optimizer.param_groups:
                group["lr"] = rate(done, self.step)
            ce, ctc, phones = losses(self.model, next(source))
            loss = 0.3 * ce + 0.1 * ctc + phones if warm else ce + 0.5 * ctc + 0.3 * phones
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.optimizer.zero_grad()
            self.step += 1
            self.spent_s = before + time.monotonic() - began
            report += torch.stack([ce, ctc, phones]).detach()
            if self.step % 100 == 0:
                ce_, ctc_, phones_ = (report / 100).tolist()
                report.zero_()
                per_s = (self.step - first_step) / (self.spent_s - before)
                print(
                    f"{self.spent_s / 60:5.1f} min  step {self.step}  words {ce_:.3f}  characters {ctc_:.3f}  "
                    f"phones {phones_:.3f}  {per_s:.2f} steps/s",
                    flush=True,
                )
            if self.spent_s - saved > CHECKPOINT_S:
                self.save()
                saved = self.spent_s
        self.save()

    def _source(self) -> tuple[Iterator[Batch], bool]:
        warm = self.spent_s / self.budget_s < WARM_START
        return (self.batches.warm_start if warm else self.batches.training)(BATCH), warm

    def _rescan(self) -> bool:
        new = read_shards(self.data, self.shards)
        self.batches.recordings += new
        if new:
            print(f"{len(self.batches.recordings)} utterances", flush=True)
        return bool(new)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint and tokenizer go here")
    parser.add_argument("--minutes", type=float, default=95.0)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    Run(args.data, args.out, args.minutes, args.seed).train()


if __name__ == "__main__":
    main()
