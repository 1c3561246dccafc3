"""Businesses that never were."""

from random import Random

import pytest

from models.train.corpus import BUSINESSES
from models.train.llm.facts import FACTS, invented


@pytest.mark.parametrize("business", BUSINESSES)
def test_an_invented_business_has_facts_of_its_kind(business: str) -> None:
    labels = {label for label, _, _ in FACTS[business].values()}
    missing = set(labels)
    for seed in range(200):
        name, facts = invented(Random(seed), business)
        assert len(name.split()) >= 2
        assert facts.keys() <= labels
        assert all(value == value.strip() and value for value in facts.values())
        missing &= labels - facts.keys()
    assert not missing, "facts that no business has"


@pytest.mark.parametrize("business", BUSINESSES)
def test_sometimes_a_fact_is_not_there(business: str) -> None:
    some = [len(invented(Random(seed), business)[1]) for seed in range(100)]
    assert min(some) < len(FACTS[business])


@pytest.mark.parametrize("business", BUSINESSES)
def test_no_two_are_alike_and_the_seed_decides(business: str) -> None:
    assert invented(Random(1), business) == invented(Random(1), business)
    assert len({str(invented(Random(seed), business)) for seed in range(50)}) == 50


@pytest.mark.parametrize("business", BUSINESSES)
def test_every_fact_can_be_said_in_one_sentence(business: str) -> None:
    for _, value, sentences in FACTS[business].values():
        for sentence in sentences:
            said = sentence.format(value(Random(3)))
            assert said[0].isupper()
            assert said.endswith(".")
            assert "{" not in said
