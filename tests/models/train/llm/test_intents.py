from pathlib import Path
from random import Random

import pytest

from models.train import corpus
from models.train.llm import intents
from pipeline.engines.linear_classifier import CLASSIFIER_FILE, LinearClassifier
from pipeline.flow.prompts import INTENTS
from pipeline.flow.wordings import pieces

STARTER = Path(__file__).parents[4] / "models/starter/llm"


def test_a_few_sentences_teach_more_than_chance() -> None:
    rng, learner = Random(1), intents.Learner(1 << 14)
    known = [learner.learn([intents.drawn(rng) for _ in range(64)], 0.5) for _ in range(40)]
    assert known[0] < 0.2
    assert sum(known[-10:]) / 10 > 0.5


def test_what_was_learnt_is_told_again() -> None:
    learner = intents.Learner(1 << 14)
    said: list[intents.Said] = [
        ("help", "could i come by", "clinic", "book"),
        ("help", "call it off", "clinic", "cancel"),
        ("confirm", "that's it", "clinic", "yes"),
        ("more", "that's it", "clinic", "no"),
    ]
    assert learner.learn(said, 0.5) < 1
    for _ in range(20):
        learner.learn(said, 0.5)
    classifier = LinearClassifier(INTENTS, learner.weights)
    for asked, words, kind, intent in said:
        assert classifier.probabilities(pieces(asked, words, kind))[intent] > 0.9


def test_sentences_are_of_all_businesses_and_intents() -> None:
    rng = Random(2)
    kinds, meant = set(), set()
    for _ in range(2000):
        _, words, kind, intent = intents.drawn(rng)
        kinds.add(kind)
        meant.add(intent)
        assert words
    assert kinds == set(corpus.BUSINESSES)
    assert meant == set(INTENTS)


@pytest.mark.skipif(
    not (STARTER / CLASSIFIER_FILE).exists(), reason="the starter model is not in this checkout"
)
@pytest.mark.parametrize(
    ("asked", "words", "intent"),
    [
        ("help", "i'd like to book an appointment", "book"),
        ("help", "i need to cancel my appointment", "cancel"),
        ("confirm", "yes that's right", "yes"),
        ("name", "my name is sarah mitchell", "inform"),
        ("more", "no that's all", "no"),
        ("help", "my father has collapsed", "emergency"),
    ],
)
def test_the_starters_classifier_knows_what_is_plain(asked: str, words: str, intent: str) -> None:
    classifier = LinearClassifier.read(STARTER / CLASSIFIER_FILE)
    assert classifier
    found = classifier.probabilities(pieces(asked, words, "clinic"))  # type: ignore[arg-type]
    assert max(found, key=lambda label: found[label]) == intent
    assert found[intent] > 0.8
