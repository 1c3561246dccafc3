"""Voice activity by Silero's recurrent network, and the gate in front of it.

What does it do?
    :class:`SileroVad` turns 16 kHz audio into the probability that somebody speaks.
    :class:`GatedVad` is what a call uses: a cheap detector decides first, and only where it hears
    speech is Silero asked. WebRTC's detector alone takes a third of all noise for speech. Silero
    alone carries the noise of a long silence in its state; behind the gate it begins afresh with
    every utterance.

How does it work?
    The network (Silero VAD v6, MIT, shipped inside the faster-whisper package) takes windows of
    512 samples at 16 kHz, each preceded by the last 64 samples of the one before, and carries an
    LSTM state from window to window. A window is 32 ms and a frame 20 ms, so a frame is judged by
    the newest complete window. Session options keep onnxruntime to one thread that sleeps when it
    waits: inference runs inline on the event loop and must not spin on a core that a model needs.

How do I use it?
    One :class:`SileroModel` per process; one :class:`GatedVad` per call, one frame at a time.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import onnxruntime

from audiocore.errors import ModelError

WINDOW_SAMPLES = 512
CONTEXT_SAMPLES = 64
STATE_SHAPE = (1, 1, 128)

Float32 = npt.NDArray[np.float32]


class SileroModel:
    """The network's weights, shared by all calls; thread-safe."""

    def __init__(self, path: Path | None = None) -> None:
        """Load from ``path``, or the copy inside the faster-whisper package.

        Raises:
            ModelError: there is no such file, or it is not Silero's network.
        """
        if path is None:
            asset = files("faster_whisper.assets") / "silero_vad_v6.onnx"
            with as_file(asset) as found:
                self._session = self._open(found)
        else:
            self._session = self._open(path)

    @staticmethod
    def _open(path: Path) -> Any:
        if not path.is_file():
            raise ModelError(
                f"no voice activity model at {path}: reinstall faster-whisper, which ships it as "
                "assets/silero_vad_v6.onnx"
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 4
        try:
            session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # onnxruntime's exceptions share no public base
            raise ModelError(f"{path} is not a readable ONNX model: {error}") from error
        if [i.name for i in session.get_inputs()] != ["input", "h", "c"]:
            raise ModelError(f"{path} is not Silero VAD v6: its inputs are not (input, h, c)")
        return session

    def run(self, window: Float32, h: Float32, c: Float32) -> tuple[float, Float32, Float32]:
        """Speech probability of ``[1, 576]`` samples in -1..1, and the next state."""
        probability, h, c = self._session.run(None, {"input": window, "h": h, "c": c})
        return float(probability.item()), h, c


class SileroVad:
    """One stream's probability of speech."""

    def __init__(self, model: SileroModel) -> None:
        self._model = model
        self._pending: Float32
        self._context: Float32
        self._h: Float32
        self._c: Float32
        self._last: float
        self.reset()

    def probability(self, pcm_16k: bytes) -> float:
        """Take int16 audio of any length; the newest window's probability, 0 before the first."""
        samples = np.frombuffer(pcm_16k, "<i2").astype(np.float32) / 32768
        self._pending = np.concatenate([self._pending, samples])
        while len(self._pending) >= WINDOW_SAMPLES:
            window = self._pending[:WINDOW_SAMPLES]
            self._pending = self._pending[WINDOW_SAMPLES:]
            framed = np.concatenate([self._context, window])[None]
            self._context = window[-CONTEXT_SAMPLES:]
            self._last, self._h, self._c = self._model.run(framed, self._h, self._c)
        return self._last

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._pending = np.zeros(0, np.float32)
        self._context = np.zeros(CONTEXT_SAMPLES, np.float32)
        self._h = np.zeros(STATE_SHAPE, np.float32)
        self._c = np.zeros(STATE_SHAPE, np.float32)
        self._last = 0.0


@dataclass(frozen=True, slots=True)
class GateOptions:
    """When to ask Silero.

    The defaults were chosen on real recordings through mu-law at 8 kHz, digital silence before
    and after. With the thresholds of :class:`audiocore.voice.VoiceOptions`, and once endpointing
    has smoothed the frames, they cover 99.5 % of the speech in read sentences, hear every single
    digit, and begin an utterance on 4 of 24 clips of noise without voices (WebRTC's detector alone:
    nearly all); babble is speech to both. 0.09 ms a frame.
    """

    hold_frames: int = 5
    """Frames (20 ms) that the gate stays open after the cheap detector's last yes."""
    backlog_frames: int = 8
    """Frames before the gate opened that Silero hears first, to find its footing."""

    def __post_init__(self) -> None:
        if self.hold_frames < 0 or self.backlog_frames < 0:
            raise ValueError("hold_frames and backlog_frames cannot be negative")


class Gate(Protocol):
    """The cheap detector."""

    def is_speech(self, pcm_8k: bytes) -> bool:
        """Decide one 20 ms frame: 320 bytes at 8 kHz."""
        ...

    def reset(self) -> None:
        """Forget everything heard so far."""
        ...


class GatedVad:
    """One call's detector, a cheap one asked first; implements ``interfaces.engines.Vad``."""

    def __init__(
        self, gate: Gate, model: SileroModel, options: GateOptions = GateOptions()
    ) -> None:
        self._gate = gate
        self._silero = SileroVad(model)
        self._options = options
        self._backlog: deque[bytes] = deque(maxlen=options.backlog_frames)
        self._start()

    def _start(self) -> None:
        self._since_gate = self._options.hold_frames + 1
        self._backlog.clear()

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        """How likely one 20 ms frame is speech, 0..1, given at both rates: 320 bytes at 8 kHz, 640
        bytes at 16 kHz. 0 while the gate is closed."""
        was_open = self._since_gate <= self._options.hold_frames
        self._since_gate = 0 if self._gate.is_speech(pcm_8k) else self._since_gate + 1
        if self._since_gate > self._options.hold_frames:
            self._backlog.append(pcm_16k)
            return 0.0
        if not was_open:
            self._silero.reset()
            self._silero.probability(b"".join(self._backlog))
            self._backlog.clear()
        return self._silero.probability(pcm_16k)

    def reset(self) -> None:
        """Forget everything heard so far."""
        self._gate.reset()
        self._silero.reset()
        self._start()
