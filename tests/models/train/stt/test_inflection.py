import pytest

from models.train.stt.inflection import articles, doing, with_e, with_s


@pytest.mark.parametrize(
    ("word", "inflected"),
    [
        ("cat", "cats"),
        ("wish", "wishes"),
        ("box", "boxes"),
        ("quiz", "quizzes"),
        ("buzz", "buzzes"),
        ("baby", "babies"),
        ("day", "days"),
        ("go", "goes"),
        ("photo", "photos"),
        ("hero", "heroes"),
        ("house", "houses"),
        ("glass of water", "glass of waters"),
    ],
)
def test_with_s(word: str, inflected: str) -> None:
    assert with_s(word) == inflected


@pytest.mark.parametrize(
    ("word", "inflected"),
    [
        ("make", "making"),
        ("see", "seeing"),
        ("die", "dying"),
        ("dye", "dyeing"),
        ("stop", "stopping"),
        ("quit", "quitting"),
        ("wait", "waiting"),
        ("fix", "fixing"),
        ("play", "playing"),
        ("listen", "listening"),
        ("admit+", "admitting"),
        ("panic", "panicking"),
        ("be", "being"),
        ("sue", "suing"),
        ("carry", "carrying"),
    ],
)
def test_doing(word: str, inflected: str) -> None:
    assert doing(word) == inflected


@pytest.mark.parametrize(
    ("word", "ending", "inflected"),
    [
        ("like", "ed", "liked"),
        ("try", "ed", "tried"),
        ("play", "ed", "played"),
        ("plan", "ed", "planned"),
        ("need", "ed", "needed"),
        ("prefer+", "ed", "preferred"),
        ("show", "ed", "showed"),
        ("big", "er", "bigger"),
        ("nice", "est", "nicest"),
        ("happy", "er", "happier"),
        ("shy", "er", "shyer"),
        ("dry", "est", "driest"),
        ("cheap", "est", "cheapest"),
        ("new", "er", "newer"),
    ],
)
def test_with_e(word: str, ending: str, inflected: str) -> None:
    assert with_e(word, ending) == inflected


@pytest.mark.parametrize(
    ("drawn", "said"),
    [
        ("a apple and a pear", "an apple and a pear"),
        ("an banana", "a banana"),
        ("a hour", "an hour"),
        ("a honest man", "an honest man"),
        ("a used car", "a used car"),
        ("a university", "a university"),
        ("a unusual idea", "an unusual idea"),
        ("a uncle", "an uncle"),
        ("a european trip", "a european trip"),
        ("a one way street", "a one way street"),
        ("what a day", "what a day"),
        ("a umbrella", "an umbrella"),
        ("a unique uniform", "a unique uniform"),
        ("a unit", "a unit"),
        ("a unnecessary unhappy year", "an unnecessary unhappy year"),
    ],
)
def test_articles(drawn: str, said: str) -> None:
    assert articles(drawn) == said
