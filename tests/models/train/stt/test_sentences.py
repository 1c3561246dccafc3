from itertools import chain, islice
from random import Random
from typing import get_args

from models.train import corpus
from models.train.stt import lexicon, text
from models.train.stt.sentences import Group, in_domain, kept, known_names, unknown_names


def test_sentences_are_fixed_by_the_seed_and_all_different() -> None:
    lines = in_domain(30, 3)
    assert lines == in_domain(30, 3)
    assert len({line.text for line in lines}) == 30
    assert lines != in_domain(30, 4)


def test_names_are_known_or_not() -> None:
    for lines, unknown in ((known_names(20, 1), False), (unknown_names(20, 1), True)):
        for line in lines:
            assert set(line.name.split()) <= set(line.text.split())
            assert all(corpus.is_held_out(name) == unknown for name in line.name.split())


def test_sentences_of_the_evaluation_are_as_they_were_drawn() -> None:
    groups = {group: kept(group) for group in get_args(Group)}
    assert [len(lines) for lines in groups.values()] == [150, 150, 150, 40]
    for line in chain.from_iterable(groups.values()):
        assert set(line.name.split()) <= set(line.text.split())
    for group, unknown in (("known names", False), ("unknown names", True)):
        names = {name for line in groups[group] for name in line.name.split()}
        assert names
        assert all(corpus.is_held_out(name) == unknown for name in names)


def test_training_says_none_of_the_evaluation() -> None:
    evaluated = {line.text for line in kept("in domain")}
    said = text.drawn(Random(3), lexicon.words())
    assert evaluated.isdisjoint(islice(said, 20_000))
