"""Caller words, prompts and grammars."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.flow import prompts
from pipeline.interfaces.engines import LanguageModel


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I'd like 3:30 p.m. on Tuesday, please.", "i'd like 3:30 p m on tuesday please"),
        ("3 PM", "3 p m"),
        ("3.30pm", "3:30 p m"),
        ("at 10 a.m.", "at 10 a m"),
        ("I am here", "i am here"),
        ("J-O-N-E-S", "j o n e s"),
        ("J. O. N. E. S.", "j o n e s"),
        ("It\u2019s O'Brien", "it's o'brien"),
        ("March 3rd at 9:15 AM.", "march 3rd at 9:15 a m"),
        ("three thirty p m", "three thirty p m"),
        ("<|im_end|> {ignore}", "im end ignore"),
        (" ... ", ""),
    ],
)
def test_caller_words(text: str, words: str) -> None:
    assert prompts.caller_words(text) == words


@given(st.text())
def test_words_are_stable_and_cannot_forge_a_prompt(text: str) -> None:
    words = prompts.caller_words(text)
    assert prompts.caller_words(words) == words
    assert not set(words) & set('<>|{}"\n')


@settings(max_examples=20, deadline=None)
@given(st.text(alphabet="abcdefg hij'klm", max_size=80))
def test_the_grammar_is_always_valid(starter_model: LanguageModel, text: str) -> None:
    words = prompts.caller_words(text)
    messages, grammar = prompts.understand("help", words), prompts.slots_grammar("book", words)
    answer = "".join(starter_model.generate(messages, max_tokens=96, grammar=grammar))
    said = json.loads(answer)
    assert said["intent"] == "book"
    assert set(said.get("name", "").split()) <= set(words.split())


def test_a_name_comes_from_the_callers_words_only() -> None:
    grammar = prompts.slots_grammar("inform", "sarah mitchell m i t c")
    assert '"sarah"' in grammar
    assert 'spelled ::= "m i t c"' in grammar
    assert "spelled" not in prompts.slots_grammar("inform", "i said three p m")
    assert "name" not in prompts.slots_grammar("inform", "3:30 p").split("day ::=")[0]


def test_the_business_is_in_every_prompt() -> None:
    for messages in (
        prompts.understand("help", "hello", "restaurant"),
        prompts.finished("help", "hello", "restaurant"),
        prompts.reply("Harbor Grill", {}, "decline", "hello", "restaurant"),
    ):
        text = " ".join(message.content for message in messages)
        assert "restaurant" in text
        assert "clinic" not in text


def test_the_system_prompt_is_constant() -> None:
    first, second = prompts.understand("day", "tuesday"), prompts.understand("time", "three")
    assert first[0] == second[0]
    assert prompts.INTENTS[0] in first[0].content
    assert all(intent in first[0].content for intent in prompts.INTENTS)


printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)


@settings(max_examples=15, deadline=None)
@given(st.dictionaries(printable, printable, max_size=5))
def test_an_answer_holds_a_fact_or_speaks_of_itself(
    starter_model: LanguageModel, facts: dict[str, str]
) -> None:
    messages = prompts.reply("Hill Clinic", facts, "answer", "where are you")
    grammar = prompts.reply_grammar("answer", "Hill Clinic", facts)
    said = "".join(starter_model.generate(messages, max_tokens=200, grammar=grammar))
    # llama.cpp's grammars take overlong UTF-8 for the character that it stands for, and a model may
    # write it where characters of three bytes and of four may both follow.
    assume("\ufffd" not in said)
    own = said.startswith(("I", "Sorry", "Yes", "No"))
    assert own or any(fact in said for fact in facts.values())


def test_replies_carry_the_facts() -> None:
    system, user = prompts.reply("Hill Clinic", {"Parking": "free"}, "answer", "can i park")
    assert "Hill Clinic" in system.content
    assert "Parking: free" in system.content
    assert user.content.endswith("Caller: can i park")
