"""Random-weight models load where real ones do, and have their sizes."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.shapes import llama, piper, whisper
from benchmarks.shapes.cached import cached
from pipeline.engines.piper import PiperSynthesizer


def test_a_model_is_made_once_and_whole(tmp_path: Path) -> None:
    made = []

    def write(path: Path) -> None:
        made.append(path)
        path.write_text("weights")
        if len(made) == 1:
            raise OSError("disk full")

    path = tmp_path / "below" / "model"
    with pytest.raises(OSError, match="disk full"):
        cached(path, write)
    assert not path.exists()
    assert cached(path, write) == cached(path, write) == path
    assert len(made) == 2


@pytest.mark.parametrize(
    ("name", "quantisation", "megabytes"),
    [
        ("qwen2.5-0.5b", "Q4_0", 352),
        ("qwen2.5-0.5b", "Q8_0", 531),
        ("qwen2.5-1.5b", "Q4_0", 934),
        ("llama-3.2-1b", "Q4_0", 771),
        ("llama-3.2-1b", "Q8_0", 1321),
    ],
)
def test_language_models_are_as_large_as_real_ones(
    name: str, quantisation: llama.Quantisation, megabytes: float
) -> None:
    """Of the published files; nothing is written here."""
    tensors = llama._tensors(llama.SHAPES[name], quantisation)
    assert sum(tensor.size for tensor in tensors) / 1e6 == pytest.approx(megabytes, rel=0.03)


@pytest.mark.parametrize(
    ("name", "millions"), [("tiny.en", 38), ("base.en", 73), ("small.en", 242)]
)
def test_recognisers_have_as_many_parameters_as_real_ones(name: str, millions: float) -> None:
    shape = whisper.SHAPES[name]
    block = 12 * shape.width**2
    text = (shape.text_tokens + 1608) * shape.width
    positions = (1500 + 448) * shape.width
    total = shape.layers * (2 * block + 4 * shape.width**2) + text + positions
    assert total / 1e6 == pytest.approx(millions, rel=0.03)


@pytest.mark.parametrize("speakers", [1, 3])
def test_a_voice_speaks_for_as_long_as_its_text_is(speakers: int, tmp_path: Path) -> None:
    shape = piper.PiperShape(16000, 32, 64, decoder=32, speakers=speakers)
    piper.write(shape, tmp_path / "voice")
    voice = PiperSynthesizer(
        tmp_path / "voice", speaker=str(speakers - 1) if speakers > 1 else None
    )
    assert voice.sample_rate == 16000
    short, long = voice.synthesize("Yes."), voice.synthesize("Yes, tomorrow at three thirty.")
    assert 0.1 < len(short.pcm) / 2 / 16000 < 1.5
    assert 1.0 < len(long.pcm) / 2 / 16000 < 4.0
    slow = PiperSynthesizer(tmp_path / "voice", length_scale=2.0)
    assert len(slow.synthesize("Yes.").pcm) > 1.5 * len(short.pcm)


def test_speakers_of_a_voice_are_told_apart_by_name(tmp_path: Path) -> None:
    shape = piper.PiperShape(16000, 32, 64, decoder=32, speakers=3)
    piper.write(shape, tmp_path / "voice")
    PiperSynthesizer(tmp_path / "voice", speaker="speaker 2")
