"""Recognition errors made up for training."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.train.llm.noise import misheard

SENTENCE = "hi i'd like to book an appointment for maria lopez on tuesday at four thirty"

words = st.lists(st.sampled_from([*SENTENCE.split(), "four-thirty", "3", "p", "m"]), min_size=1)


@given(words, st.integers(0, 2**32 - 1))
def test_what_was_changed_is_told_and_the_rest_is_kept(said: list[str], seed: int) -> None:
    heard, changed = misheard(Random(seed), " ".join(said))
    assert heard
    left = " ".join(heard.split())
    for word in said:
        if word not in changed:
            assert word in left.split()
        elif changed[word]:
            assert changed[word] in left


@given(st.integers(0, 2**32 - 1))
def test_figures_are_left_alone(seed: int) -> None:
    assert misheard(Random(seed), "3 30 5551234") == ("3 30 5551234", {})


def test_about_one_word_in_ten_is_misheard() -> None:
    rng = Random(1)
    changed = sum(len(misheard(rng, SENTENCE)[1]) for _ in range(400))
    assert 0.04 < changed / 400 / len(SENTENCE.split()) < 0.16


def test_the_same_seed_mishears_the_same() -> None:
    assert misheard(Random(4), SENTENCE) == misheard(Random(4), SENTENCE)
