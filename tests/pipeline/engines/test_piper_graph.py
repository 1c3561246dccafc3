"""A voice is cut only where that is heard to make no difference."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

from audiocore.errors import ModelError
from benchmarks.shapes import piper
from pipeline.engines.piper_graph import (
    CutGraph,
    VoiceGraph,
    WholeGraph,
    cut_if_possible,
    inputs,
)

STARTER = Path(__file__).parents[3] / "models/starter/tts/voice.onnx"
PHRASE = inputs(list(range(1, 31)), (0.0, 1.0, 0.0), speaker=1)


def voice(folder: Path, change: Callable[[onnx.ModelProto], None] = lambda _: None) -> Path:
    """Random weights in the layers of a real voice with two speakers, changed and saved."""
    piper.write(piper.PiperShape(16000, 32, 64, decoder=32, speakers=2), folder / "voice")
    path = folder / "voice" / "voice.onnx"
    model = onnx.load(path)
    change(model)
    onnx.save(model, path)
    return path


def opened(path: Path) -> VoiceGraph:
    return cut_if_possible(path, WholeGraph(path, 256), PHRASE)


def test_a_stock_voice_is_cut_and_leaves_nothing_on_disk(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = voice(tmp_path)
    files = sorted(path.parent.iterdir())
    graph = opened(path)
    assert isinstance(graph, CutGraph)
    assert sorted(path.parent.iterdir()) == files
    assert not caplog.records


def test_both_graphs_speak_alike(tmp_path: Path) -> None:
    path = voice(tmp_path)
    whole, parts = WholeGraph(path, 256).encode(PHRASE), opened(path).encode(PHRASE)
    assert whole.frames * whole.hop == parts.frames * parts.hop
    np.testing.assert_allclose(
        whole.decode(0, whole.frames), parts.decode(0, parts.frames), atol=1e-6
    )


def test_only_a_voice_that_computes_durations_has_them(tmp_path: Path) -> None:
    path = voice(tmp_path)
    assert WholeGraph(path, 256).encode(PHRASE).id_samples is None
    sentence = opened(path).encode(PHRASE)
    assert sentence.id_samples is not None
    assert len(sentence.id_samples) == 30
    assert sentence.id_samples.sum() == sentence.frames * sentence.hop


def test_durations_that_do_not_account_for_the_audio_are_none(tmp_path: Path) -> None:
    """What is rounded up in a graph need not be durations."""

    def halved(model: onnx.ModelProto) -> None:
        rounded = next(node for node in model.graph.node if node.op_type == "Ceil")
        at = list(model.graph.node).index(rounded)
        lasts = rounded.output[0]
        rounded.output[0] = "up"
        model.graph.node.insert(at + 1, helper.make_node("Add", ["up", "up"], [lasts]))

    graph = opened(voice(tmp_path, halved))
    assert isinstance(graph, CutGraph)
    assert graph.encode(PHRASE).id_samples is None


def whole_with(caplog: pytest.LogCaptureFixture, path: Path, why: str) -> None:
    """It stays whole, still speaks, and one line says why."""
    caplog.set_level(logging.INFO)
    graph = opened(path)
    assert isinstance(graph, WholeGraph)
    assert graph.encode(PHRASE).frames > 0
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    assert str(path) in record.getMessage()
    assert why in record.getMessage()


def test_a_graph_of_another_kind_stays_whole(caplog: pytest.LogCaptureFixture) -> None:
    whole_with(caplog, STARTER, "no transposed convolution")


def test_a_voice_that_differs_in_parts_stays_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Every run of its decoder is louder or softer: cut, it would jump at every join."""

    def wavering(model: onnx.ModelProto) -> None:
        last = model.graph.node[-1]
        gain = helper.make_node("RandomUniform", [], ["gain"], shape=[1], low=0.5, high=1.0)
        louder = helper.make_node("Mul", [last.input[0], "gain"], ["louder"])
        last.input[0] = "louder"
        for node in (gain, louder):
            model.graph.node.insert(len(model.graph.node) - 1, node)

    whole_with(caplog, voice(tmp_path, wavering), "in parts it differs from the whole by")


def test_a_file_that_cannot_be_read_again_is_no_reason_to_fail(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    path = voice(tmp_path)
    whole = WholeGraph(path, 256)
    path.write_bytes(b"no graph any more")
    assert cut_if_possible(path, whole, PHRASE) is whole
    assert "its parts do not work (DecodeError)" in caplog.text


def test_a_file_that_is_no_graph_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.onnx"
    path.write_bytes(b"no graph")
    with pytest.raises(ModelError, match=r"a\.onnx: onnxruntime cannot read it"):
        WholeGraph(path, 256)
