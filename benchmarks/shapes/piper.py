"""Piper voices with random weights in real shapes (VITS, ONNX).

The text encoder, the flow and the HiFi-GAN decoder have the real layers in the real sizes. Two
things are left out: the stochastic duration predictor, in whose place every phoneme id lasts the
same time, which also fixes the length of what is said; and the relative positions of the encoder's
attention. What comes out is noise.

Sizes: Kim et al. 2021 (VITS), Kong et al. 2020 (HiFi-GAN), and OHF-Voice/piper1-gpl
``train/vits/config.py`` with its quality presets.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

from benchmarks.shapes.cached import cached

_HEADS, _ENCODER_LAYERS = 2, 6
_FLOWS, _FLOW_LAYERS = 4, 4
_SPEAKER_WIDTH = 512
_IDS_PER_SECOND = 30
"""Piper puts a blank between phonemes, of which English has about 15 a second."""


@dataclass(frozen=True, slots=True)
class PiperShape:
    """What makes a voice as large as it is."""

    sample_rate: int
    hidden: int
    """Channels of encoder and flow."""
    feed_forward: int
    decoder: int = 256
    """Channels that the decoder begins with."""
    upsampling: tuple[tuple[int, int], ...] = ((8, 16), (8, 16), (4, 8))
    """(factor, kernel) of each stage; the product of the factors is the hop."""
    kernels: tuple[int, ...] = (3, 5, 7)
    """Of each stage's residual blocks."""
    dilations: tuple[tuple[int, ...], ...] = ((1, 2), (2, 6), (3, 12))
    speakers: int = 1

    @property
    def hop(self) -> int:
        """Samples per frame."""
        return int(np.prod([factor for factor, _ in self.upsampling]))


SHAPES = {
    "x_low": PiperShape(16000, 96, 384),
    "medium": PiperShape(22050, 192, 768),
    "medium-multi": PiperShape(22050, 192, 768, speakers=109),
}


def model(folder: Path, name: str) -> Path:
    """The folder of this voice below ``folder``, made if it is not there."""
    return cached(folder / f"piper-{name}", partial(write, SHAPES[name]))


def write(shape: PiperShape, folder: Path) -> None:
    """Write ``voice.onnx`` and ``voice.onnx.json`` as Piper's own export names and shapes them."""
    folder.mkdir(parents=True)
    onnx.save(_Graph(shape).voice(), str(folder / "voice.onnx"))
    names = {f"speaker {n}": n for n in range(shape.speakers)} if shape.speakers > 1 else {}
    config = {
        "audio": {"sample_rate": shape.sample_rate},
        "espeak": {"voice": "en-us"},
        "phoneme_type": "espeak",
        "num_symbols": 256,
        "num_speakers": shape.speakers,
        "speaker_id_map": names,
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    }
    (folder / "voice.onnx.json").write_text(json.dumps(config))


