"""Teacher parameters -> `student.pt`.

Regression with L1 losses; no adversary is needed, because the teacher is a deterministic function
of almost the same input and so leaves little to average over. The learning rate follows a cosine
over `--minutes` of processor time; stopped early, the same command carries on where it was.

glibc gives large tensors back to the kernel and asks for them again; a quarter of the time is saved by
GLIBC_TUNABLES=glibc.malloc.hugetlb=1 MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=100000000000
MALLOC_TOP_PAD_=268435456 in the environment.
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
from models.train.tts.teacher import VOICES
from models.train.tts.vocoder import envelope_points

POINTS = 48  # envelope samples that resolve 25 cepstral coefficients
F0, VOICING, ENVELOPE = 0, 1, 2
PER_ROW = ("ids", "steps", "held", "f0", "cepstrum", "strengths")
STEPS_PER_BATCH = 2560
# Items are padded to one of these lengths, because oneDNN compiles its kernels anew for every shape.
LENGTHS = (64, 128, 192, 256, 320, 384, 448, 512, 640, 768, 1024)
PEAK_RATE = 2e-3


class Corpus:
    """corpus-*.npz as training items: (speaker, ids, steps, features of 5 ms frames)."""

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("corpus-*.npz"))
        if not paths:
            raise SystemExit(f"{folder}: no corpus-*.npz; run models.train.tts.prepare first")
        shards = [np.load(path) for path in paths]
        names = [path.name.split("-")[1] for path in paths]
        self.speakers = [voice for voice in VOICES if voice in names]
        stored = {name: np.concatenate([s[name] for s in shards]) for name in PER_ROW}
        starts = np.cumsum([[0, 0], *([len(s["ids"]), len(s["f0"]) // 2] for s in shards)], 0)
        self.items = np.concatenate(
            [s["items"] + start[[0, 0, 1, 1]] for s, start in zip(shards, starts, strict=False)]
        )
        numbers = [self.speakers.index(name) for name in names]
        self.item_speaker = np.repeat(numbers, [len(s["items"]) for s in shards])
        self.frame_speaker = np.repeat(numbers, [len(s["f0"]) for s in shards])
        self.constants = {
            "warp": float(shards[0]["warp"]),
            "gain": float(shards[0]["gain"]),
            "band_filters": shards[0]["band_filters"],
        }
        for name, value in self.constants.items():
            if not all(np.array_equal(s[name], value) for s in shards):
                raise SystemExit(f"{folder}: the teachers differ in {name}; one vocoder serves all")

        f0, cepstrum = stored["f0"], stored["cepstrum"]
        voiced = np.flatnonzero(f0 > 0)
        log_f0 = np.interp(np.arange(len(f0)), voiced, np.log(f0[voiced]))
        self.features = np.empty((len(f0), 2 + POINTS + stored["strengths"].shape[1]), np.float32)
        self.features[:, F0] = log_f0
        self.features[:, VOICING] = f0 > 0
        for i in range(0, len(f0), 65536):
            rows = slice(i, i + 65536)
            self.features[rows, ENVELOPE : ENVELOPE + POINTS] = envelope_points(
                cepstrum[rows].astype(np.float32), POINTS, self.constants["warp"]
            )
        self.features[:, ENVELOPE + POINTS :] = stored["strengths"]
        self.ids, self.steps = stored["ids"], stored["steps"]

        long = self.items[:, 3] - self.items[:, 2]
        bucket = np.searchsorted(LENGTHS, long)
        self.training = _by_bucket(np.flatnonzero(~stored["held"]), bucket)
        self.held = _by_bucket(np.flatnonzero(stored["held"]), bucket)
        widths = self.items[:, 1] - self.items[:, 0]
        self.widths = [widths[bucket == k].max(initial=0) for k in range(len(LENGTHS))]

    def statistics(self) -> tuple[Tensor, Tensor]:
        """[speakers, features] each: mean, and spread."""
        found = []
        for number in range(len(self.speakers)):
            features = self.features[self.frame_speaker == number]
            mean, scale = features.mean(0), features.std(0)
            end = ENVELOPE + POINTS
            scale[ENVELOPE:end] = scale[ENVELOPE:end].mean()
            scale[end:] = scale[end:].mean()
            mean[VOICING], scale[VOICING] = 0, 1
            found.append((mean, scale))
        means, scales = zip(*found, strict=True)
        return torch.tensor(np.stack(means)), torch.tensor(np.stack(scales))

    def batches(
        self, items: list[np.ndarray], shuffler: random.Random
    ) -> list[tuple[int, np.ndarray]]:
        """(bucket, items) in random order; what is short of a batch is filled up at random."""
        found = []
        for k, some in enumerate(items):
            if not len(some):
                continue
            size = STEPS_PER_BATCH // LENGTHS[k]
            order = shuffler.sample(list(some), len(some))
            order += shuffler.choices(order, k=-len(order) % size)
            found += [(k, np.array(order[i : i + size])) for i in range(0, len(order), size)]
        shuffler.shuffle(found)
        return found

    def load(self, bucket: int, batch: np.ndarray) -> tuple[Tensor, ...]:
        """speaker [B], ids [B, P], steps [B, P], features [B, 2 T, F], frame mask [B, 2 T]"""
        width, frames = self.widths[bucket], 2 * LENGTHS[bucket]
        ids = torch.zeros(len(batch), width, dtype=torch.long)
        steps = torch.zeros(len(batch), width)
        features = torch.zeros(len(batch), frames, self.features.shape[1])
        mask = torch.zeros(len(batch), frames)
        for i, (a, b, first, last) in enumerate(self.items[batch]):
            ids[i, : b - a] = torch.from_numpy(self.ids[a:b].astype(np.int64))
            steps[i, : b - a] = torch.from_numpy(self.steps[a:b].astype(np.float32))
            features[i, : 2 * (last - first)] = torch.from_numpy(
                self.features[2 * first : 2 * last]
            )
            mask[i, : 2 * (last - first)] = 1
        return torch.from_numpy(self.item_speaker[batch]), ids, steps, features, mask


def _by_bucket(items: np.ndarray, bucket: np.ndarray) -> list[np.ndarray]:
    """The few items longer than all lengths are left out."""
    return [items[bucket[items] == k] for k in range(len(LENGTHS))]


def losses(
    student: Student, speaker: Tensor, ids: Tensor, steps: Tensor, features: Tensor, mask: Tensor
) -> dict[str, Tensor]:
    """Mean absolute errors in units of each feature's spread; voicing as cross-entropy."""
    with torch.autocast(ids.device.type, torch.bfloat16):
        encoded = student.encode(ids, speaker, padded=True)
        predicted = student.decode(encoded, steps, mask.shape[1] // 2).float()
        log_steps = student.log_steps(encoded).float()
    wanted = (features - student.mean[speaker][:, None]) / student.scale[speaker][:, None]
    count = mask.sum()
    end = ENVELOPE + POINTS

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
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of corpus-*.npz")
    parser.add_argument("--minutes", type=float, default=16)
    parser.add_argument("--start", type=Path, help="a student.pt whose weights to begin with")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)

    corpus = Corpus(args.data)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    student = Student(corpus.features.shape[1], len(corpus.speakers))
    student.mean, student.scale = corpus.statistics()
    student.to(device)
    optimizer = torch.optim.AdamW(student.parameters(), PEAK_RATE, (0.9, 0.98), weight_decay=0.01)
    size = sum(p.numel() for p in student.parameters())
    print(
        f"{' '.join(corpus.speakers)}: {sum(map(len, corpus.training))} items, "
        f"{len(corpus.features) / 12000:.0f} min, {size} parameters"
    )

    checkpoint = args.data / "student.pt"
    done = {"seconds": 0.0, "updates": 0, "epoch": 0}
    if args.start and not checkpoint.exists():
        own, other = (
            student.state_dict(),
            torch.load(args.start, map_location=device, weights_only=False)["student"],
        )
        fitting = {
            name: value
            for name, value in other.items()
            if name in own and value.shape == own[name].shape and name not in ("mean", "scale")
        }
        student.load_state_dict(own | fitting)
        print(f"beginning with {len(fitting)} of {len(own)} tensors of {args.start}")
    if checkpoint.exists():
        stored = torch.load(checkpoint, map_location=device, weights_only=False)
        student.load_state_dict(stored["student"])
        optimizer.load_state_dict(stored["optimizer"])
        done = stored["done"]
        print(f"resuming after {done['seconds'] / 60:.1f} min")

    def save() -> None:
        state = {
            "student": student.state_dict(),
            "optimizer": optimizer.state_dict(),
            "done": done,
            "speakers": corpus.speakers,
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
        for bucket, batch in corpus.batches(corpus.training, shuffler):
            begin = time.process_time()
            progress = min(1.0, done["seconds"] / budget)
            warm = min(1.0, (done["updates"] + 1) / 200)
            for group in optimizer.param_groups:
                group["lr"] = (
                    PEAK_RATE * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
                )
            parts = losses(student, *(t.to(device) for t in corpus.load(bucket, batch)))
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
            losses(student, *(t.to(device) for t in corpus.load(bucket, batch)))
            for bucket, batch in corpus.batches(corpus.held, random.Random(0))
        ]
    if held:
        means = {name: np.mean([h[name].item() for h in held]) for name in WEIGHTS}
        print("held out:", " ".join(f"{name} {value:.3f}" for name, value in means.items()))


if __name__ == "__main__":
    main()
