from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch

from models.train.stt.export import export, load
from models.train.stt.mean import main, mean
from models.train.stt.model import Recognizer


def test_each_weight_is_the_mean_of_those_that_have_it() -> None:
    both = mean(
        [{"a": torch.tensor([1.0]), "head": torch.tensor([5.0])}, {"a": torch.tensor([2.0])}]
    )
    assert {name: value.tolist() for name, value in both.items()} == {"a": [1.5], "head": [5.0]}


def test_models_of_different_shapes_have_none() -> None:
    with pytest.raises(ValueError, match="a has a different shape"):
        mean([{"a": torch.zeros(2)}, {"a": torch.zeros(3)}])
    with pytest.raises(ValueError, match="no model"):
        mean([])


def test_a_folder_and_a_run_make_a_run(
    tmp_path: Path, write_run: Callable[..., Recognizer], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        model = write_run(tmp_path / name, encoder_layers=1, decoder_layers=1)
    other = torch.load(tmp_path / "other/checkpoint.pt", weights_only=True)
    other["model"]["encoder.0.ffn.up.weight"] += 1
    torch.save(other, tmp_path / "other/checkpoint.pt")
    export(tmp_path / "one", tmp_path / "folder", "float32")
    given = [str(tmp_path / name) for name in ("folder", "other")]
    monkeypatch.setattr("sys.argv", ["mean", "--models", *given, "--out", str(tmp_path / "mean")])
    main()
    found, _ = load(tmp_path / "mean")
    torch.testing.assert_close(found.encoder[0].ffn.up.weight, model.encoder[0].ffn.up.weight + 0.5)
    torch.testing.assert_close(found.phone_head.weight, model.phone_head.weight)
