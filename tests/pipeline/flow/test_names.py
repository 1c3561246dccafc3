"""Names in answers to the question for one."""

from __future__ import annotations

import pytest

from pipeline.flow.names import capitalised, read


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("sarah mitchell", "sarah mitchell"),
        ("yeah um it's sarah mitchell please", "sarah mitchell"),
        ("my name is xaviou drang", "xaviou drang"),
        ("my um name is anna maria lopez", "anna maria lopez"),
        ("my first name is john and my last name is smith", "john smith"),
        ("it's for my son peter jones", "peter jones"),
        ("i'm called bob", "bob"),
        ("the last name is o'brien", "o'brien"),
        ("sarah mitchell and i'd like to come", "sarah mitchell"),
        ("everybody knows me as tom green", "tom green"),
        ("teresa surname keats", "teresa keats"),
        ("gordon as a first name and long", "gordon long"),
        ("john is my first name and smith is the last name", "john smith"),
        ("first abigail last nuski", "abigail nuski"),
        ("hart that's my last name", "hart"),
        ("jasmine with brady", "jasmine brady"),
        ("gilbert comma berg", "gilbert berg"),
        ("just list thomas harper", "thomas harper"),
        ("take down olga keats please", "olga keats"),
        ("this side holly johnson here", "holly johnson"),
        ("holly johnson is my good name", "holly johnson"),
        ("the full name being sam west", "sam west"),
        ("ann lee same as last time", None),
        ("my name is", None),
        ("i don't know", None),
        ("this isabel schmidt", None),
        ("hi this is laura bennett i'd like to book a visit", "laura bennett"),
        ("you have the wrong idea about all of this", None),
    ],
)
def test_names(words: str, name: str | None) -> None:
    assert read(words.split()) == name


@pytest.mark.parametrize("name", ["Sarah Mitchell", "Sarah O'Brien", "D'Angelo", "Mary's"])
def test_names_are_written_with_capitals(name: str) -> None:
    assert capitalised(name.lower()) == name
