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
    good = [("yes please", Hypothesis("yes please", -0.1, 0.01, 3))] * 60
    bad = [("yes please", Hypothesis("no", -1.0, 0.02, 3))] * 40
    found = Calibration(**calibration(good + bad, [Hypothesis("", -0.1, 0.9)]))
    assert found.no_speech == pytest.approx(0.05)
    assert found.confidence(good[0][1]) > 0.9
    assert found.confidence(bad[0][1]) < 0.1
