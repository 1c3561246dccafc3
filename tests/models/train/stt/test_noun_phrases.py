import re
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from models.train.stt import noun_phrases
from models.train.stt.wordlists import NOUNS

ALL = [noun for listed in NOUNS.values() for noun in listed.words]
FORMS = {form for noun in ALL for form in noun.forms() if form}
SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.sampled_from(["person", "thing", "food", "place", "idea", "event", ""]))
def test_a_noun_phrase_ends_with_a_noun(seed: int, kind: str) -> None:
    text = noun_phrases.phrase(kind)(Random(seed))
    assert re.fullmatch(r"[a-z']+( [a-z']+)*", text)
    assert any(text == noun or text.endswith(f" {noun}") for noun in FORMS)


@given(SEEDS)
def test_singular_and_plural_nouns(seed: int) -> None:
    assert noun_phrases.one(Random(seed)) in {noun.one for noun in ALL}
    assert noun_phrases.several(Random(seed)) in {noun.many for noun in ALL}


def test_subjects_agree_with_their_determiner() -> None:
    rng = Random(4)
    for _ in range(2000):
        subject = noun_phrases.subject(rng)
        if subject.text.startswith(("these ", "two ", "several ", "many ")):
            assert subject.agrees == "they", subject
        if subject.text.startswith(("every ", "each ", "another ")) and " and " not in subject.text:
            assert subject.agrees == "it", subject
