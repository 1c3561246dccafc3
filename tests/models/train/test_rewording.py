"""What callers say in other words."""

from __future__ import annotations

import random

import pytest

from models.train import corpus
from models.train.patterns import BUSINESSES, expand, held_out, measures, parse
from models.train.rewording import reworded


def test_phrases_are_exchanged_and_slots_are_not() -> None:
    pattern = "could you move my visit from {old_day} to {day} please"
    words = pattern.split()
    rng = random.Random(1)
    said = {" ".join(reworded(rng, words, 0.5)) for _ in range(50)}
    assert len(said) > 20
    assert all("visit from {old_day} to {day}" in text for text in said)
    assert reworded(rng, words, 0.0) == words


def test_the_longest_phrase_is_exchanged_as_a_whole() -> None:
    said = {" ".join(reworded(random.Random(seed), ["i", "need", "to"], 1.0)) for seed in range(50)}
    assert "i have to" in said
    assert not any(text.startswith("i require") for text in said)


@pytest.mark.parametrize("business", BUSINESSES)
def test_nothing_is_reworded_into_what_is_measured(business: str) -> None:
    rng = random.Random(2)
    wordings = [expand(rng, parse(pattern)) for pattern in held_out(business)]
    assert all(measures(business, words) for words in wordings)
    for _ in range(500):
        u = corpus.utterance(rng, business=business, otherwise=0.5)
        assert not measures(business, u.text.split())
