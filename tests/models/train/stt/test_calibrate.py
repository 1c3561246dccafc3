from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training dependencies are not installed")

from audiocore.resample import Upsampler2
from audiocore.units import ULAW_SILENCE
from models.train.stt.calibrate import calibration, overheard, regression
from models.train.stt.voices import RATE
from pipeline.engines.calibration import Calibration, Hypothesis
from pipeline.engines.silero import SileroModel


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
    found = Calibration(**calibration(good + bad, good + bad, [], invented))
    assert found.spoken(good[0][1]) > 0.9
    assert found.spoken(bad[0][1]) == pytest.approx(found.spoke_least, abs=0.001)
    assert found.spoken(invented[0]) < 0.1
    assert found.confidence(good[0][1]) > 0.9
    assert found.confidence(bad[0][1]) < 0.1


def test_likely_words_over_noise_do_not_make_unlikely_ones_speech() -> None:
    rng = np.random.default_rng(3)
    spoken = [("yes", Hypothesis("yes", m, 0.01, 2)) for m in rng.uniform(-2.0, -0.5, 200)]
    noise = [Hypothesis("yes", m, 0.2, 2) for m in rng.uniform(-1.0, -0.1, 200)]
    found = Calibration(**calibration(spoken, spoken, [], noise))
    assert found.spoke_mean == 0
    assert found.spoken(noise[0]) < 0.1 < 0.9 < found.spoken(spoken[0][1])


def test_words_beside_which_others_are_as_likely_are_less_sure() -> None:
    alone = [("yes", Hypothesis("yes", -0.5, 0.01, 2, share=0.95))] * 60
    torn = [("yes", Hypothesis("no", -0.5, 0.01, 2, share=0.4))] * 40
    found = Calibration(**calibration(alone + torn, alone + torn, [], [Hypothesis("", -1, 0.9)]))
    assert found.confidence(alone[0][1]) > 0.9
    assert found.confidence(torn[0][1]) < 0.1


def test_callers_are_heard_even_where_noise_looks_the_same() -> None:
    rng = np.random.default_rng(1)
    spoken = [("yes", Hypothesis("yes", -0.5, p, 2)) for p in rng.uniform(0.1, 0.9, 400)]
    noise = [Hypothesis("yes", -0.5, p, 2) for p in rng.uniform(0.2, 1.0, 400)]
    found = Calibration(**calibration(spoken, spoken, [], noise))
    assert sum(found.spoken(h) < found.spoke_least for _, h in spoken) <= 3


def test_how_much_noise_was_listened_to_makes_no_difference() -> None:
    rng = np.random.default_rng(2)
    spoken = [("yes", Hypothesis("yes", -0.5, p, 2)) for p in rng.uniform(0.0, 0.7, 900)]
    noise = [Hypothesis("yes", -0.5, p, 2) for p in rng.uniform(0.3, 1.0, 900)]
    much = Calibration(**calibration(spoken, spoken, [], noise))
    little = Calibration(**calibration(spoken, spoken, [], noise[::9]))
    between = Hypothesis("yes", -0.5, 0.5, 2)
    assert much.spoken(between) == pytest.approx(0.5, abs=0.05)
    assert little.spoken(between) == pytest.approx(0.5, abs=0.1)


def test_pieces_of_speech_are_speech_and_no_whole_sentences() -> None:
    whole = [("yes", Hypothesis("yes", -0.2, 0.01, 2))] * 90
    noise = [Hypothesis("yes", -0.2, 0.5, 2)] * 90
    pieces = [Hypothesis("y", -0.2, 0.2, 2)] * 90
    with_pieces = Calibration(**calibration(whole, whole, pieces, noise))
    without = Calibration(**calibration(whole, whole, [], noise))
    assert with_pieces.spoken(pieces[0]) > without.spoken(pieces[0])
    assert with_pieces.right == without.right
    assert with_pieces.spoke_least == pytest.approx(with_pieces.spoken(whole[0][1]), abs=0.001)


def test_a_call_asks_about_speech_at_its_pauses_and_not_about_silence() -> None:
    silero, rng = SileroModel(), np.random.default_rng(0)
    assert not list(overheard(np.zeros(2 * RATE, np.float32), silero))
    assert not list(overheard(rng.normal(0, 0.01, 2 * RATE).astype(np.float32), silero))
    spoken = Path(__file__).parents[3] / "pipeline/engines/spoken/yes_please.ulaw"
    line = Upsampler2().process_ulaw(ULAW_SILENCE * 4_000 + spoken.read_bytes())
    wave = np.frombuffer(line, np.int16) / np.float32(32768)
    once = list(overheard(wave, silero))
    assert once
    twice = list(overheard(np.concatenate([wave, wave]), silero))
    assert len(twice) == 2 * len(once)
    assert all(0.2 * RATE < len(piece) < len(wave) + 0.5 * RATE for piece in twice)


def test_a_model_that_invents_nothing_can_be_calibrated() -> None:
    heard = [("yes", Hypothesis("yes", -0.1, 0.001, 2)), ("no", Hypothesis("yes", -0.9, 0.01, 2))]
    found = Calibration(
        **calibration(heard * 50, heard * 50, [], [Hypothesis("", -0.1, 0.95)] * 50)
    )
    assert found.spoken(heard[0][1]) > found.spoke_least
    assert found.spoken(Hypothesis("oh", -2.0, 0.95)) < found.spoke_least
