"""What every answer begins with, as far as the root rule tells."""

from __future__ import annotations

import pytest

from pipeline.engines.llama_cpp.grammar import beginning
from pipeline.flow import prompts


@pytest.mark.parametrize(
    ("grammar", "text"),
    [
        ('root ::= "yes"', "yes"),
        ('root ::= "say " word\nword ::= "yes" | "no"', "say "),
        ('word ::= "a"\nroot ::= "{\\"name\\":\\"" word "\\"}"', '{"name":"'),
        ('root ::= "a" ("b" | "c")? [d|e]', "a"),
        ('root ::= "a" ("b" ("c" | "d"))', "a"),
        ('root ::= "a" | "b"', ""),
        ('root ::= "a"? "b"', ""),
        ('root ::= "a"{2} "b"', ""),
        ('root ::= ("a" | "b") "c"', ""),
        ('root ::= "a" (\n"b") | "c"', ""),
        ('root ::= "\\x41" word\nword ::= "b"', ""),
        ('root ::= [a-z] "a"', ""),
        ('start ::= "a"', ""),
    ],
)
def test_the_beginning(grammar: str, text: str) -> None:
    assert beginning(grammar) == text


def test_the_prompts_grammars() -> None:
    assert beginning(prompts.slots_grammar("inform", "mark carter")) == '{"intent":"inform"'
    assert beginning(prompts.reply_grammar("chat", "Harbor Clinic", {})) == ""