class _Graph:
    """Builds the graph node by node; every method returns the name of its output."""

    def __init__(self, shape: PiperShape) -> None:
        self._shape = shape
        self._rng = np.random.default_rng(0)
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def voice(self) -> onnx.ModelProto:
        """The whole voice."""
        shape, hidden = self._shape, self._shape.hidden
        speaker = None
        if shape.speakers > 1:
            table = self._weights(shape.speakers, _SPEAKER_WIDTH)
            speaker = self._node("Unsqueeze", self._node("Gather", table, "sid"), self._ints(2))
        means, spread = self._split(self._encoder(), hidden)
        lasts = self._lasts()
        means, spread = self._spoken(means, lasts), self._spoken(spread, lasts)
        noise = self._node("RandomNormalLike", means)
        loud = self._node("Mul", noise, self._node("Gather", "scales", self._int(0)))
        x = self._node("Add", means, self._node("Mul", loud, self._node("Exp", spread)))
        for _ in range(_FLOWS):
            x = self._flow(x, speaker)
        x = self._decoder(x, speaker)
        self._node("Unsqueeze", x, self._ints(1), output="output")
        inputs = [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["batch", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ]
        if speaker:
            inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch"]))
        output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch", 1, 1, "time"])
        graph = helper.make_graph(self._nodes, "random", inputs, [output], self._constants)
        made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
        made.ir_version = 8
        onnx.checker.check_model(made)
        return made

    # --- parts -------------------------------------------------------------------------------

    def _encoder(self) -> str:
        """Ids to means and log deviations, (batch, 2 hidden, phonemes)."""
        hidden, ff = self._shape.hidden, self._shape.feed_forward
        x = self._node("Gather", self._weights(256, hidden), "input")  # batch, phonemes, hidden
        for _ in range(_ENCODER_LAYERS):
            x = self._norm(self._node("Add", x, self._attention(x)), hidden)
            wide = self._node("Relu", self._conv(self._turned(x), hidden, ff, 3))
            narrow = self._turned(self._conv(wide, ff, hidden, 3))
            x = self._norm(self._node("Add", x, narrow), hidden)
        return self._conv(self._turned(x), hidden, 2 * hidden, 1)

    def _attention(self, x: str) -> str:
        hidden = self._shape.hidden
        q, k, v = (
            self._node("Transpose", self._node("Reshape", y, self._heads()), perm=[0, 2, 1, 3])
            for y in (self._node("MatMul", x, self._weights(hidden, hidden)) for _ in range(3))
        )
        scores = self._node("MatMul", q, self._node("Transpose", k, perm=[0, 1, 3, 2]))
        scaled = self._node("Mul", scores, self._float((hidden / _HEADS) ** -0.5))
        mixed = self._node("MatMul", self._node("Softmax", scaled, axis=-1), v)
        joined = self._node("Transpose", mixed, perm=[0, 2, 1, 3])
        flat = self._node("Reshape", joined, self._ints(0, 0, hidden))
        return self._node("MatMul", flat, self._weights(hidden, hidden))

    def _heads(self) -> str:
        return self._ints(0, 0, _HEADS, self._shape.hidden // _HEADS)

    def _lasts(self) -> str:
        """Frames of every id, one number. As in VITS, what is rounded up is one number for each."""
        frames = self._shape.sample_rate / self._shape.hop / _IDS_PER_SECOND
        pace = self._node("Gather", "scales", self._int(1))
        exact = self._node("Sub", self._node("Mul", pace, self._float(frames)), self._float(0.5))
        least = self._node("Max", exact, self._float(1))
        each = self._node("Ceil", self._node("Expand", least, self._node("Shape", "input")))
        lasts = self._node("ReduceMax", each, keepdims=0)
        return self._node("Cast", lasts, to=TensorProto.INT64)

    def _spoken(self, x: str, lasts: str) -> str:
        """Every id as many frames as it lasts: (batch, hidden, frames)."""
        ids = self._node("Gather", self._node("Shape", x), self._int(2))
        every = self._node("Range", self._int(0), self._node("Mul", ids, lasts), self._int(1))
        return self._node("Gather", x, self._node("Div", every, lasts), axis=2)

    def _flow(self, x: str, speaker: str | None) -> str:
        """One coupling layer: half of the channels are shifted by what the other half says."""
        hidden = self._shape.hidden
        half = hidden // 2
        kept, moved = self._split(x, half)
        y = self._conv(kept, half, hidden, 1)
        skipped: str | None = None
        for layer in range(_FLOW_LAYERS):
            last = layer == _FLOW_LAYERS - 1
            gates = self._conv(y, hidden, 2 * hidden, 5)
            if speaker:
                given = self._conv(speaker, _SPEAKER_WIDTH, 2 * hidden, 1)
                gates = self._node("Add", gates, given)
            a, b = self._split(gates, hidden)
            acts = self._node("Mul", self._node("Tanh", a), self._node("Sigmoid", b))
            both = self._conv(acts, hidden, hidden if last else 2 * hidden, 1)
            skip = both
            if not last:
                stay, skip = self._split(both, hidden)
                y = self._node("Add", y, stay)
            skipped = skip if skipped is None else self._node("Add", skipped, skip)
        assert skipped is not None, "there are layers"
        shift = self._conv(skipped, hidden, half, 1)
        # The halves change places, as the flip between coupling layers has it.
        return self._node("Concat", self._node("Sub", moved, shift), kept, axis=1)

    def _decoder(self, x: str, speaker: str | None) -> str:
        shape = self._shape
        channels = shape.decoder
        x = self._conv(x, shape.hidden, channels, 7)
        if speaker:
            x = self._node("Add", x, self._conv(speaker, _SPEAKER_WIDTH, channels, 1))
        for factor, kernel in shape.upsampling:
            x = self._node("LeakyRelu", x, alpha=0.1)
            x = self._node(
                "ConvTranspose",
                x,
                self._weights(channels, channels // 2, kernel),
                strides=[factor],
                pads=[(kernel - factor) // 2] * 2,
            )
            channels //= 2
            blocks = [
                self._residual(x, channels, size, dilations)
                for size, dilations in zip(shape.kernels, shape.dilations, strict=True)
            ]
            x = self._node("Div", self._node("Sum", *blocks), self._float(len(blocks)))
        x = self._conv(self._node("LeakyRelu", x, alpha=0.01), channels, 1, 7)
        return self._node("Tanh", x)

    def _residual(self, x: str, channels: int, kernel: int, dilations: tuple[int, ...]) -> str:
        for dilation in dilations:
            y = self._node("LeakyRelu", x, alpha=0.1)
            x = self._node("Add", x, self._conv(y, channels, channels, kernel, dilation))
        return x

    # --- pieces ------------------------------------------------------------------------------

    def _node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        output = output or f"x{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def _conv(self, x: str, inputs: int, outputs: int, kernel: int, dilation: int = 1) -> str:
        padding = dilation * (kernel - 1) // 2
        return self._node(
            "Conv",
            x,
            self._weights(outputs, inputs, kernel),
            self._constant(np.zeros(outputs, np.float32)),
            pads=[padding, padding],
            dilations=[dilation],
        )

    def _norm(self, x: str, width: int) -> str:
        scale = self._constant(np.ones(width, np.float32))
        return self._node("LayerNormalization", x, scale, axis=-1)

    def _split(self, x: str, first: int) -> tuple[str, str]:
        """The channels before ``first`` and the ``first`` ones behind them."""
        low = self._node("Slice", x, self._ints(0), self._ints(first), self._ints(1))
        high = self._node("Slice", x, self._ints(first), self._ints(2 * first), self._ints(1))
        return low, high

    def _turned(self, x: str) -> str:
        return self._node("Transpose", x, perm=[0, 2, 1])

    def _weights(self, *size: int) -> str:
        """So large that a layer changes its input's level little."""
        fan_in = int(np.prod(size[1:]))
        return self._constant(self._rng.standard_normal(size, np.float32) * fan_in**-0.5)

    def _ints(self, *values: int) -> str:
        return self._constant(np.array(values, np.int64))

    def _int(self, value: int) -> str:
        return self._constant(np.array(value, np.int64))

    def _float(self, value: float) -> str:
        return self._constant(np.array(value, np.float32))

    def _constant(self, array: npt.NDArray[np.generic]) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name
