"""Cut a voice's graph in two where its decoder begins.

What does it do: a VITS voice turns text into frames of a latent variable, all of them together, and
those into audio by a HiFi-GAN decoder, which takes most of the time. Every sample of the decoder
depends on a few frames around it and no others; with these around it, a stretch of frames decodes
to exactly the samples that it has within the whole.

How does it work: by the graph's structure, not by the names in it. The decoder begins with the
convolution before the first upsampling. Behind it may only be what treats all moments alike and
looks a fixed way to either side: convolutions that keep the length, transposed ones that multiply
it, and what works value by value. Walking through them gives how far a sample looks. What does not
depend on the text, such as the speaker, goes into both parts.

How do I use it: :func:`cut` a loaded model, open both parts, and give the decoder stretches with
``before`` and ``after`` frames around them, as far as there are any. Nothing is written to disk.

Sources: Kim et al. 2021 (VITS, arXiv:2106.06103), Kong et al. 2020 (HiFi-GAN, arXiv:2010.05646),
and the operators of https://onnx.ai/onnx/operators.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import onnx
from onnx import TensorProto, helper

TEXT_INPUTS = frozenset({"input", "input_lengths"})
"""Of a Piper voice; whatever depends on these changes with time."""

# fmt: off
_VALUE_BY_VALUE = frozenset({
    "Abs", "Add", "Cast", "Clip", "Cos", "Div", "Elu", "Erf", "Exp", "Identity", "LeakyRelu", "Max",
    "Min", "Mul", "Neg", "Pow", "PRelu", "Reciprocal", "Relu", "Sigmoid", "Sin", "Softplus", "Sqrt",
    "Squeeze", "Sub", "Sum", "Tanh", "Unsqueeze",
})
# fmt: on


class NotCuttable(ValueError):
    """The graph is not of the kind that this module knows; the message says why."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A voice in two parts, each a serialised ONNX model."""

    encoder: bytes
    """From the voice's own inputs to ``latent`` and, where the graph knows them, ``durations``."""
    decoder: bytes
    """From ``latent``, and the speaker if there are several, to audio."""
    latent: str
    """Float, (batch, channels, frames)."""
    durations: str | None
    """Frames of every phoneme id, (batch, ..., ids)."""
    hop: int
    """Samples of a frame."""
    before: int
    """Frames in front of its own that a sample depends on."""
    after: int
    """Frames behind its own that a sample depends on."""


def cut(model: onnx.ModelProto) -> Parts:
    """Cut a voice whose first output is its audio. ``model`` is not changed.

    Raises:
        NotCuttable: its audio does not come from a decoder that is alike at all moments.
    """
    graph = model.graph
    audio = graph.output[0].name
    changing = _downstream(graph.node, TEXT_INPUTS)
    latent, channels = _latent(graph, audio, changing)
    decoder = _upstream(graph.node, {audio}, until={latent})
    reach = _reach(decoder, graph, latent, changing)[audio]
    durations = _durations(graph)
    wanted = [name for name in (latent, durations) if name]
    encoder = _upstream(graph.node, set(wanted), until=())
    frames = helper.make_tensor_value_info(latent, TensorProto.FLOAT, ["batch", channels, "frames"])
    return Parts(
        _part(model, encoder, [], [onnx.ValueInfoProto(name=name) for name in wanted]),
        _part(model, decoder, [frames], [graph.output[0]]),
        latent,
        durations,
        reach.rate,
        math.ceil(reach.before),
        math.ceil(reach.after),
    )


# --- where to cut ------------------------------------------------------------------------------


def _latent(graph: onnx.GraphProto, audio: str, changing: Container[str]) -> tuple[str, int]:
    """What the decoder's first convolution takes, and its channels."""
    made_by = {name: node for node in graph.node for name in node.output}
    ups = [n for n in _upstream(graph.node, {audio}, until=()) if n.op_type == "ConvTranspose"]
    if not ups:
        raise NotCuttable("it has no transposed convolution, which decoders upsample by")
    node = ups[0]
    while node.op_type != "Conv":
        sources = [name for name in node.input if name in changing]
        if len(sources) > 1:
            raise NotCuttable("several things that change with time reach its first upsampling")
        if not sources or sources[0] not in made_by:
            raise NotCuttable("no convolution comes before its first upsampling")
        node = made_by[sources[0]]
    return node.input[0], _weight_shape(node, graph)[1] * _attributes(node).get("group", 1)


def _durations(graph: onnx.GraphProto) -> str | None:
    """The second output of voices that have one; else what is rounded up, if only one thing is:
    VITS does so to the frames of every id, and nowhere else."""
    if len(graph.output) > 1:
        return str(graph.output[1].name)
    rounded = [node.output[0] for node in graph.node if node.op_type == "Ceil"]
    return str(rounded[0]) if len(rounded) == 1 else None


