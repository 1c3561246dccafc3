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
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor

from models.train.stt import tokenizer as bpe
from models.train.stt.course import Course, keep_memory
from models.train.stt.data import CHARACTERS, HOP, PHONES, Batch, read_shards
from models.train.stt.deepen import deepened
from models.train.stt.losses import losses
from models.train.stt.model import Recognizer, Shape
from models.train.stt.restore import restored
from models.train.stt.supply import Supply

WARM_START = 0.08
"""Share of the time that leans on phones."""
HEADS_APART = 500
"""Steps in which heads that a model folder does not hold learn to read the encoder, and teach it nothing."""


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
        hop: int = HOP,
    ) -> None:
        self.data, self.seed, self.start, self.hop = data, seed, start, hop
        torch.manual_seed(seed)
        out.mkdir(parents=True, exist_ok=True)
        vocabulary, checkpoint = out / "tokenizer.json", out / "checkpoint.pt"
        if start and not vocabulary.exists():
            beside = start if start.is_dir() else start.parent
            shutil.copyfile(beside / "tokenizer.json", vocabulary)
        if not vocabulary.exists():
            bpe.build(self._texts()).save(str(vocabulary))
        self.tokenizer = Tokenizer.from_file(str(vocabulary))
        shape = Shape(vocabulary=self.tokenizer.get_vocab_size())
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = Recognizer(shape, len(CHARACTERS) + 1, len(PHONES)).to(self.device)
        if start and not checkpoint.exists():
            self.model.load_state_dict(deepened(self._weights(start), self.model.state_dict()))
        self.course = Course(
            checkpoint, self.model, self.model.encoder, self.model.decoder,
            minutes=minutes, rate=rate, about={"shape": asdict(shape)},
        )  # fmt: skip

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
        return bool(self.start and self.start.is_dir()) and self.course.step < HEADS_APART

    @property
    def warm(self) -> bool:
        """Whether the phones still lead."""
        return not self.start and self.course.done < WARM_START

    def train(self) -> None:
        """Until the budget is spent."""
        parameters = sum(p.numel() for p in self.model.parameters())
        print(f"{parameters / 1e6:.1f} M parameters", flush=True)
        seed = self.seed + self.course.step
        supply = Supply(self.data, self.tokenizer, seed, self.hop, plain=self.warm)
        self.model.train()
        while self.course.done < 1:
            if not self.warm:
                supply.everything()
            batch = Batch(*(tensor.to(self.device) for tensor in supply.next()))
            ce, ctc, phones = losses(self.model, batch, heads_apart=self.heads_apart)
            loss = 0.3 * ce + 0.1 * ctc + phones if self.warm else ce + 0.5 * ctc + 0.3 * phones
            self.course.learn(loss, words=ce, characters=ctc, phones=phones)
        self.course.save()
        supply.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of shards")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint and tokenizer go here")
    parser.add_argument("--minutes", type=float, default=80.0)
    parser.add_argument("--start", type=Path, help="checkpoint or model folder to begin with")
    parser.add_argument("--rate", type=float, default=1.0, help="factor of the learning rates")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hop", type=int, default=HOP, help="samples from frame to frame")
    args = parser.parse_args()
    keep_memory()
    Run(args.data, args.out, args.minutes, args.seed, args.start, args.rate, args.hop).train()


if __name__ == "__main__":
    main()
