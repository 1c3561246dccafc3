"""Voices cut where their decoder begins: random weights in the layers of real ones."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from benchmarks.shapes import piper
from pipeline.engines.vits import NotCuttable, Parts, cut

IDS = 20


def voice(folder: Path, speakers: int = 1, **sizes: object) -> onnx.ModelProto:
    """Small, but with the layers of a real one."""
    shape = piper.PiperShape(16000, 32, 64, decoder=32, speakers=speakers, **sizes)  # type: ignore[arg-type]
    piper.write(shape, folder / "voice")
    return onnx.load(folder / "voice" / "voice.onnx")


INPUTS = {
    "input": np.arange(1, IDS + 1, dtype=np.int64)[None],
    "input_lengths": np.array([IDS], np.int64),
    "scales": np.array([0, 1, 0], np.float32),
    "sid": np.array([2], np.int64),
}


def run(model: bytes, **more: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    given = INPUTS | more
    return list(session.run(None, {i.name: given[i.name] for i in session.get_inputs()}))


class Opened:
    """Both parts of a voice, and what the whole makes of the same text."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.parts: Parts = cut(model)
        self.whole = run(model.SerializeToString())[0].reshape(-1)
        self.latent, *self.durations = run(self.parts.encoder)
        self._decoder = onnxruntime.InferenceSession(
            self.parts.decoder, providers=["CPUExecutionProvider"]
        )

    def decode(self, latent: np.ndarray) -> np.ndarray:
        given = INPUTS | {self.parts.latent: latent}
        names = [i.name for i in self._decoder.get_inputs()]
        return np.asarray(self._decoder.run(None, {n: given[n] for n in names})[0]).reshape(-1)


STAGES = {
    "single": {},
    "multi": {"speakers": 3},
    "high": {
        "upsampling": ((8, 16), (8, 16), (2, 4), (2, 4)),
        "kernels": (3, 7, 11),
        "dilations": ((1, 3, 5),) * 3,
    },
}


@pytest.fixture(scope="module", params=STAGES.values(), ids=STAGES)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return Opened(voice(tmp_path_factory.mktemp("voice"), **request.param))


def test_both_parts_together_are_the_whole(opened: Opened) -> None:
    audio = opened.decode(opened.latent)
    assert opened.whole.std() > 0.01
    np.testing.assert_allclose(audio, opened.whole, atol=1e-6)
    assert len(audio) == opened.latent.shape[2] * opened.parts.hop == 256 * opened.latent.shape[2]


def test_durations_account_for_every_frame(opened: Opened) -> None:
    (durations,) = opened.durations
    assert durations.size == IDS
    assert durations.sum() == opened.latent.shape[2]


@settings(deadline=None, max_examples=30)
@given(st.data())
def test_any_stretch_decodes_to_its_samples_of_the_whole(
    opened: Opened, data: st.DataObject
) -> None:
    parts, frames = opened.parts, opened.latent.shape[2]
    start = data.draw(st.integers(0, frames - 1))
    stop = data.draw(st.integers(start + 1, frames))
    first, last = max(0, start - parts.before), min(frames, stop + parts.after)
    audio = opened.decode(opened.latent[:, :, first:last])
    audio = audio[(start - first) * parts.hop : (stop - first) * parts.hop]
    wanted = opened.whole[start * parts.hop : stop * parts.hop]
    np.testing.assert_allclose(audio, wanted, atol=5e-6)


def test_a_frame_is_heard_as_far_as_is_said_and_no_further(opened: Opened) -> None:
    parts, middle = opened.parts, opened.latent.shape[2] // 2
    other = opened.latent.copy()
    other[:, :, middle] += 100
    changed = np.flatnonzero(opened.decode(other) != opened.decode(opened.latent))
    earliest, latest = (middle - parts.after) * parts.hop, (middle + 1 + parts.before) * parts.hop
    assert earliest <= changed[0] < earliest + 2 * parts.hop
    assert latest - 2 * parts.hop < changed[-1] < latest


def test_speakers_are_carried_over(tmp_path: Path) -> None:
    parts = cut(voice(tmp_path, speakers=3))
    latent = run(parts.encoder)[0]
    one, other = (
        run(parts.decoder, sid=np.array([n]), **{parts.latent: latent})[0] for n in (0, 1)
    )
    assert np.abs(one - other).max() > 1e-3


def test_the_voice_is_not_changed(tmp_path: Path) -> None:
    model = voice(tmp_path)
    before = model.SerializeToString()
    cut(model)
    assert model.SerializeToString() == before


# --- what cannot be cut ------------------------------------------------------------------------


def node_of(model: onnx.ModelProto, kind: str, which: int = 0) -> onnx.NodeProto:
    return [node for node in model.graph.node if node.op_type == kind][which]


def refused(model: onnx.ModelProto, why: str) -> None:
    with pytest.raises(NotCuttable, match=why):
        cut(model)


def test_a_voice_that_does_not_upsample() -> None:
    path = Path(__file__).parents[3] / "models/starter/tts/voice.onnx"
    refused(onnx.load(path), "no transposed convolution")


def test_a_decoder_that_looks_at_everything(tmp_path: Path) -> None:
    model = voice(tmp_path)
    last = node_of(model, "Tanh", -1)
    last.op_type = "Softmax"
    refused(model, "Softmax in its decoder may depend on anything")


def test_a_decoder_that_is_told_something_else_of_the_text(tmp_path: Path) -> None:
    """A mask, for instance."""
    model = voice(tmp_path)
    last = node_of(model, "Conv", -1)
    nodes = list(model.graph.node)
    at = nodes.index(last)
    nodes.insert(at, helper.make_node("Cast", ["input_lengths"], ["length"], to=TensorProto.FLOAT))
    nodes.insert(at + 1, helper.make_node("Mul", [last.input[0], "length"], ["louder"]))
    last.input[0] = "louder"
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    refused(model, "more than one thing in its decoder changes with time")


def test_a_convolution_that_changes_the_length(tmp_path: Path) -> None:
    model = voice(tmp_path)
    last = node_of(model, "Conv", -1)
    next(a for a in last.attribute if a.name == "pads").ints[:] = [0, 0]
    refused(model, "changes the length")


def test_an_upsampling_that_does_not_multiply_the_length(tmp_path: Path) -> None:
    model = voice(tmp_path)
    up = node_of(model, "ConvTranspose")
    next(a for a in up.attribute if a.name == "pads").ints[:] = [3, 4]
    refused(model, "does not multiply the length")


def test_weights_that_are_computed(tmp_path: Path) -> None:
    """As in exports that have kept the normalisation of their weights."""
    model = voice(tmp_path)
    up = node_of(model, "ConvTranspose")
    (weights,) = (w for w in model.graph.initializer if w.name == up.input[1])
    weights.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weights), "raw"))
    normal = helper.make_node("Identity", ["raw"], [up.input[1]])
    model.graph.node.insert(0, normal)
    refused(model, "weights of a ConvTranspose are computed")


def test_a_graph_within_the_graph(tmp_path: Path) -> None:
    model = voice(tmp_path)
    last = node_of(model, "Tanh", -1)
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    same = helper.make_graph(
        [helper.make_node("Tanh", [last.input[0]], ["out"])], "same", [], [out]
    )
    yes = numpy_helper.from_array(np.array(True), "yes")
    model.graph.initializer.append(yes)
    last.CopyFrom(
        helper.make_node("If", ["yes"], list(last.output), then_branch=same, else_branch=same)
    )
    refused(model, "If holds a graph of its own")
