"""Teacher parameters -> `student.pt`.

Regression with L1 losses; no adversary is needed, because the teacher is a deterministic function
of almost the same input and so leaves little to average over. The learning rate follows a cosine
over `--minutes` of processor time; stopped early, the same command carries on where it was.
"""

import argparse
import math
import random
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from models.train.tts.network import Student
from models.train.tts.vocoder import envelope_points

POINTS = {8000: 32, 16000: 48}  # envelope samples that resolve 25 cepstral coefficients
F0, VOICING, ENVELOPE = 0, 1, 2
PER_ROW = ("ids", "steps", "held", "f0", "cepstrum", "strengths")
STEPS_PER_BATCH = 2400
PEAK_RATE = 2e-3


class Corpus:
    """corpus-*.npz as training items: (ids, steps, features of 5 ms frames)."""

    def __init__(self, folder: Path, sample_rate: int) -> None:
        shards = [np.load(path) for path in sorted(folder.glob("corpus-*.npz"))]
        if not shards:
            raise SystemExit(f"{folder}: no corpus-*.npz; run models.train.tts.prepare first")
        stored = {name: np.concatenate([s[name] for s in shards]) for name in PER_ROW}
        starts = np.cumsum([[0, 0], *([len(s["ids"]), len(s["f0"]) // 2] for s in shards)], 0)
        items = [s["items"] + start[[0, 0, 1, 1]] for s, start in zip(shards, starts, strict=False)]
        self.points = POINTS[sample_rate]
        self.constants = {
            "warp": float(shards[0]["warp"]),
            "gain": float(shards[0]["gain"]),
            "band_filters": shards[0]["band_filters"],
        }
        f0, cepstrum = stored["f0"], stored["cepstrum"]
        voiced = np.flatnonzero(f0 > 0)
        log_f0 = np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced]))
        self.features = np.empty(
            (len(f0), 2 + self.points + stored["strengths"].shape[1]), np.float32
        )
        self.features[:, F0] = log_f0
        self.features[:, VOICING] = f0 > 0
        for i in range(0, len(f0), 65536):
            rows = slice(i, i + 65536)
            self.features[rows, ENVELOPE : ENVELOPE + self.points] = envelope_points(
                cepstrum[rows].astype(np.float32), self.points, sample_rate, self.constants["warp"]
            )
        self.features[:, ENVELOPE + self.points :] = stored["strengths"]
        self.ids, self.steps, self.items = stored["ids"], stored["steps"], np.concatenate(items)
        self.training = np.flatnonzero(~stored["held"])
        self.held = np.flatnonzero(stored["held"])

    def statistics(self) -> tuple[Tensor, Tensor]:
        mean = self.features.mean(0)
        scale = self.features.std(0)
        end = ENVELOPE + self.points
        scale[ENVELOPE:end] = scale[ENVELOPE:end].mean()
        scale[end:] = scale[end:].mean()
        mean[VOICING], scale[VOICING] = 0, 1
        return torch.tensor(mean), torch.tensor(scale)

    def batches(self, items: np.ndarray, shuffler: random.Random) -> list[np.ndarray]:
        """Items of like length together, about STEPS_PER_BATCH each, in random order."""
        length = self.items[items, 3] - self.items[items, 2]
        order = items[np.argsort(length + np.array([shuffler.random() * 40 for _ in items]))]
        found, batch, longest = [], [], 0
        for item in order:
            longest = max(longest, self.items[item, 3] - self.items[item, 2])
            if batch and longest * (len(batch) + 1) > STEPS_PER_BATCH:
                found.append(np.array(batch))
                batch, longest = [], self.items[item, 3] - self.items[item, 2]
            batch.append(item)
        if batch:
            found.append(np.array(batch))
        shuffler.shuffle(found)
        return found

    def load(self, batch: np.ndarray) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """ids [B, P], steps [B, P], features [B, 2 T, F], frame mask [B, 2 T]"""
        rows = self.items[batch]
        width = int((rows[:, 1] - rows[:, 0]).max())
        frames = 2 * int((rows[:, 3] - rows[:, 2]).max())
        ids = torch.zeros(len(batch), width, dtype=torch.long)
        steps = torch.zeros(len(batch), width)
        features = torch.zeros(len(batch), frames, self.features.shape[1])
        mask = torch.zeros(len(batch), frames)
        for i, (a, b, first, last) in enumerate(rows):
            ids[i, : b - a] = torch.from_numpy(self.ids[a:b].astype(np.int64))
            steps[i, : b - a] = torch.from_numpy(self.steps[a:b].astype(np.float32))
            features[i, : 2 * (last - first)] = torch.from_numpy(
                self.features[2 * first : 2 * last]
            )
            mask[i, : 2 * (last - first)] = 1
        return ids, steps, features, mask


def losses(
    student: Student, points: int, ids: Tensor, steps: Tensor, features: Tensor, mask: Tensor
) -> dict[str, Tensor]:
    """Mean absolute errors in units of each feature's spread; voicing as cross-entropy."""
    with torch.autocast("cpu", torch.bfloat16):
        encoded = student.encode(ids)
        predicted = student.decode(encoded, steps).float()
        log_steps = student.log_steps(encoded).float()
    wanted = (features - student.mean) / student.scale
    count = mask.sum()
    end = ENVELOPE + points

    def average(values: Tensor, weight: Tensor = mask) -> Tensor:
        return (values * weight).sum() / count

    voiced = features[..., VOICING]
    error = (predicted - wanted).abs()
    change = ((predicted[:, 1:] - predicted[:, :-1]) - (wanted[:, 1:] - wanted[:, :-1])).abs()
    real = (ids > 0).float()  # padding lasts no time, and is not predicted
    duration = (log_steps - torch.log(steps + 1)).abs()
    return {
        "f0": average(error[..., F0], mask * (0.1 + 0.9 * voiced)),
        "voicing": average(
            functional.binary_cross_entropy_with_logits(
                predicted[..., VOICING], voiced, reduction="none"
            )
        ),
        "envelope": average(error[..., ENVELOPE:end].mean(-1)),
        "change": average(change[..., ENVELOPE:end].mean(-1), mask[:, 1:]),
        "strengths": average(error[..., end:].mean(-1)),
        "duration": (duration * real).sum() / real.sum(),
    }


WEIGHTS = {
    "f0": 1.0, "voicing": 1.0, "envelope": 4.0, "change": 3.0, "strengths": 0.7, "duration": 1.0
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of corpus-*.npz")
    parser.add_argument("--minutes", type=float, default=16)
    parser.add_argument("--rate", type=int, choices=POINTS, default=8000, help="samples per second")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    corpus = Corpus(args.data, args.rate)
    student = Student(corpus.features.shape[1])
    student.mean, student.scale = corpus.statistics()
    optimizer = torch.optim.AdamW(student.parameters(), PEAK_RATE, (0.9, 0.98), weight_decay=0.01)
    size = sum(p.numel() for p in student.parameters())
    print(
        f"{len(corpus.training)} items, {len(corpus.features) / 12000:.0f} min, {size} parameters"
    )

    checkpoint = args.data / f"student-{args.rate}.pt"
    done = {"seconds": 0.0, "updates": 0, "epoch": 0}
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=False)
        student.load_state_dict(stored["student"])
        optimizer.load_state_dict(stored["optimizer"])
        done = stored["done"]
        print(f"resuming after {done['seconds'] / 60:.1f} min")

    def save() -> None:
        state = {
            "student": student.state_dict(),
            "optimizer": optimizer.state_dict(),
            "done": done,
            "rate": args.rate,
            "points": corpus.points,
            "constants": corpus.constants,
        }
        torch.save(state, checkpoint.with_suffix(".new"))
        checkpoint.with_suffix(".new").replace(checkpoint)

    budget = args.minutes * 60
    running: dict[str, float] = {}
    last_save = done["seconds"]
    while done["seconds"] < budget:
        done["epoch"] += 1
        shuffler = random.Random(f"{args.seed} {done['epoch']}")
        for batch in corpus.batches(corpus.training, shuffler):
            begin = time.process_time()
            progress = min(1.0, done["seconds"] / budget)
            warm = min(1.0, (done["updates"] + 1) / 200)
            for group in optimizer.param_groups:
                group["lr"] = (
                    PEAK_RATE * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
                )
            parts = losses(student, corpus.points, *corpus.load(batch))
            total = sum(WEIGHTS[name] * value for name, value in parts.items())
            optimizer.zero_grad()
            total.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            done["updates"] += 1
            done["seconds"] += time.process_time() - begin
            for name, value in parts.items():
                running[name] = 0.98 * running.get(name, value.item()) + 0.02 * value.item()
            if done["updates"] % 50 == 0:
                report = " ".join(f"{name} {value:.3f}" for name, value in running.items())
                print(
                    f"{done['seconds'] / 60:5.1f}/{args.minutes:g} min, epoch {done['epoch']}, "
                    f"update {done['updates']}: {report}",
                    flush=True,
                )
            if done["seconds"] - last_save > 180 or done["seconds"] >= budget:
                save()
                last_save = done["seconds"]
            if done["seconds"] >= budget:
                break

    student.eval()
    with torch.no_grad():
        held = [
            losses(student, corpus.points, *corpus.load(batch))
            for batch in corpus.batches(corpus.held, random.Random(0))
        ]
    if held:
        means = {name: np.mean([h[name].item() for h in held]) for name in WEIGHTS}
        print("held out:", " ".join(f"{name} {value:.3f}" for name, value in means.items()))


if __name__ == "__main__":
    main()
