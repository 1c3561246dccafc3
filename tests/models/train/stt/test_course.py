from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

import torch
from torch import Tensor, nn

from models.train.stt import course
from models.train.stt.course import FINAL_RATE, PEAK_RATE, REPORT_STEPS, Course, optimizers, rate
from models.train.stt.model import Recognizer, Shape


@pytest.fixture
def model() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))


def loss(model: nn.Module) -> Tensor:
    x = torch.eye(4)
    return (model(x) - x.roll(1, 0)).square().mean()


def test_every_weight_belongs_to_one_optimizer() -> None:
    model = Recognizer(Shape(vocabulary=300, width=24, encoder_layers=1, decoder_layers=1), 28, 40)
    both = optimizers(model, model.encoder, model.decoder)
    taken = [p for o in both for group in o.param_groups for p in group["params"]]
    assert {id(p) for p in taken} == {id(p) for p in model.parameters()}
    assert len(taken) == len(list(model.parameters()))


def test_the_rate_rises_from_nothing_and_falls_to_almost_nothing() -> None:
    assert rate(0.0, 0) < PEAK_RATE / 100
    assert rate(0.0, 300) == pytest.approx(PEAK_RATE)
    assert rate(0.9, 300) < rate(0.5, 300) < rate(0.1, 300)
    assert rate(1.0, 300) == pytest.approx(PEAK_RATE * FINAL_RATE)


def test_what_is_learned_is_reported_and_lessens(
    model: nn.Module, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Course(tmp_path / "kept.pt", model, model, minutes=60)
    before = loss(model).item()
    for _ in range(2 * REPORT_STEPS):
        now = loss(model)
        run.learn(now, off=now)
    first, second = capsys.readouterr().out.splitlines()
    off = [float(line.split(" off ")[1].split()[0]) for line in (first, second)]
    assert before > off[0] > off[1] > now.item() - 5e-4
    assert f"step {2 * REPORT_STEPS} " in second


def test_the_first_report_after_a_resumption_is_a_mean_of_what_was_learned_since(
    model: nn.Module, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Course(tmp_path / "kept.pt", model, model, minutes=60)
    run.step = REPORT_STEPS - 4
    run.save()
    resumed = Course(run.checkpoint, model, model, minutes=60)
    for _ in range(4):
        resumed.learn(loss(model), two=torch.tensor(2.0))
    assert " two 2.000 " in capsys.readouterr().out


def test_it_goes_on_where_the_last_one_stopped(model: nn.Module, tmp_path: Path) -> None:
    kept = tmp_path / "kept.pt"
    first = Course(kept, model, model, minutes=60, about={"shape": 4})
    for _ in range(3):
        first.learn(loss(model))
    first.save()
    other = nn.Sequential(nn.Linear(4, 4), nn.LayerNorm(4))
    second = Course(kept, other, other, minutes=60)
    assert (second.step, second.spent_s) == (3, first.spent_s)
    for run, trained in ((first, model), (second, other)):
        run.optimizers[0].param_groups[0]["lr"] = run.optimizers[1].param_groups[0]["lr"] = 0.01
        loss(trained).backward()
        for optimizer in run.optimizers:
            optimizer.step()
    for mine, theirs in zip(model.parameters(), other.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert torch.load(kept, weights_only=True)["shape"] == 4


def test_a_checkpoint_is_kept_now_and_then(
    model: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Course(tmp_path / "kept.pt", model, model, minutes=60)
    run.learn(loss(model))
    assert not run.checkpoint.exists()
    monkeypatch.setattr(course, "CHECKPOINT_S", 0.0)
    run.learn(loss(model))
    assert torch.load(run.checkpoint, weights_only=True)["step"] == 2


def test_a_step_that_was_suspended_counts_a_few_seconds(
    model: nn.Module, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Course(tmp_path / "kept.pt", model, model, minutes=1)
    later = course.time.monotonic() + 3600
    monkeypatch.setattr(course.time, "monotonic", lambda: later)
    run.learn(loss(model))
    assert run.spent_s == course.LONGEST_STEP_S
    assert run.done == pytest.approx(course.LONGEST_STEP_S / 60)


def test_without_time_it_is_done(model: nn.Module, tmp_path: Path) -> None:
    assert Course(tmp_path / "kept.pt", model, model, minutes=0).done == 1
