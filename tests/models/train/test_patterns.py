import re

import pytest

from models.train.patterns import BUSINESSES, PHRASES, parse


@pytest.mark.parametrize("business", BUSINESSES)
def test_no_line_of_the_phrases_is_lost(business: str) -> None:
    from models.train import patterns

    written = 0
    for name in ("everyone", business):
        text = (patterns._HERE / f"phrases/{name}.txt").read_text()
        assert not re.search(r"^[^#$\n]", text.partition("\n== ")[0], re.MULTILINE)
        lines = [line for line in text.splitlines() if line and not line.startswith(("#", "="))]
        written += sum(not re.match(r"\$\w+ = ", line) for line in lines)
    read = sum(len(some) for groups in PHRASES[business].values() for _, some in groups.values())
    assert read == written


def test_macros_are_filled_in() -> None:
    for groups in PHRASES.values():
        for found in groups.values():
            assert not any("$" in pattern for _, some in found.values() for pattern in some)


def test_an_open_bracket_is_named() -> None:
    with pytest.raises(ValueError, match=r"lacks '\)': \(yes\|no"):
        parse("(yes|no")