def _downstream(nodes: Iterable[onnx.NodeProto], names: Iterable[str]) -> set[str]:
    """Everything that depends on ``names``, these included; nodes are in order of evaluation."""
    found = set(names)
    for node in nodes:
        if not found.isdisjoint(node.input):
            found.update(node.output)
    return found


def _upstream(
    nodes: Sequence[onnx.NodeProto], names: set[str], until: Container[str]
) -> list[onnx.NodeProto]:
    """The nodes that ``names`` depend on, without those that make ``until``, in order."""
    needed = set(names)
    found = []
    for node in reversed(nodes):
        if any(name in needed and name not in until for name in node.output):
            if any(attribute.HasField("g") for attribute in node.attribute):
                raise NotCuttable(f"{node.op_type} holds a graph of its own")
            found.append(node)
            needed.update(filter(None, node.input))  # one that is left out has no name
    return found[::-1]


def _part(
    model: onnx.ModelProto,
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
) -> bytes:
    """These nodes, with the weights and the inputs of the voice that they need."""
    used = {name for node in nodes for name in node.input}
    graph = helper.make_graph(
        nodes,
        "part",
        [*inputs, *(value for value in model.graph.input if value.name in used)],
        outputs,
        [weights for weights in model.graph.initializer if weights.name in used],
    )
    made = helper.make_model(
        graph,
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
        functions=model.functions,
    )
    return bytes(made.SerializeToString())


# --- how far the decoder looks -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reach:
    """Which frames a sample of some signal depends on."""

    rate: int
    """Samples of a frame."""
    before: Fraction
    after: Fraction
    """Frames to either side of the sample's own place."""


def _reach(
    decoder: Iterable[onnx.NodeProto], graph: onnx.GraphProto, latent: str, changing: Container[str]
) -> Mapping[str, _Reach]:
    """Of every signal in the decoder."""
    found = {latent: _Reach(1, Fraction(0), Fraction(0))}
    for node in decoder:
        sources = [name for name in node.input if name in changing]
        if not sources:
            continue
        if any(name not in found for name in sources):
            raise NotCuttable(f"more than one thing in its decoder changes with time: {sources[0]}")
        wide = [found[name] for name in sources]
        if len({one.rate for one in wide}) > 1:
            raise NotCuttable(f"{node.op_type} joins signals of different rates")
        joined = _Reach(
            wide[0].rate, max(one.before for one in wide), max(one.after for one in wide)
        )
        found[node.output[0]] = _through(node, joined, graph)
    return found


def _through(node: onnx.NodeProto, reach: _Reach, graph: onnx.GraphProto) -> _Reach:
    """The reach of what ``node`` makes of a signal with this one."""
    if node.op_type in _VALUE_BY_VALUE:
        return reach
    if node.op_type not in ("Conv", "ConvTranspose"):
        raise NotCuttable(f"{node.op_type} in its decoder may depend on anything")
    set_to = _attributes(node)
    shape = _weight_shape(node, graph)
    pads = set_to.get("pads", [0, 0])
    if len(shape) != 3 or set_to.get("auto_pad", b"NOTSET") != b"NOTSET":
        raise NotCuttable(f"{node.op_type} of an unknown kind")
    # How many samples a tap lies from the first to the last, at the rate where they are apart.
    span = set_to.get("dilations", [1])[0] * (shape[2] - 1)
    (stride,) = set_to.get("strides", [1])
    if node.op_type == "Conv":
        if stride != 1 or sum(pads) != span:
            raise NotCuttable("a convolution of its decoder changes the length")
        rate, before, after = reach.rate, pads[0], pads[1]
    else:
        beyond = set_to.get("output_padding", [0])[0]
        if "output_shape" in set_to or span + 1 - sum(pads) + beyond != stride:
            raise NotCuttable("an upsampling of its decoder does not multiply the length")
        # Output j takes the inputs from (j + pad - span) / stride to (j + pad) / stride.
        rate, before, after = reach.rate * stride, span - pads[0], pads[0]
    return _Reach(rate, reach.before + Fraction(before, rate), reach.after + Fraction(after, rate))


def _attributes(node: onnx.NodeProto) -> dict[str, Any]:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def _weight_shape(node: onnx.NodeProto, graph: onnx.GraphProto) -> list[int]:
    for weights in graph.initializer:
        if weights.name == node.input[1]:
            return list(weights.dims)
    raise NotCuttable(f"the weights of a {node.op_type} are computed")
