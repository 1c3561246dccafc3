"""Examples for the prompts that the flow sends."""

import json
from random import Random

import pytest

from models.train import corpus
from models.train.llm import data
from pipeline.flow import prompts

SEEDS = range(6)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("business", corpus.BUSINESSES)
def test_answers_of_understanding_are_what_the_grammar_allows(seed: int, business: str) -> None:
    rng = Random(seed)
    for _ in range(60):
        example, u = data.understanding(rng, business=business)
        wanted = json.loads(example.answer)
        assert wanted.pop("intent") == u.intent
        assert wanted.keys() <= set(prompts.WRITTEN)
        for value in wanted.values():
            assert value


@pytest.mark.parametrize("seed", SEEDS)
def test_a_name_in_the_answer_is_one_that_was_heard(seed: int) -> None:
    rng = Random(seed)
    for _ in range(150):
        u = corpus.utterance(rng, pseudo=0.3)
        words, name = data.heard(rng, u, noise=1.0)
        if name:
            assert set(name.split()) <= set(words.replace("-", " ").split()), (words, name)


@pytest.mark.parametrize("seed", SEEDS)
def test_understanding_never_draws_what_is_held_out(seed: int) -> None:
    rng = Random(seed)
    for _ in range(300):
        _, u = data.said(rng, pseudo=0.0, noise=0.0)
        assert not any(corpus.is_held_out(word) for word in u.slots.get("name", "").split())


def test_half_of_what_is_to_be_told_from_a_beginning_is_one() -> None:
    batch = data.finished_batch(Random(1), 400, business="clinic")
    whole = sum(e.answer == prompts.FINISHED_ANSWERS[0] for e in batch.examples)
    assert 150 < whole < 250
    assert {e.answer for e in batch.examples} == set(prompts.FINISHED_ANSWERS)


def test_a_cut_sentence_lacks_its_end() -> None:
    rng = Random(2)
    said = "i would like to come on friday"
    cuts = {data.cut(rng, said) for _ in range(200)}
    assert all(said.startswith(f"{cut} ") for cut in cuts)
    assert len(cuts) == 6


@pytest.mark.parametrize("business", corpus.BUSINESSES)
def test_replies_of_a_batch_are_about_one_business(business: str) -> None:
    batch = data.reply_batch(Random(5), 30, business)
    assert len(batch.examples) == 30
    assert all(example.answer[-1] in ".!" for example in batch.examples)
    wanted = len(batch.system.content)
    same = data.reply_batch(Random(5), 30, business, lambda system: len(system) != wanted)
    assert len(same.system.content) != wanted
