"""What is padded to a common length in training is what will be spoken alone."""

import pytest

torch = pytest.importorskip("torch")

from models.train.tts.network import Student  # noqa: E402 - needs torch

torch.set_num_threads(1)  # a second one only waits where cores are busy

IDS = torch.tensor([[1, 0, 20, 0, 35, 0, 10, 0, 2], [1, 0, 40, 0, 2, 0, 0, 0, 0]])
STEPS = torch.tensor([[3.0, 0, 8, 0, 9, 0, 12, 0, 0], [4.0, 0, 6, 0, 5, 0, 0, 0, 0]])
SPEAKERS = torch.tensor([0, 1])


def test_padding_is_not_noticed() -> None:
    torch.manual_seed(0)
    student = Student(features=7, speakers=2).eval()
    with torch.no_grad():
        together = student.encode(IDS, SPEAKERS, padded=True)
        features = student.decode(together, STEPS, total=40)
        log_steps = student.log_steps(together)
        for i, (ids, steps) in enumerate(((9, 32), (5, 15))):
            alone = student.encode(IDS[i : i + 1, :ids], SPEAKERS[i : i + 1])
            torch.testing.assert_close(alone, together[i : i + 1, :ids])
            spoken = student.decode(alone, STEPS[i : i + 1, :ids])
            assert spoken.shape[1] == 2 * steps
            torch.testing.assert_close(spoken, features[i : i + 1, : 2 * steps])
            torch.testing.assert_close(
                student.log_steps(alone)[:, : ids - 2], log_steps[i : i + 1, : ids - 2]
            )


def test_speakers_differ() -> None:
    torch.manual_seed(0)
    student = Student(features=7, speakers=2).eval()
    with torch.no_grad():
        one, other = (student.encode(IDS[:1], torch.tensor([k])) for k in (0, 1))
    assert (one - other).abs().max() > 0.1
