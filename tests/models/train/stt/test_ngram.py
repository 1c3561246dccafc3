from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.train import corpus
from models.train.stt import ngram, text
from pipeline.engines.ngram import NGram

END, BITS = 5, 3

texts = st.lists(st.lists(st.integers(0, END - 1), max_size=7), min_size=1, max_size=30)


def after(model: NGram, tokens: list[int]) -> list[float]:
    """Probability of each token, and last of the end, behind a text's beginning."""
    line = [END, *tokens]
    rows = []
    for token in range(END + 1):
        whole = [*line, token]
        row = np.zeros(model.order, np.uint64)
        for n in range(min(model.order, len(whole))):
            for t in whole[len(whole) - 1 - n :]:
                row[n] = row[n] << np.uint64(BITS) | np.uint64(t + 1)
        rows.append(row)
    return [float(p) for p in np.exp(model.back_off(np.array(rows)))]


@settings(deadline=None)
@given(texts, st.lists(st.integers(0, END - 1), max_size=6), st.sampled_from([0.0, 0.5, 3.0]))
def test_whatever_was_said_and_kept_the_next_token_is_one_of_all(
    texts: list[list[int]], said: list[int], worth: float
) -> None:
    everything = [*texts, list(range(END))]  # so that there is a probability for every token
    model = ngram.learned(everything, 4, BITS, END, worth)
    assert sum(after(model, said)) == pytest.approx(1, abs=1e-4)


def test_what_follows_one_word_only_is_not_expected_behind_others() -> None:
    """Kneser and Ney's example: "francisco" is said often, but behind "san" alone."""
    san, francisco, one, other = range(4)
    said = [[san, francisco]] * 20 + [[one, other], [other, one], [one, one], [other, other]]
    model = ngram.learned(said, 2, BITS, END, 0.0)
    assert after(model, [san])[francisco] > 0.8
    assert after(model, [4])[francisco] < after(model, [4])[one]


def test_what_adds_little_is_left_out_but_never_what_stands_before_something_kept() -> None:
    rng = np.random.default_rng(1)
    texts = [rng.choice(5, rng.integers(1, 7), p=[0.5, 0.3, 0.1, 0.05, 0.05]) for _ in range(400)]
    texts += [[4, 3, 4, 3]] * 100
    said = [list(map(int, line)) for line in texts]
    sizes = []
    for worth in (0.0, 2.0, 20.0):
        model = ngram.learned(said, 4, BITS, END, worth)
        sizes.append(len(model.keys))
        longer = model.keys[model.keys >= 1 << 2 * BITS]
        assert np.isin(longer >> np.uint64(BITS), model.keys).all()
        assert after(model, [4, 3])[4] > 0.7
    assert sizes[0] > sizes[1] > sizes[2]


def test_nothing_held_out_is_drawn() -> None:
    for sentence in islice(ngram.drawn(10**9, 3), 3000):
        assert not text.held_out(sentence)
        assert not text.held_out_wording(sentence)
    unknown = {name for name in corpus.LAST if corpus.is_held_out(name)} - {*text.EVERYDAY, "may"}
    words = {word for sentence in islice(ngram.drawn(10**9, 4), 3000) for word in sentence.split()}
    assert not words & unknown
