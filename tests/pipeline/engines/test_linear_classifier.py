from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.errors import ModelError
from pipeline.engines.linear_classifier import CLASSIFIER_FILE, LinearClassifier, rows

LABELS = ("yes", "no", "other")
ROWS = 64


@pytest.fixture
def small() -> LinearClassifier:
    weights = np.zeros((ROWS, len(LABELS)), np.float32)
    weights[rows(["yeah"], ROWS)] = [3, -1, -1]
    weights[rows(["nope"], ROWS)] = [-1, 3, -1]
    return LinearClassifier(LABELS, weights)


def test_evidence_adds_up(small: LinearClassifier) -> None:
    found = small.probabilities(["yeah", "nope", "yeah"])
    sums = np.array([5, 1, -3]) / 3**0.5
    expected = np.exp(sums) / np.exp(sums).sum()
    assert list(found) == list(LABELS)
    assert list(found.values()) == pytest.approx(list(expected))


@given(st.lists(st.text(max_size=12), max_size=40))
def test_whatever_is_said_is_one_of_the_labels(pieces: list[str]) -> None:
    weights = np.random.default_rng(1).normal(0, 5, (ROWS, 3)).astype(np.float32)
    found = LinearClassifier(LABELS, weights).probabilities(iter(pieces))
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert all(0 <= p <= 1 for p in found.values())


def test_without_evidence_all_labels_are_alike(small: LinearClassifier) -> None:
    assert list(small.probabilities([]).values()) == pytest.approx([1 / 3] * 3)


@given(st.lists(st.text(max_size=12), max_size=40), st.integers(1, 1 << 18))
def test_a_piece_has_one_row(pieces: list[str], count: int) -> None:
    places = rows(pieces, count)
    assert all(0 <= place < count for place in places)
    assert places == [rows([piece], count)[0] for piece in pieces]


def test_what_is_written_is_read(small: LinearClassifier, tmp_path: Path) -> None:
    small.write(tmp_path / CLASSIFIER_FILE)
    read = LinearClassifier.read(tmp_path / CLASSIFIER_FILE)
    assert read
    assert read.labels == LABELS
    np.testing.assert_allclose(read.weights, small.weights, atol=3 / 127)


def test_a_model_without_a_classifier_has_none(tmp_path: Path) -> None:
    assert LinearClassifier.read(tmp_path / CLASSIFIER_FILE) is None


@pytest.mark.parametrize("kind", ["text", "other", "shape", "cut"])
def test_a_file_that_is_no_classifier_is_named(
    kind: str, small: LinearClassifier, tmp_path: Path
) -> None:
    path = tmp_path / CLASSIFIER_FILE
    small.write(path)
    if kind == "text":
        path.write_bytes(b"intents")
    if kind == "cut":
        path.write_bytes(path.read_bytes()[:-30])
    if kind == "other":
        np.savez(path, labels=np.array(LABELS))
    if kind == "shape":
        np.savez(path, labels=np.array(LABELS), step=1.0, weights=np.zeros((ROWS, 2), np.int8))
    with pytest.raises(ModelError, match=r"intents\.npz is no classifier"):
        LinearClassifier.read(path)
