import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch
import torch.nn.functional as F

from models.train.stt.data import IGNORE, Batch
from models.train.stt.losses import SMOOTHING, SmoothedCrossEntropy, losses
from models.train.stt.model import Recognizer, Shape


@pytest.mark.parametrize("seed", range(4))
def test_loss_and_gradient_are_those_of_torch(seed: int) -> None:
    torch.manual_seed(seed)
    logits = (torch.randn(40, 70) * 5).requires_grad_()
    targets = torch.randint(0, 70, (40,))
    targets[::3] = IGNORE
    expected = F.cross_entropy(logits, targets, ignore_index=IGNORE, label_smoothing=SMOOTHING)
    (wanted,) = torch.autograd.grad(2 * expected, logits)
    found = SmoothedCrossEntropy.apply(logits, targets)
    (gradient,) = torch.autograd.grad(2 * found, logits)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gradient, wanted)


@pytest.mark.parametrize("apart", [False, True])
def test_heads_that_are_apart_do_not_move_the_encoder(apart: bool) -> None:
    torch.manual_seed(1)
    model = Recognizer(Shape(vocabulary=50, width=24, encoder_layers=1, decoder_layers=1), 9, 7)
    batch = Batch(
        mel=torch.randn(2, 80, 24),
        tokens=torch.randint(50, (2, 5)),
        targets=torch.randint(50, (2, 5)),
        phones=torch.randint(7, (2, 12)),
        characters=torch.randint(1, 9, (6,)),
        character_lengths=torch.tensor([3, 3]),
        frame_lengths=torch.tensor([12, 12]),
    )
    _, characters, phones = losses(model, batch, heads_apart=apart)
    (characters + phones).backward()
    assert model.phone_head.weight.grad is not None
    assert model.character_head.weight.grad is not None
    assert (model.conv1.weight.grad is None) == apart
