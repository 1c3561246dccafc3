"""Numbers of people in a caller's words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.flow.spoken_numbers import listed
from pipeline.flow.spoken_people import read


@pytest.mark.parametrize(
    ("words", "people", "rest"),
    [
        ("a table for four on friday", 4, "a on friday"),
        ("for four people at seven", 4, "at seven"),
        ("two adults and a child", 3, ""),
        ("six guests in total", 6, "in total"),
        ("a party of twenty two", 22, "a"),
        ("there will be 8 of us", 8, ""),
        ("me and three friends", 4, ""),
        ("three of my cousins and myself", 4, ""),
        ("two friends so count me in", 3, "in"),
        ("a meal out for eleven", 11, "a"),
        ("there might be five", 5, ""),
        ("my wife and i", 2, ""),
        ("just me", 1, ""),
        ("half a dozen", 6, ""),
        ("five people not six people", 5, "not"),
        ("dinner with seven on sunday", 7, "dinner on sunday"),
        ("let me talk to a person", None, "let me talk to a person"),
        ("the name is two rivers", None, "the name is two rivers"),
        ("it's my birthday and i'd like to come", None, "it's my birthday and i'd like to come"),
        ("friday at seven", None, "friday at seven"),
    ],
)
def test_said_whatever_was_asked(words: str, people: int | None, rest: str) -> None:
    assert read(words, False) == (people, rest)


@pytest.mark.parametrize(
    ("words", "people"),
    [
        ("four", 4),
        ("four sorry five", 5),
        ("not four but six", 6),
        ("four at three o'clock", 4),
        ("four thirty p m", None),
        ("i don't know", None),
    ],
)
def test_a_number_alone_answers_the_question(words: str, people: int | None) -> None:
    assert read(words, True)[0] == people


@given(st.lists(st.sampled_from(listed("four for a table people me and two not my wife i of"))))
def test_anything_can_be_read(said: list[str]) -> None:
    words = " ".join(said)
    people, rest = read(words, True)
    assert people is None or 1 <= people <= 120
    assert len(rest) <= len(words)
