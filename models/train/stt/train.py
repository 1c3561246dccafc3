"""Train the recogniser on the shards of a folder, on one core and a half or a GPU, with checkpoints.

    python -m models.train.stt.train --data DIR --out DIR --minutes 80

The same command resumes from `OUT/checkpoint.pt`; `--minutes` is the sum over all runs. `--start` begins with
the weights of another run, or of a model folder that `export` wrote; their encoder may be shallower, and
`--rate 0.5` is right for both. One process makes
batches (`supply`) and takes in shards that appear meanwhile, one trains. Three losses on one encoder:
cross-entropy of the decoder, CTC over characters, and frame-wise cross-entropy over the phones that the
synthesisers printed. The first part of the time leans on the phones alone: without that the attention takes
very long to find the words.

Data, initial weights and every random draw follow `--seed`; the learning rate follows the clock, so two
machines of different speed end with different weights.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn

from models.train.stt import tokenizer as bpe
from models.train.stt.data import CHARACTERS, PHONES, Batch, read_shards
from models.train.stt.deepen import deepened
from models.train.stt.losses import losses
from models.train.stt.model import Recognizer, Shape
from models.train.stt.restore import restored
from models.train.stt.supply import Supply

PEAK_RATE = 1.5e-3
"""Of AdamW; Muon takes twice as much."""
WARM_START = 0.08
"""Share of the time that leans on phones."""
FINAL_RATE = 0.01
HEADS_APART = 500
"""Steps in which heads that a model folder does not hold learn to read the encoder, and teach it nothing."""
CHECKPOINT_S = 180.0
LONGEST_STEP_S = 5.0
"""What counts of a step at most: a training that was suspended has not learned meanwhile."""

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
    cosine = 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
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


class Run:
    """One training, possibly spread over several processes."""

    def __init__(
        self,
        data: Path,
        out: Path,
        minutes: float,
        seed: int,
        start: Path | None = None,
        rate: float = 1.0,
    ) -> None:
        self.data, self.out, self.budget_s, self.seed = data, out, minutes * 60, seed
        self.start, self.rate = start, rate
        self.step, self.utterances, self.spent_s = 0, 0, 0.0
        torch.manual_seed(seed)
        out.mkdir(parents=True, exist_ok=True)
        vocabulary = out / "tokenizer.json"
        if start and not vocabulary.exists():
            beside = start if start.is_dir() else start.parent
            shutil.copyfile(beside / "tokenizer.json", vocabulary)
        if not vocabulary.exists():
            bpe.build(self._texts()).save(str(vocabulary))
        self.tokenizer = Tokenizer.from_file(str(vocabulary))
        self.shape = Shape(vocabulary=self.tokenizer.get_vocab_size())
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = Recognizer(self.shape, len(CHARACTERS) + 1, len(PHONES)).to(self.device)
        self.optimizers = optimizers(self.model, self.model.encoder, self.model.decoder)
        checkpoint = out / "checkpoint.pt"
        if checkpoint.exists():
            state = torch.load(checkpoint, map_location=self.device, weights_only=True)
            self.model.load_state_dict(state["model"])
            for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(kept)
            self.step, self.utterances = state["step"], state["utterances"]
            self.spent_s = state["spent_s"]
            print(f"resumed at step {self.step}, {self.spent_s / 60:.1f} min", flush=True)
        elif start:
            self.model.load_state_dict(deepened(self._weights(start), self.model.state_dict()))

    def _weights(self, start: Path) -> Mapping[str, Tensor]:
        if start.is_dir():
            return restored(start)
        kept: dict[str, Tensor] = torch.load(start, map_location=self.device, weights_only=True)
        return kept["model"]

    def _texts(self) -> Iterable[str]:
        recordings = read_shards(self.data, set())
        if not recordings:
            raise SystemExit(
                f"no complete shard in {self.data}: run models.train.stt.synthesize first"
            )
        return (recording.text for recording in recordings)

    @property
    def heads_apart(self) -> bool:
        """Whether the heads are new, and what they say should not move the encoder yet."""
        return bool(self.start and self.start.is_dir()) and self.step < HEADS_APART

    @property
    def warm(self) -> bool:
        """Whether the phones still lead."""
        return not self.start and self.spent_s < WARM_START * self.budget_s

    def save(self) -> None:
        """Replace the checkpoint."""
        state = {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "shape": asdict(self.shape),
            "step": self.step,
            "utterances": self.utterances,
            "spent_s": self.spent_s,
        }
        torch.save(state, self.out / "checkpoint.partial")
        (self.out / "checkpoint.partial").rename(self.out / "checkpoint.pt")

    def train(self) -> None:
        """Until the budget is spent."""
        parameters = sum(p.numel() for p in self.model.parameters())
        print(f"{parameters / 1e6:.1f} M parameters", flush=True)
        supply = Supply(self.data, self.tokenizer, self.seed + self.step, plain=self.warm)
        batch = supply.next()
        last, before = time.monotonic(), self.spent_s
        saved, first_step, waited = self.spent_s, self.step, 0.0
        report = torch.zeros(3, device=self.device)
        warm = self.warm
        self.model.train()
        while self.spent_s < self.budget_s:
            if warm and not self.warm:
                supply.everything()
                warm = False
            learning_rate = self.rate * rate(self.spent_s / self.budget_s, self.step - first_step)
            for optimizer, factor in zip(self.optimizers, (2.0, 1.0), strict=True):
                optimizer.param_groups[0]["lr"] = factor * learning_rate
            on_device = Batch(*(tensor.to(self.device) for tensor in batch))
            ce, ctc, phones = losses(self.model, on_device, heads_apart=self.heads_apart)
            loss = 0.3 * ce + 0.1 * ctc + phones if warm else ce + 0.5 * ctc + 0.3 * phones
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0, foreach=True)
            for optimizer in self.optimizers:
                optimizer.step()
                optimizer.zero_grad()
            self.step += 1
            self.utterances += len(batch.mel)
            asked = time.monotonic()
            batch = supply.next()
            now = time.monotonic()
            waited += now - asked
            self.spent_s += min(LONGEST_STEP_S, now - last)
            last = now
            report += torch.stack([ce, ctc, phones]).detach()
            if self.step % 100 == 0:
                ce_, ctc_, phones_ = (report / 100).tolist()
                report.zero_()
                seconds = self.spent_s - before
                print(
                    f"{self.spent_s / 60:5.1f} min  step {self.step}  words {ce_:.3f}  characters {ctc_:.3f}  "
                    f"phones {phones_:.3f}  {(self.step - first_step) / seconds:.2f} steps/s  "
                    f"{self.utterances} utterances  {waited / seconds:.0%} waiting",
                    flush=True,
                )
            if self.spent_s - saved > CHECKPOINT_S:
                self.save()
                saved = self.spent_s
        self.save()
        supply.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint and tokenizer go here")
    parser.add_argument("--minutes", type=float, default=80.0)
    parser.add_argument("--start", type=Path, help="checkpoint or model folder to begin with")
    parser.add_argument("--rate", type=float, default=1.0, help="factor of the learning rates")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    keep_memory()
    Run(args.data, args.out, args.minutes, args.seed, args.start, args.rate).train()


if __name__ == "__main__":
    main()
