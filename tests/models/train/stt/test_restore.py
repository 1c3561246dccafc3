from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch

from models.train.stt.export import export
from models.train.stt.model import Recognizer
from models.train.stt.restore import restored

Write = Callable[..., Recognizer]


@pytest.mark.parametrize("layers", [1, 3])
def test_all_weights_but_the_heads_come_back(tmp_path: Path, write_run: Write, layers: int) -> None:
    model = write_run(tmp_path, encoder_layers=layers, decoder_layers=1)
    export(tmp_path, tmp_path / "stt", "float32")
    weights = restored(tmp_path / "stt")
    kept = {name: t for name, t in model.state_dict().items() if "_head." not in name}
    assert weights.keys() == kept.keys()
    for name, weight in weights.items():
        torch.testing.assert_close(weight, kept[name], msg=name)


@pytest.mark.parametrize("quantization", ["int8", "int8_float16"])
def test_a_byte_is_as_near_as_a_byte_can_be(
    tmp_path: Path, write_run: Write, quantization: str
) -> None:
    model = write_run(tmp_path, encoder_layers=1, decoder_layers=1)
    export(tmp_path, tmp_path / "stt", quantization)
    weights = restored(tmp_path / "stt")
    for name, weight in model.encoder[0].state_dict(prefix="encoder.0.").items():
        largest = weight.abs().amax(-1, keepdim=True) if weight.ndim > 1 else torch.zeros(1)
        assert bool(((weights[name] - weight).abs() <= largest / 254 + 1e-4).all()), name


def test_a_model_of_another_width_is_named(tmp_path: Path, write_run: Write) -> None:
    write_run(tmp_path, width=96, encoder_layers=1, decoder_layers=1)
    export(tmp_path, tmp_path / "stt", "int8")
    with pytest.raises(ValueError, match=r"stt: .* is \(.*96.*\) there and \(.*192.*\) here"):
        restored(tmp_path / "stt")
