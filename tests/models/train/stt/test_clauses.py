import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.train.stt import clauses
from models.train.stt.clauses import BE, Predicate, Tense
from models.train.stt.noun_phrases import Subject
from models.train.stt.wordlists import Verb

SEEDS = st.integers(0, 2**32 - 1)
GO = Predicate(Verb("go", "goes", "went", "gone", "going"), "home")
ME, IT, THEY = Subject("i", "i"), Subject("it", "it"), Subject("they", "they")


@pytest.mark.parametrize(
    ("tense", "what", "who", "words"),
    [
        (Tense("be", "", "doing"), GO, ME, ("am", "going home")),
        (Tense("was", "", "doing"), GO, THEY, ("were", "going home")),
        (Tense("have", "been", "doing"), GO, IT, ("has", "been going home")),
        (Tense("would", "have", "done"), GO, ME, ("would", "have gone home")),
        (Tense("do", "", "base"), GO, IT, ("does", "go home")),
        (Tense("do", "", "base"), Predicate(BE, "late"), THEY, ("are", "late")),
        (Tense("did", "", "base"), Predicate(BE, "late"), IT, ("was", "late")),
        (Tense("have", "", "done"), Predicate(BE, "late"), ME, ("have", "been late")),
    ],
)
def test_the_first_word_agrees(
    tense: Tense, what: Predicate, who: Subject, words: tuple[str, str]
) -> None:
    assert clauses.verb_group(tense, what, who) == words


@pytest.mark.parametrize(
    ("word", "negated"),
    [
        ("will", "won't"),
        ("can", "can't"),
        ("does", "doesn't"),
        ("have", "haven't"),
        ("may", "may not"),
        ("must", "mustn't"),
    ],
)
def test_negated(word: str, negated: str) -> None:
    assert clauses.negated(word) == negated


@given(SEEDS)
def test_i_am_is_never_negated_as_one_word(seed: int) -> None:
    assert clauses.with_not(Random(seed), ME, "am") == "i'm not"


@given(SEEDS)
def test_clauses_agree_with_pronouns(seed: int) -> None:
    rng = Random(seed)
    for who, wrong in (
        (IT, {"am", "are", "have", "do", "don't", "were"}),
        (THEY, {"am", "is", "has", "does", "was", "goes"}),
    ):
        first, second = clauses.clause(rng, who, GO).split()[:2]
        assert first != who.text or second not in wrong


@given(SEEDS)
def test_a_particle_never_stands_before_a_pronoun(seed: int) -> None:
    """Pick it up, not pick up it."""
    for kind in ("thing", "person"):
        text = clauses._acting(Random(seed), kind).form("base")
        assert not re.search(" (up|off|away|down|back) (it|them|him|me|us)$", text), text
