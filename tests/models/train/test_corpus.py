"""The generator of caller sentences."""

from __future__ import annotations

import random
import re
from datetime import date
from itertools import islice

import pytest

from models.train import corpus, patterns
from models.train.llm import data, replies
from models.train.llm.facts import FACTS, invented
from pipeline.flow import prompts, spoken_people
from pipeline.flow.business import Business
from pipeline.flow.dates import resolve_day, resolve_time

SEEDS = range(5)
TODAY = date(2026, 11, 21)


def drawn(
    seed: int, count: int = 400, *, held_out: float = 0.0, business: str = "clinic"
) -> list[corpus.Utterance]:
    source = corpus.sentences(random.Random(seed), held_out=held_out, business=business)
    return list(islice(source, count))


def test_the_same_seed_draws_the_same_sentences() -> None:
    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)


@pytest.mark.parametrize("seed", SEEDS)
def test_spoken_form(seed: int) -> None:
    for u in drawn(seed):
        assert re.fullmatch(r"[a-z']+(?: [a-z']+)*", u.text), u
        assert prompts.caller_words(u.text) == u.text


@pytest.mark.parametrize("seed", SEEDS)
def test_labels_are_those_of_the_flow(seed: int) -> None:
    opening = Business().hours["monday"]
    for u in drawn(seed):
        assert u.intent in prompts.INTENTS
        assert u.asked in corpus.ASKED
        if "time" in u.slots:
            assert resolve_time(u.slots["time"], opening), u
        day = u.slots.get("day", "today")
        month_ends = re.search(r"(29|30|31)(st|th)?$", day)
        assert month_ends or resolve_day(day, TODAY), u


@pytest.mark.parametrize("seed", SEEDS)
def test_names_can_be_copied_from_both_forms(seed: int) -> None:
    for u in drawn(seed):
        for words in (u.text, prompts.caller_words(u.written)):
            for slot in ("name", "spelled"):
                if slot in u.slots:
                    assert re.search(".*".join(u.slots[slot].split()), words), u


@pytest.mark.parametrize("seed", SEEDS)
def test_held_out_names_are_never_drawn_in_training(seed: int) -> None:
    for u in drawn(seed):
        assert not any(map(corpus.is_held_out, u.slots.get("name", "").split())), u
    for u in drawn(seed, held_out=0.5):
        assert all(map(corpus.is_held_out, u.slots.get("name", "").split())), u


@pytest.mark.parametrize("business", corpus.BUSINESSES)
def test_held_out_phrasings_cannot_be_drawn_in_training(business: str) -> None:
    rng = random.Random(2)
    held_out, known = set[str](), set[str]()
    for asked, groups in corpus.PHRASES[business].items():
        side = held_out if asked.startswith("held out") else known
        for _, some in groups.values():
            side.update(some)
    assert len(held_out) > 100
    training = [re.compile(patterns.spelled_out(patterns.parse(pattern))) for pattern in known]
    for pattern in held_out:
        alternatives = patterns.parse(pattern)
        for sentence in {" ".join(patterns.expand(rng, alternatives)) for _ in range(100)}:
            assert not any(known.fullmatch(f"{sentence} ") for known in training), sentence


@pytest.mark.parametrize("business", corpus.BUSINESSES)
def test_every_intent_and_topic_is_drawn_and_answered(business: str) -> None:
    rng = random.Random(1)
    seen, topics = set(), set()
    name, facts = invented(rng, business)
    for u in drawn(1, 20_000, business=business):
        seen.add(u.intent)
        if u.intent == "question":
            topics.add(u.topic)
        if replies.situation_of(u):
            assert replies.answer(rng, name, facts, u)
    assert seen == set(prompts.INTENTS)
    assert topics == {*FACTS[business], "help"}


def test_a_number_of_people_is_what_the_rules_read() -> None:
    """But for wordings that no rule reads, and numbers that only the context tells from a time."""
    drawn_people = [u for u in drawn(1, 6000, business="restaurant") if u.asked == "people"]
    said = [u for u in drawn_people if "people" in u.slots]
    right = [
        u.slots.get("people") == str(spoken_people.read(u.text, True)[0] or u.slots.get("people"))
        for u in said
    ]
    assert len(said) > 200
    assert sum(right) > 0.97 * len(right)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_misheard_name_is_labelled_as_heard(seed: int) -> None:
    rng = random.Random(seed)
    changed = 0
    for u in drawn(seed):
        words, name = data.heard(rng, u, 1.0)
        changed += prompts.caller_words(u.text) != words
        assert set((name or "").split()) <= set(words.split())
    assert changed > 100


@pytest.mark.parametrize("seed", SEEDS)
def test_examples_satisfy_the_grammar(seed: int) -> None:
    """What training teaches is what the grammar lets the model say."""
    rng = random.Random(seed)
    for _ in range(200):
        example, u = data.understanding(rng)
        words = example.user.split("Caller: ", 1)[1].split()
        position = -1
        for part in u.slots.get("name", "").split():
            assert part in words[position + 1 :]
            position = words.index(part, position + 1)
