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
    assert not re.search(r"\b(a [aeio](?!ne|nce|u)|an [b-df-gj-np-tv-z])", sentence), sentence


def test_common_words_are_all_said() -> None:
    """In 40,000 sentences each form comes some twenty times; in 10,000 hardly any is missing."""
    rng, said = Random(3), Counter[str]()
    for _ in range(10_000):
        said.update(text.general(rng, []).split())
    common = wordlists.surface_forms(common=True)
    assert sum(said[form] > 0 for form in common) > 0.92 * len(common)
    assert sum(said[form] for form in common) / len(common) > 5


def test_contractions_of_all_persons_are_said() -> None:
    rng = Random(4)
    said = {word for _ in range(10_000) for word in english.sentence(rng).split()}
    persons = ["i", "you", "he", "she", "it", "we", "they"]
    assert said >= {
        "i'm",
        *(f"{word}{end}" for word in persons for end in ("'d", "'ll")),
        *(f"{word}'s" for word in ("he", "she", "it", "that", "there", "who", "let")),
        *(f"{word}'re" for word in ("you", "we", "they")),
        *(f"{word}'ve" for word in ("i", "you", "we", "they")),
        *(
            f"{word}n't"
            for word in [
                "do",
                "does",
                "did",
                "is",
                "are",
                "was",
                "were",
                "have",
                "has",
                "had",
                "wo",
                "would",
                "ca",
            ]
        ),
        *(f"{word}n't" for word in ("do", "does", "did", "is", "are", "was", "were")),
        *(f"{word}n't" for word in ("have", "has", "had", "wo", "would", "ca", "could", "must")),
    }
