"""The graph of a Piper voice at work: in one piece, or with its decoder stretch by stretch.

A voice whose decoder can be told apart (:mod:`pipeline.engines.vits`) is opened in two parts, which
together are as large as the whole, once they have been heard to make the same audio as the whole.
Any other is left in one piece.

What goes in and comes out: OHF-Voice/piper1-gpl, ``train/export_onnx.py`` and ``voice.py``.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime

from audiocore.errors import ModelError
from pipeline.engines.vits import NotCuttable, Parts, cut

log = logging.getLogger(__name__)

TOLERANCE = 1e-4
"""Of full scale, by which parts may differ from the whole: three steps of 16 bits, and less than
one of mu-law. Rounding makes 1e-6 of it."""

Inputs = Mapping[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One sentence before it is audio."""

    frames: int
    hop: int
    """Samples of a frame."""
    id_samples: npt.NDArray[np.int64] | None
    """How long every phoneme id lasts; None where the graph does not tell."""
    decode: Callable[[int, int], npt.NDArray[np.float32]]
    """The samples of frames from the first up to the second number, -1..1."""


class VoiceGraph(Protocol):
    """Either kind. Thread-safe, as onnxruntime's sessions are."""

    in_stretches: bool
    """Whether decoding a stretch takes less time than decoding everything."""

    def encode(self, inputs: Inputs) -> Encoded:
        """All that has to be known of a sentence at once."""
        ...


def inputs(ids: Sequence[int], scales: tuple[float, float, float], speaker: int) -> Inputs:
    """One sentence for any voice.

    Args:
        ids: of the phonemes.
        scales: noise, length and noise of lengths.
        speaker: for voices with several.
    """
    return {
        "input": np.array([ids], np.int64),
        "input_lengths": np.array([len(ids)], np.int64),
        "scales": np.array(scales, np.float32),
        "sid": np.array([speaker], np.int64),
    }


class WholeGraph:
    """A voice in one piece: to encode a sentence is to speak it."""

    in_stretches = False

    def __init__(self, model: Path, hop: int) -> None:
        """``hop`` is how many samples the graph counts as one where it tells how long ids last.

        Raises:
            ModelError: onnxruntime cannot read it.
        """
        try:
            self._session = _session(model)
        except Exception as error:  # onnxruntime raises types of its own
            raise ModelError(
                f"{model}: onnxruntime cannot read it ({type(error).__name__}); get the file again"
            ) from error
        self._hop = hop

    @property
    def input_names(self) -> set[str]:
        """What it must be given."""
        return {node.name for node in self._session.get_inputs()}

    def encode(self, inputs: Inputs) -> Encoded:
        audio, *durations = _run(self._session, inputs)
        samples = audio.reshape(-1)
        id_samples = _id_samples(durations, self._hop, len(samples))
        return Encoded(len(samples), 1, id_samples, lambda start, stop: samples[start:stop])


class CutGraph:
    """A voice in two parts."""

    in_stretches = True

    def __init__(self, parts: Parts) -> None:
        # A session keeps the bytes that it was opened from, but not a file.
        with tempfile.TemporaryDirectory() as folder:
            encoder, decoder = Path(folder, "encoder.onnx"), Path(folder, "decoder.onnx")
            encoder.write_bytes(parts.encoder)
            decoder.write_bytes(parts.decoder)
            self._encoder, self._decoder = _session(encoder), _session(decoder)
        self._latent, self._hop = parts.latent, parts.hop
        self._before, self._after = parts.before, parts.after

    def encode(self, inputs: Inputs) -> Encoded:
        latent, *durations = _run(self._encoder, inputs)
        frames = latent.shape[2]

        def decode(start: int, stop: int) -> npt.NDArray[np.float32]:
            first, last = max(0, start - self._before), min(frames, stop + self._after)
            stretch = {**inputs, self._latent: latent[:, :, first:last]}
            samples = _run(self._decoder, stretch)[0].reshape(-1)
            return samples[(start - first) * self._hop : (stop - first) * self._hop]

        id_samples = _id_samples(durations, self._hop, frames * self._hop)
        return Encoded(frames, self._hop, id_samples, decode)


def cut_if_possible(model: Path, whole: WholeGraph, phrase: Inputs) -> VoiceGraph:
    """The voice in two parts if they speak ``phrase`` as the whole does, else the whole.

    The phrase must be given without noise, or no two ways of speaking it are alike.
    """
    try:
        graph = CutGraph(cut(onnx.load(model)))
        difference = _difference(whole.encode(phrase), graph.encode(phrase))
        if difference <= TOLERANCE:
            return graph
        why = f"in parts it differs from the whole by {difference:.1g}"
    except NotCuttable as error:
        why = str(error)
    except Exception as error:  # onnx and onnxruntime raise types of their own
        why = f"its parts do not work ({type(error).__name__})"
    log.info("%s: speaks clauses as a whole: %s", model, why)
    return whole


def _difference(whole: Encoded, parts: Encoded) -> float:
    """Between the samples of both, decoded in three stretches where that can be; at most 2."""
    size = max(1, parts.frames // 3)
    starts = range(0, parts.frames, size)
    stretches = [parts.decode(start, min(start + size, parts.frames)) for start in starts]
    one, other = whole.decode(0, whole.frames), np.concatenate(stretches)
    if one.shape != other.shape:
        return 2.0
    return float(np.abs(one - other).max(initial=0.0))


def _session(model: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # A spinning thread would take a core from whoever has audio to move.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(
        str(model), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _run(session: onnxruntime.InferenceSession, inputs: Inputs) -> list[npt.NDArray[Any]]:
    outputs = session.run(None, {node.name: inputs[node.name] for node in session.get_inputs()})
    return list(outputs)


def _id_samples(
    durations: Sequence[npt.NDArray[Any]], hop: int, samples: int
) -> npt.NDArray[np.int64] | None:
    """Samples of every id, if there is an output that accounts for all ``samples``."""
    if not durations:
        return None
    found = (durations[0].reshape(-1) * hop).astype(np.int64)
    return found if found.sum() == samples else None
