"""The kernel benchmark: it runs, names what is missing, and its measurements can be trusted."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from audiocore.resample import Downsampler2, Upsampler2
from benchmarks.kernels import main
from benchmarks.kernels.dict_buffer import DictBuffer
from benchmarks.kernels.quality import measure


def test_it_writes_figures_and_a_picture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--rounds", "1", "--only", "8 to 16 kHz, 20", "--output", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    data = json.loads((tmp_path / "kernels.json").read_text())
    (case,) = data["cases"]
    names = [contestant["name"] for contestant in case["contestants"]]
    assert names[:2] == ["audiocore minimum", "audiocore linear"]
    assert all(contestant["median_ns"] is not None for contestant in case["contestants"])
    for name in data["missing_peers"]:
        assert f"missing peer: {name}" in printed
    picture = ElementTree.fromstring((tmp_path / "kernels.svg").read_text())
    labels = {text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")}
    assert {name for name in names if "scipy" not in name} <= labels


def test_a_filter_of_known_quality_measures_as_such() -> None:
    up = measure(lambda: Upsampler2("linear").process, 8000, 16000)
    assert up.delay_ms == pytest.approx(1.9375, abs=0.001)
    assert up.ripple_db < 0.01
    assert up.stop_db == pytest.approx(-76.7, abs=0.3)
    down = measure(lambda: Downsampler2().process, 16000, 8000)
    assert down.delay_ms < 0.2
    assert down.stop_db == pytest.approx(-75.4, abs=0.3)


def test_waiting_counts_as_delay() -> None:
    """A stream that gives 100 ms at a time is 80 ms later than one that gives 20."""

    def lumpy() -> object:
        stream, held = Upsampler2("linear"), bytearray()

        def process(pcm: bytes) -> bytes:
            held.extend(stream.process(pcm))
            if len(held) < 5 * 640:
                return b""
            out = bytes(held)
            held.clear()
            return out

        return process

    assert measure(lumpy, 8000, 16000).delay_ms == pytest.approx(1.9375 + 80, abs=0.001)  # type: ignore[arg-type]


def test_a_copy_is_perfect_and_no_filter_aliases() -> None:
    copy = measure(lambda: lambda pcm: pcm, 8000, 8000)
    assert copy.delay_ms == pytest.approx(0, abs=1e-6)
    assert copy.ripple_db < 1e-3
    assert copy.snr_db > 90
    drop = measure(lambda: lambda pcm: np.frombuffer(pcm, "<i2")[::2].tobytes(), 16000, 8000)
    assert drop.stop_db == pytest.approx(0, abs=0.01)


def test_the_dict_buffer_does_what_ours_does() -> None:
    buffer = DictBuffer()
    out = []
    for seq in (0, 1, 3, 2, 2, 4, 6, 7, 8, 9):
        buffer.push(seq, bytes([seq]) * 160, 20.0 * seq)
        got = buffer.pop(20.0 * seq)
        out.append(got[0] if got else got)
    assert out == [None, None, None, None, None, None, 0, 1, 2, 3]
    assert (buffer.received, buffer.duplicate, buffer.played) == (10, 1, 4)
