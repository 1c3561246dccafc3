from models.train import corpus
from models.train.stt.sentences import in_domain, known_names, unknown_names


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
