from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from audiocore.errors import ModelError
from pipeline.engines.ngram import NEVER, NGRAM_FILE, NGram, windows

END, BITS = 6, 3
STARTER = Path(__file__).parents[3] / "models/starter/stt"

texts = st.lists(st.lists(st.integers(0, END - 1), max_size=8), min_size=1, max_size=5)


def key(*tokens: int) -> int:
    number = 0
    for token in tokens:
        number = number << BITS | token + 1
    return number


def table(entries: dict[tuple[int, ...], tuple[float, float]]) -> NGram:
    rows = sorted((key(*tokens), *values) for tokens, values in entries.items())
    keys, probabilities, backoffs = zip(*rows, strict=True)
    order = max(map(len, entries))
    return NGram(
        order, BITS, END, np.array(keys, np.uint64), np.array(probabilities), np.array(backoffs)
    )


@pytest.fixture
def small() -> NGram:
    return table(
        {
            (0,): (-1.0, -0.5),
            (1,): (-2.0, 0.0),
            (END,): (-3.0, -0.7),
            (END, 0): (-0.2, -0.1),
            (0, 1): (-0.3, 0.0),
            (END, 0, 1): (-0.4, 0.0),
        }
    )


def test_the_longest_sequence_there_is_tells(small: NGram) -> None:
    start, then, end = -0.2, -0.4, -3.0  # nothing ends behind a 1 in the table
    assert small.log_probability([[0, 1]])[0] == pytest.approx(start + then + end)


def test_what_is_not_there_is_looked_for_behind_less_at_a_price(small: NGram) -> None:
    # 0 behind 0 behind the start: the price of "start 0", then that of "0".
    again = -0.1 - 0.5 - 1.0
    assert small.log_probability([[0, 0]])[0] == pytest.approx(-0.2 + again - 0.5 - 3.0)


def test_a_token_that_training_never_saw_is_never_said(small: NGram) -> None:
    assert small.log_probability([[4]])[0] == pytest.approx(-0.7 + NEVER - 3.0)


@given(texts)
def test_several_texts_are_each_as_likely_as_alone(texts: list[list[int]]) -> None:
    model = table({(0,): (-1.0, -0.5), (END,): (-3.0, -0.7), (0, 0): (-0.2, 0.0)})
    alone = [model.log_probability([text])[0] for text in texts]
    np.testing.assert_allclose(model.log_probability(texts), alone)


@given(texts, st.integers(1, 5))
def test_every_token_and_end_is_an_ending_of_what_was_before(
    texts: list[list[int]], order: int
) -> None:
    rows = windows(texts, order, BITS, END).tolist()
    for text in texts:
        line = [END, *text, END]
        for at in range(1, len(line)):
            wanted = [key(*line[at - n : at + 1]) if at >= n else 0 for n in range(order)]
            assert rows.pop(0) == wanted
    assert not rows


def test_what_is_written_is_read(small: NGram, tmp_path: Path) -> None:
    small.write(tmp_path / NGRAM_FILE)
    read = NGram.read(tmp_path / NGRAM_FILE)
    assert read
    assert (read.order, read.bits, read.end) == (3, BITS, END)
    np.testing.assert_array_equal(read.keys, small.keys)
    np.testing.assert_allclose(read.probabilities, small.probabilities, atol=0.051)
    np.testing.assert_allclose(read.backoffs, small.backoffs, atol=0.051)


def test_a_model_without_a_table_has_none(tmp_path: Path) -> None:
    assert NGram.read(tmp_path / NGRAM_FILE) is None


@pytest.mark.parametrize("kind", ["text", "other", "cut", "short"])
def test_a_file_that_is_no_table_is_named(kind: str, small: NGram, tmp_path: Path) -> None:
    path = tmp_path / NGRAM_FILE
    if kind == "other":
        np.savez(path, shape=np.zeros(2))
    elif kind == "short":
        logarithms = np.zeros(2, np.uint8)
        np.savez(
            path,
            shape=np.ones(3),
            steps=np.zeros((8, 3), np.uint8),
            probabilities=logarithms,
            backoffs=logarithms,
        )
    else:
        small.write(path)
        path.write_bytes(b"words" if kind == "text" else path.read_bytes()[:-30])
    with pytest.raises(ModelError, match=r"ngram\.npz"):
        NGram.read(path)


@pytest.mark.skipif(
    not (STARTER / NGRAM_FILE).exists(), reason="the starter recogniser is not in this checkout"
)
@pytest.mark.parametrize(
    ("said", "misheard"),
    [
        ("could you squeeze me in for fourteen hundred", "could you squeeze me in forteen hundred"),
        ("that's precisely it", "that's preciply it"),
        ("do you treat babies", "do you treat babys"),
    ],
)
def test_the_starters_table_prefers_words_to_their_sounds(said: str, misheard: str) -> None:
    model = NGram.read(STARTER / NGRAM_FILE)
    tokens = Tokenizer.from_file(str(STARTER / "tokenizer.json"))
    assert model
    right, wrong = model.log_probability([tokens.encode(f" {x}").ids for x in (said, misheard)])
    assert right > wrong + 3
