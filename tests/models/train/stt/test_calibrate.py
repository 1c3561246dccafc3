import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

from models.train.stt.calibrate import calibration, regression
from pipeline.engines.faster_whisper import Calibration, Hypothesis


def test_regression_finds_the_weights_that_made_the_answers() -> None:
    rng = np.random.default_rng(0)
    x = np.column_stack([np.ones(20_000), rng.normal(size=(20_000, 2))])
    p = 1 / (1 + np.exp(-x @ [0.5, 2.0, -1.0]))
    found = regression(x, (rng.random(20_000) < p).astype(float))
    np.testing.assert_allclose(found, [0.5, 2.0, -1.0], atol=0.1)


def test_what_is_measured_is_what_the_engine_reads() -> None:
    good = [("yes please", Hypothesis("yes please", -0.1, 0.001, 3))] * 60
    bad = [("yes please", Hypothesis("no", -1.0, 0.02, 3))] * 40
    invented = [Hypothesis("hm", -1.5, 0.9)] * 40 + [Hypothesis("", -0.1, 0.99)] * 40
    found = Calibration(**calibration(good + bad, invented))
    assert found.speech(good[0][1]) > 0.9
    assert found.speech(bad[0][1]) == pytest.approx(0.5, abs=0.01)
    assert found.speech(invented[0]) < 0.1
    assert found.confidence(good[0][1]) > 0.9
    assert found.confidence(bad[0][1]) < 0.1


def test_callers_are_heard_even_where_noise_looks_the_same() -> None:
    rng = np.random.default_rng(1)
    spoken = [("yes", Hypothesis("yes", -0.5, p, 2)) for p in rng.uniform(0.1, 0.9, 400)]
    noise = [Hypothesis("yes", -0.5, p, 2) for p in rng.uniform(0.2, 1.0, 400)]
    found = Calibration(**calibration(spoken, noise))
    assert sum(found.speech(h) < 0.5 for _, h in spoken) <= 3


def test_a_model_that_invents_nothing_can_be_calibrated() -> None:
    heard = [("yes", Hypothesis("yes", -0.1, 0.001, 2)), ("no", Hypothesis("yes", -0.9, 0.01, 2))]
    found = Calibration(**calibration(heard * 50, [Hypothesis("", -0.1, 0.95)] * 50))
    assert found.speech(heard[0][1]) > 0.5 > found.speech(Hypothesis("oh", -2.0, 0.95))
