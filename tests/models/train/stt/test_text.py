import re
from itertools import islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.train import corpus
from models.train.stt import lexicon, text
from pipeline.number_words import cardinal

STARTER_FORM = re.compile(r"[a-z']+( [a-z']+)*")
LEXICON = ["zebra", "o'hara", "quixotic"]


@given(st.integers(0, 2**32 - 1))
def test_sentences_are_in_the_starter_form(seed: int) -> None:
    sentence = text.sentence(Random(seed), LEXICON)
    assert STARTER_FORM.fullmatch(sentence), sentence


def test_no_phrase_holds_a_digit() -> None:
    patterns = [
        pattern
        for groups in corpus.PHRASES.values()
        for group in groups.values()
        for _, listed in group.values()
        for pattern in listed
    ]
    assert len(patterns) > 1000
    assert not [pattern for pattern in patterns if re.search(r"\d", pattern)]


@given(st.integers(0, 2**32 - 1))
def test_a_seed_fixes_the_text(seed: int) -> None:
    first, again = Random(seed), Random(seed)
    assert [text.sentence(first, LEXICON) for _ in range(5)] == [
        text.sentence(again, LEXICON) for _ in range(5)
    ]


def test_every_weekday_hour_and_letter_is_spoken() -> None:
    rng = Random(0)
    words = {w for _ in range(4000) for w in text.sentence(rng, LEXICON).split()}
    assert words >= {*text.DAYS, *map(cardinal, range(13)), *"abcdefghijklmnopqrstuvwxyz"}


def test_nothing_held_out_is_drawn() -> None:
    said = list(islice(text.drawn(Random(3), lexicon.words()), 3000))
    assert not any(map(text.held_out, said))
    assert not any(map(text.held_out_wording, said))
    unknown = {name for name in corpus.LAST if corpus.is_held_out(name)} - {*text.EVERYDAY, "may"}
    assert unknown.isdisjoint(word for sentence in said for word in sentence.split())


def test_names_held_out_are_never_said() -> None:
    rng = Random(1)
    said = {w for _ in range(500) for w in text.naming(rng, LEXICON).split()}
    held_out = {n for n in [*corpus.FIRST, *corpus.LAST] if corpus.is_held_out(n)}
    # Some names are words of the introductions as well.
    assert said & held_out <= {"under"}
    assert not held_out & set(lexicon.words())


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "zero"), (9, "nine"), (10, "ten"), (19, "nineteen"), (20, "twenty"), (45, "forty five")],
)
def test_numbers_are_words(number: int, words: str) -> None:
    assert text.number(Random(0), number, number) == words


@pytest.mark.parametrize(
    ("written", "spoken"),
    [("It's  FINE.", "it's fine"), ("O\u2019Brien!", "o'brien"), ("twenty-one", "twenty one")],
)
def test_normalize(written: str, spoken: str) -> None:
    assert text.normalize(written) == spoken


def test_digits_are_refused() -> None:
    with pytest.raises(ValueError, match="write numbers as words"):
        text.normalize("at 3 p m")
