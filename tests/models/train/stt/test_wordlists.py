import re
from collections import Counter
from random import Random

from models.train.patterns import expand, parse
from models.train.stt import wordlists
from models.train.stt.wordlists import (
    ADJECTIVES,
    ADVERBS,
    NOUNS,
    PHRASES,
    VERBS,
    Adjective,
    Noun,
    Verb,
)


def test_the_lists_are_broad() -> None:
    assert len(wordlists.lemmas()) > 9000
    assert len(wordlists.surface_forms(common=True)) > 7500
    assert wordlists.surface_forms(common=True) < wordlists.surface_forms()


def test_every_form_is_in_the_starter_form() -> None:
    odd = {
        form for form in wordlists.surface_forms() if not re.fullmatch(r"[a-z]+('[a-z]+)?", form)
    }
    assert not odd


def test_verbs_have_their_forms() -> None:
    verbs = {
        verb.base: verb for listed in VERBS.values() for verb in listed.words if not verb.particle
    }
    assert verbs["buy"] == Verb("buy", "buys", "bought", "bought", "buying")
    assert verbs["stop"] == Verb("stop", "stops", "stopped", "stopped", "stopping")
    assert verbs["admit"].past == "admitted"
    assert verbs["have"].third == "has"


def test_a_phrasal_verb_is_inflected_like_its_first_word() -> None:
    assert Verb("take", "takes", "took", "taken", "taking", "care of") in VERBS["thing"].words


def test_irregular_verbs_are_verbs_of_the_lists() -> None:
    """A misspelled one would leave a regular form in its place."""
    regular = {
        verb.base
        for listed in VERBS.values()
        for verb in listed.words
        if verb.past.endswith("ed") and len(verb.base) > 3
    }
    assert not regular & {
        "come",
        "give",
        "take",
        "make",
        "know",
        "think",
        "undertake",
        "overhear",
        "withdraw",
        "become",
        "uphold",
    }


def test_nouns_have_the_numbers_they_can_have() -> None:
    assert Noun("child", "children") in NOUNS["person"].words
    assert Noun("advice", "") in NOUNS["idea mass"].words
    assert Noun("", "scissors") in NOUNS["thing plural"].words


def test_adjectives_compare_in_one_of_two_ways() -> None:
    assert Adjective("good", "better", "best") in ADJECTIVES["quality er"].words
    assert Adjective("careful") in ADJECTIVES["person"].words


def test_no_list_says_a_word_twice() -> None:
    for lists in (VERBS, NOUNS, ADJECTIVES, ADVERBS):
        for kind, listed in lists.items():
            assert not [word for word, count in Counter(listed.words).items() if count > 1], kind


def test_common_words_are_drawn_more_often_than_rarer_ones() -> None:
    rng, things = Random(1), NOUNS["thing"]
    drawn = Counter(things.draw(rng).one for _ in range(3000))
    rarer = things.words[len(things.common) :]
    assert (
        sum(drawn[noun.one] for noun in rarer) < sum(drawn[noun.one] for noun in things.common) / 3
    )


def test_phrases_are_patterns() -> None:
    rng = Random(2)
    for phrases in PHRASES.values():
        for phrase in phrases:
            assert re.fullmatch(r"[a-z'{} ]+", " ".join(expand(rng, parse(phrase)))), phrase
