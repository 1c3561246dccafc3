"""What a grammar leaves no choice about.

Text that every answer begins with need not be decoded token by token: it is evaluated together with
the prompt.
"""

from __future__ import annotations

import json
import re

_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"')
_CLASS = re.compile(r"\[(?:[^\]\\]|\\.)*\]")
_GROUP = re.compile(r"\([^()]*\)")


def beginning(grammar: str) -> str:
    """The literal that the root rule of this GBNF begins with; empty if an answer may begin
    otherwise, or if that is hard to tell."""
    root = re.search(r"^root ::= *(.*)$", grammar, re.MULTILINE)
    literal = _LITERAL.match(root[1]) if root else None
    if root is None or literal is None:
        return ""
    rest = _CLASS.sub("", _LITERAL.sub("", root[1][literal.end() :]))
    while (shorter := _GROUP.sub("", rest)) != rest:
        rest = shorter
    if re.match("[*+?{]", rest) or re.search("[|(]", rest):
        return ""
    try:
        return str(json.loads(literal[0]))
    except ValueError:  # GBNF has escapes that JSON has not
        return ""
