"""The mean of several recognisers' weights, as a run that `export` writes.

    python -m models.train.stt.mean --models models/starter/stt RUN RUN --out DIR

Each is a model folder or the folder of a run, one of them at least a run; all have the same shape, and began with
the same weights. What the mean knows it knows for more speakers than any of them (Wortsman et al. 2022,
"Model soups", arXiv:2203.05482).
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

from models.train.stt.restore import restored


def mean(weights: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """Of each weight, over those that have it: the heads of training are in no model folder.

    Raises:
        ValueError: there is none, or they are of different shapes.
    """
    names = dict.fromkeys(name for each in weights for name in each)
    found: dict[str, Tensor] = {}
    for name in names:
        some = [each[name] for each in weights if name in each]
        if len({one.shape for one in some}) > 1:
            raise ValueError(f"{name} has a different shape in each: take models of one shape")
        found[name] = torch.stack(some).mean(0)
    if not found:
        raise ValueError("there is no model to take the mean of")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    runs = [path for path in args.models if (path / "checkpoint.pt").is_file()]
    if not runs:
        parser.error("one of the models must be the folder of a run")
    states = {
        run: torch.load(run / "checkpoint.pt", map_location="cpu", weights_only=True)
        for run in runs
    }
    weights = [states[path]["model"] if path in states else restored(path) for path in args.models]
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save({**states[runs[0]], "model": mean(weights)}, args.out / "checkpoint.pt")
    shutil.copy(runs[0] / "tokenizer.json", args.out)


if __name__ == "__main__":
    main()
