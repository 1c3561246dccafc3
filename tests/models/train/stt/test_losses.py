import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch
import torch.nn.functional as F

from models.train.stt.data import IGNORE
from models.train.stt.losses import SMOOTHING, SmoothedCrossEntropy


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
