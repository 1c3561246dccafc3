import re
from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.train.stt import english, text, wordlists

STARTER_FORM = re.compile(r"[a-z']+( [a-z']+)*")


@given(st.integers(0, 2**32 - 1))
def test_sentences_are_short_and_in_the_starter_form(seed: int) -> None:
    sentence = english.sentence(Random(seed))
    assert STARTER_FORM.fullmatch(sentence), sentence
    assert len(sentence.split()) <= english.LONGEST


@given(st.integers(0, 2**32 - 1))
def test_articles_suit_the_word_behind_them(seed: int) -> None:
    sentence = english.sentence(Random(seed))
    assert not re.search(
        r"\b(a [aeio]|an [bcdfgjklmnpqrstvwxyz])(?!ne\b|nce\b)", sentence.replace("a euro", "")
    ), sentence


def test_common_words_are_all_said() -> None:
    """A quarter of the training text's everyday English: what is said five times there is said here at least once, mostly."""
    rng, said = Random(3), Counter[str]()
    for _ in range(10_000):
        said.update(text.general(rng, []).split())
    common = wordlists.surface_forms(common=True)
    assert sum(said[form] > 0 for form in common) > 0.92 * len(common)
    assert sum(said[form] for form in common) / len(common) > 5


def test_contractions_of_all_persons_are_said() -> None:
    rng = Random(4)
    said = {word for _ in range(10_000) for word in english.sentence(rng).split()}
    assert said >= set(
        [
            "i'm",
            "i've",
            "i'd",
            "i'll",
            "you're",
            "you've",
            "you'd",
            "you'll",
            "he's",
            "he'd",
            "he'll",
            "she's",
            "she'd",
            "she'll",
            "it's",
            "it'll",
            "we're",
            "we've",
            "we'd",
            "we'll",
            "they're",
            "they've",
            "they'd",
            "they'll",
            "that's",
            "there's",
            "who's",
            "let's",
            "don't",
            "doesn't",
            "didn't",
            "isn't",
            "aren't",
            "wasn't",
            "weren't",
            "haven't",
            "hasn't",
            "hadn't",
            "won't",
            "wouldn't",
            "can't",
            "couldn't",
            "shouldn't",
            "mustn't",
        ]
    )
