import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch

from models.train.stt.deepen import deepened
from models.train.stt.model import Recognizer, Shape


def model(layers: int) -> Recognizer:
    return Recognizer(Shape(vocabulary=50, width=24, encoder_layers=layers, decoder_layers=1), 9, 7)


@pytest.mark.parametrize("layers", [2, 3, 4, 5])
def test_a_deeper_model_begins_as_the_one_it_was_made_from(layers: int) -> None:
    torch.manual_seed(1)
    trained, deeper = model(2), model(layers)
    deeper.load_state_dict(deepened(trained.state_dict(), deeper.state_dict()))
    mel, tokens = torch.randn(2, 80, 48), torch.randint(50, (2, 5))
    for mine, theirs in zip(deeper(mel, tokens), trained(mel, tokens), strict=True):
        torch.testing.assert_close(mine, theirs)


def test_every_layer_of_a_deeper_model_learns() -> None:
    torch.manual_seed(1)
    deeper = model(3)
    deeper.load_state_dict(deepened(model(2).state_dict(), deeper.state_dict()))
    sum(
        logits.square().mean()
        for logits in deeper(torch.randn(2, 80, 48), torch.ones(2, 5, dtype=torch.int64))
    ).backward()
    for layer in deeper.encoder:
        assert layer.ffn.down.weight.grad.abs().sum() > 0
        assert layer.attention.out.weight.grad.abs().sum() > 0


def test_layers_are_not_thrown_away() -> None:
    with pytest.raises(ValueError, match="3 encoder layers do not fit into 2"):
        deepened(model(3).state_dict(), model(2).state_dict())
