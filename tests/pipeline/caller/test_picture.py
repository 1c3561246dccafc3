"""The picture that the caller draws: the wire's own view, with the server's or without."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from pipeline.caller.phone import CallResult, Said
from pipeline.caller.picture import picture
from tests.pipeline.caller.test_voiced import SILENCE, tone
from tests.pipeline.test_timeline_svg import SVG, bars, timeline


@pytest.fixture
def result() -> CallResult:
    """Two seconds: the agent greets, the caller says one thing, the agent answers."""
    return CallResult(
        "CA1",
        caller_ulaw=bytearray(SILENCE * 25 + tone(500) + SILENCE * 50),
        agent_ulaw=bytearray(tone(400) + SILENCE * 55 + tone(500)),
        arrivals=[(10.0, 160, True), (1500.0, 160, True)],
        clears_ms=[700.0],
        said=[Said(0, 500.0, 1000.0, False, "hello <world>")],
    )


def test_the_wire_alone_shows_what_was_said_and_how_long_the_answer_took(
    result: CallResult,
) -> None:
    svg = picture(result, {}, {})
    assert "turn 0, response: 500 ms" in bars(svg)
    texts = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert {"hello <world>", "clear"} <= set(texts)


def test_the_server_adds_its_stages_and_the_wire_keeps_its_levels(result: CallResult) -> None:
    told = timeline() | {"caller_levels": [127] * 500, "clears_ms": []}
    svg = picture(result, told, {"turns": [{"index": 1, "caller": "heard so"}]})
    assert "turn 1, recogniser: 20 ms" in bars(svg)
    texts = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert {"heard so", "clear", "2 s"} <= set(texts)
    assert not {"hello <world>", "3 s"} & set(texts)


def test_an_empty_call_is_still_a_picture() -> None:
    ElementTree.fromstring(picture(CallResult("CA1"), {}, {}))
