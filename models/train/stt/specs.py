"""The modules of `model` in CTranslate2's terms, float32."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from ctranslate2.specs.attention_spec import MultiHeadAttentionSpec
from ctranslate2.specs.common_spec import LayerNormSpec, LinearSpec
from ctranslate2.specs.transformer_spec import FeedForwardSpec
from torch import nn

from models.train.stt.model import Attention, FeedForward


def array(tensor: torch.Tensor) -> npt.NDArray[np.float32]:
    return tensor.detach().float().contiguous().numpy()


def fill_norm(spec: LayerNormSpec, norm: nn.LayerNorm) -> None:
    spec.gamma, spec.beta = array(norm.weight), array(norm.bias)


def fill_linear(spec: LinearSpec, linear: nn.Linear) -> None:
    spec.weight, spec.bias = array(linear.weight), array(linear.bias)


def fill_attention(spec: MultiHeadAttentionSpec, attention: Attention) -> None:
    fill_norm(spec.layer_norm, attention.norm)
    query = [] if attention.query is None else [attention.query]
    for target, linear in zip(spec.linear, [*query, attention.in_, attention.out], strict=True):
        fill_linear(target, linear)


def fill_feed_forward(spec: FeedForwardSpec, ffn: FeedForward) -> None:
    fill_norm(spec.layer_norm, ffn.norm)
    fill_linear(spec.linear_0, ffn.up)
    fill_linear(spec.linear_1, ffn.down)
