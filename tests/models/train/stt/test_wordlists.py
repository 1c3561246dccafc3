import re
from collections import Counter
from random import Random

from models.train.patterns import expand, parse
from models.train.stt import wordlists
from models.train.stt.inflection import with_e
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
    for form in wordlists.surface_forms():
        assert re.fullmatch(r"[a-z]+('[a-z]+)?", form)


def test_verbs_have_their_forms() -> None:
    verbs = {verb.base: verb for listed in VERBS.values() for verb in listed.words}
    assert verbs["buy"] == Verb("buy", "buys", "bought", "bought", "buying")
    assert verbs["stop"] == Verb("stop", "stops", "stopped", "stopped", "stopping")
    assert verbs["admit"].past == "admitted"
    assert verbs["have"].third == "has"


def test_a_phrasal_verb_is_inflected_like_its_first_word() -> None:
    assert Verb("take", "takes", "took", "taken", "taking", "care of") in VERBS["thing"].words


def test_verbs_with_a_prefix_are_as_irregular_as_those_without() -> None:
    """Undertook like took: the list of irregular verbs names both."""
    verbs = {verb.base: verb for listed in VERBS.values() for verb in listed.words}
    for prefix in ("over", "under", "out", "re", "mis", "un", "with", "up"):
        for base, verb in verbs.items():
            plain = verbs.get(base.removeprefix(prefix), verb)
            if plain.past != with_e(plain.base, "ed") and len(plain.past) > 2:
                assert verb.past.endswith(plain.past), base


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
    common = sum(drawn[noun.one] for noun in things.common)
    assert common > 3 * (drawn.total() - common)


def test_phrases_are_patterns() -> None:
    rng = Random(2)
    for phrases in PHRASES.values():
        for phrase in phrases:
            assert re.fullmatch(r"[a-z'{} ]+", " ".join(expand(rng, parse(phrase)))), phrase
