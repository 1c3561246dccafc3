"""Weights of a trained recogniser, laid out for one with more encoder layers."""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

LAST = ("attention.out", "ffn.down")
"""What a layer adds to its input comes out of these: at zero the layer changes nothing."""


def deepened(trained: Mapping[str, Tensor], fresh: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights `trained` with the names of `fresh`, whose encoder may have more layers.

    Heads that `trained` lacks are those of `fresh`. The new layers are spread over the depth, keep the random weights of `fresh` and begin as the identity
    (Chen et al. 2016, arXiv:1511.05641), so the deeper model computes what the trained one did.

    Raises:
        ValueError: `trained` has more layers than `fresh`.
    """
    old, new = _layers(trained), _layers(fresh)
    if old > new:
        raise ValueError(f"{old} encoder layers do not fit into {new}: start from a smaller model")
    places = {i * new // old: i for i in range(old)}
    weights: dict[str, Tensor] = {}
    for name, value in fresh.items():
        match = re.fullmatch(r"encoder\.(\d+)\.(.+)", name)
        if not match:
            weights[name] = value if "_head." in name and name not in trained else trained[name]
        elif (place := int(match[1])) in places:
            weights[name] = trained[f"encoder.{places[place]}.{match[2]}"]
        elif match[2].startswith(LAST):
            weights[name] = torch.zeros_like(value)
        else:
            weights[name] = value
    return weights


def _layers(weights: Mapping[str, Tensor]) -> int:
    return sum(name.endswith(".ffn.up.weight") for name in weights if name.startswith("encoder."))
