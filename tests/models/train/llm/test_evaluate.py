"""How the language model is judged."""

import re
from collections import Counter
from random import Random

import pytest

from models.train import corpus
from models.train.llm import evaluate, replies
from models.train.llm.facts import FACTS, invented
from pipeline.flow.intents import Understanding
from pipeline.flow.prompts import INTENTS


def test_shares_of_nothing_are_none() -> None:
    assert evaluate.share(0, 0) is None
    assert evaluate.share(2, 3) == 0.667


def test_tenths_count_every_sentence_once() -> None:
    found = evaluate.tenths([(0.0, False), (0.05, True), (0.95, True), (1.0, True), (1.0, False)])
    assert found == {"0.0-0.1": (2, 0.5), "0.9-1.0": (3, 0.667)}


@pytest.mark.parametrize(
    ("said", "right"),
    [
        (Understanding("book", name="ann lee", day="friday"), {"intent", "name", "day"}),
        (Understanding("book", name="ann", day="friday"), {"intent", "day"}),
        (Understanding("move", name="ann lee"), {"name"}),
    ],
)
def test_slots_are_right_when_they_are_exactly_so(said: Understanding, right: set[str]) -> None:
    good: Counter[str] = Counter()
    had: Counter[str] = Counter()
    evaluate._score("book", {"name": "ann lee", "day": "friday"}, said, good, had)
    assert {key for key in ("intent", "name", "day") if good[key]} == right
    assert had["invented time"] == 1
    assert good["invented time"] == 0


def test_an_invented_time_is_counted() -> None:
    good: Counter[str] = Counter()
    evaluate._score("book", {}, Understanding("book", time="ten"), good, Counter())
    assert good["invented time"] == 1


@pytest.mark.parametrize("business", corpus.BUSINESSES)
def test_acceptable_answers_say_the_fact_or_that_it_is_not_known(business: str) -> None:
    rng = Random(1)
    name, facts = invented(rng, business)
    questions = (u for u in corpus.sentences(rng, business=business) if u.intent == "question")
    known = unknown = 0
    for u in questions:
        if u.topic == "help":
            continue
        label = FACTS[business][u.topic][0]
        said = evaluate.acceptable(name, facts, u)
        if label in facts:
            known += 1
            assert all(facts[label] in answer for answer in said)
        else:
            unknown += 1
            assert said == set(replies.UNKNOWN)
        if known > 20 and unknown > 2:
            break


def test_development_sentences_are_labelled_as_the_flow_labels() -> None:
    rows = list(evaluate.development())
    assert len(set(rows)) == len(rows) > 700
    for kind, asked, intent, words in rows:
        assert kind in corpus.BUSINESSES
        assert asked in corpus.ASKED
        assert intent in INTENTS
        assert re.fullmatch(r"[a-z']+( [a-z']+)*", words), words
