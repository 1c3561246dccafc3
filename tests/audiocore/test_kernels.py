"""The extension as built: every instruction set gives the same bits, and no buffer stays held."""

import hashlib
from typing import Any

import numpy as np
import pytest

from audiocore import _kernels
from benchmarks.kernels.variants import build, load, runnable


def digests(kernels: Any) -> dict[str, str]:
    """What a build makes of everything that is arithmetic."""
    random = np.random.default_rng(711)
    codes = bytes(range(256)) + random.bytes(4001)
    every = np.arange(-32768, 32768, dtype="<i2").tobytes()
    loud = random.choice(np.array([-32768, 32767], "<i2"), 3001).tobytes()
    speech = random.normal(0, 6000, 3001).clip(-32768, 32767).astype("<i2").tobytes()

    outputs = {
        "ulaw_decode": kernels.ulaw_decode(codes),
        "ulaw_encode": kernels.ulaw_encode(every) + kernels.ulaw_encode(speech),
        "alaw_decode": kernels.alaw_decode(codes),
        "alaw_encode": kernels.alaw_encode(every) + kernels.alaw_encode(speech),
    }
    streams = {
        f"{kind.__name__} {phase}": kind(phase)
        for kind in (kernels.Upsampler2, kernels.Downsampler2)
        for phase in ("minimum", "linear")
    }
    for rate in (11025, 16000, 22050, 24000, 32000, 44100, 48000):
        streams[f"{rate} to 8000"] = kernels.Resampler(rate, 8000)
        streams[f"8000 to {rate}"] = kernels.Resampler(8000, rate)
    for name, stream in streams.items():
        outputs[name] = stream.process(loud) + stream.process(speech) + stream.flush()
    return {name: hashlib.sha256(output).hexdigest() for name, output in outputs.items()}


@pytest.mark.parametrize("level", runnable())
def test_every_instruction_set_gives_the_same_bits(level: str) -> None:
    """Build for one level only, and compare with what is installed (which picks its own)."""
    assert digests(load(build(level))) == digests(_kernels)


def test_refused_buffers_are_let_go() -> None:
    """A bytearray that is still exported could not be resized."""
    pcm = bytearray(3)
    for call in (
        _kernels.ulaw_encode,
        _kernels.Upsampler2().process,
        _kernels.DtmfDetector().process,
    ):
        with pytest.raises(ValueError, match="even number"):
            call(pcm)
    short = bytearray(1)
    with pytest.raises(ValueError, match="destination"):
        _kernels.ulaw_decode_into(bytes(10), short)
    pcm.append(0)
    short.append(0)
