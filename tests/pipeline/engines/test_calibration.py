"""What a recogniser's scores are worth."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.errors import ModelError
from pipeline.engines.calibration import Calibration, Hypothesis, log_odds, logistic

OWN = Calibration(1.0, -1.0, 1.0, right=2.0, right_mean=1.0, right_total=0.5)


def test_the_likelier_nobody_spoke_and_the_less_likely_the_words_the_less_is_believed() -> None:
    assert OWN.spoken(Hypothesis("hm", -0.1, 0.0)) > 0.999
    assert OWN.spoken(Hypothesis("hm", -0.1, 1.0)) < 0.001
    assert OWN.spoken(Hypothesis("hm", -0.1, 0.5)) > OWN.spoken(Hypothesis("hm", -3.0, 0.5))


def test_confidence_counts_every_token() -> None:
    short, long = (Hypothesis("hm", -0.4, 0.0, tokens=tokens) for tokens in (2, 9))
    assert OWN.confidence(short) == pytest.approx(logistic(2.0 - 0.4 - 0.4))
    assert OWN.confidence(long) < OWN.confidence(short)


def test_confidence_counts_what_else_was_thought_of() -> None:
    own = replace(OWN, right_share=1.0)
    alone, torn = (Hypothesis("hm", -0.4, 0.0, tokens=2, share=share) for share in (0.99, 0.4))
    assert own.confidence(torn) == pytest.approx(logistic(2.0 - 0.4 - 0.4 + log_odds(0.4)))
    assert own.confidence(alone) > own.confidence(torn)
    assert OWN.confidence(alone) == OWN.confidence(torn)


@given(st.floats(1e-4, 1 - 1e-4))
def test_odds_and_probabilities_are_one(probability: float) -> None:
    assert logistic(log_odds(probability)) == pytest.approx(probability)


def test_no_probability_has_odds_without_bound() -> None:
    assert log_odds(0.0) == pytest.approx(-11.5, abs=0.1)
    assert log_odds(1.0) == pytest.approx(11.5, abs=0.1)
    assert 0 < logistic(-1e9) < logistic(1e9) <= 1


def test_calibration_is_read_from_beside_the_model(tmp_path: Path) -> None:
    file = tmp_path / "calibration.json"
    assert Calibration.read(file) is None
    own = Calibration(0.3, -1.0, 2.0, 0.5, 1.5, 0.25)
    file.write_text(json.dumps(asdict(own)))
    assert Calibration.read(file) == own


@pytest.mark.parametrize("text", ["", "[1]", '{"right": 1}', '{"right": "x"}'])
def test_a_broken_calibration_is_refused_by_name(tmp_path: Path, text: str) -> None:
    file = tmp_path / "calibration.json"
    file.write_text(text)
    with pytest.raises(ModelError, match=r"calibration\.json"):
        Calibration.read(file)
