"""What operators can set about the conversation."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.flow.options import FlowOptions
from pipeline.interfaces.conversation import ListeningPolicy


def test_each_question_has_its_policy() -> None:
    options = FlowOptions(patience={"day": "patient"}, min_words={"confirm": 2})
    assert options.policy("day", protected=False) == ListeningPolicy("patient")
    assert options.policy("more", protected=True) == ListeningPolicy("eager", interruptible=False)
    assert options.policy("confirm", protected=False).min_words == 2


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("confidence", 1.5),
        ("intent_confidence", -0.1),
        ("patience", {"weather": "eager"}),
        ("min_words", {"name": 0}),
        ("tool_ms", 100),
        ("tool_calls", "nobody"),
    ],
)
def test_what_makes_no_sense_is_named(key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=key):
        FlowOptions(**{key: value})
