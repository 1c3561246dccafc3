"""Which name it was, after one answer and after several."""

from __future__ import annotations

import pytest

from pipeline.flow.likely_names import Answer, likely


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("mark carter", "mark carter"),
        ("catherine sandto stoods", "katherine santos"),
        ("carolos yang", "carlos yang"),
        ("clara doraldton", "clara donaldson"),
        ("jack harrannalds", "jack reynolds"),
    ],
)
def test_a_misheard_name_is_the_common_one_that_sounds_like_it(heard: str, name: str) -> None:
    assert likely([Answer("full", heard)]).name == name


def test_what_is_heard_exactly_is_likelier_than_what_is_more_common() -> None:
    found = likely([Answer("full", "olivia murray")])
    assert found.name == "olivia murray"
    assert found.likelihood > 0.5
    assert likely([Answer("full", "ruber bota")]).likelihood < 0.2


@pytest.mark.parametrize(
    ("heard", "name"),
    [
        ("r e y n o l d s", "reynolds"),
        ("r e y m o d s", "reynolds"),
        ("s c h n i d t", "schmidt"),
        ("b u c h a n a n a n", "buchanan"),
        ("reynolds r e y n o l s", "reynolds"),
    ],
)
def test_letters_are_read_with_the_names_in_mind(heard: str, name: str) -> None:
    assert likely([Answer("last", heard, 0.5)]).last.word == name


def test_a_name_in_no_list_is_what_was_spelled() -> None:
    answers = [Answer("full", "zora blacks quill"), Answer("last", "b l a x q u i l l")]
    assert likely(answers).last.word == "blaxquill"


def test_answers_add_up() -> None:
    once = [Answer("full", "andrew willton", 0.5)]
    again = [*once, Answer("last", "w a l t o n", 0.6)]
    assert likely(again).name == "andrew walton"
    assert likely(again).likelihood > likely(once).likelihood
    assert likely([*once, *once]) == likely(once)  # the same mistake twice tells nothing new


def test_what_was_rejected_is_not_proposed_again() -> None:
    answers = [Answer("full", "anna reynolds", 0.6)]
    first = likely(answers)
    second = likely(answers, [first.name])
    assert first.name == "anna reynolds"
    assert second.name != first.name
    assert 0 < second.likelihood <= 1


def test_an_objection_may_hold_either_part_or_both() -> None:
    spelled = Answer("first", "j a c k i e")
    wrong = [Answer("full", "jack harrannalds", 0.5), spelled]
    for words in ("reynolds", "jackie reynolds", "r e y n o l d s"):
        assert likely([*wrong, Answer("any", words)]).name == "jackie reynolds"


def test_only_spelling_tells_names_apart_that_sound_the_same() -> None:
    assert likely([Answer("full", "katherine carter")]).vague == {"first": True, "last": False}
    assert likely([Answer("full", "mark carter")]).vague == {"first": False, "last": False}
    spelled = [Answer("full", "katherine carter"), Answer("first", "c a t h e r i n e")]
    assert likely(spelled).name == "catherine carter"
    assert not likely(spelled).vague["first"]
