"""The picture of a call: valid SVG, bars where the times say, words escaped."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.timeline_svg import CANCELLED, LEFT, PX_PER_S, draw

SVG = "{http://www.w3.org/2000/svg}"


def bars(svg: str) -> dict[str, ElementTree.Element]:
    """Bars by their tooltip."""
    return {
        str(rect.findtext(f"{SVG}title")): rect
        for rect in ElementTree.fromstring(svg).iter(f"{SVG}rect")
        if rect.find(f"{SVG}title") is not None
    }


def timeline(outcome: str = "finished") -> dict[str, Any]:
    """Two seconds: the caller says one thing, the agent answers."""
    stages = {
        "last_speech": 1000.0,
        "stt_start": 1140.0,
        "stt_end": 1160.0,
        "confirmed": 1300.0,
        "first_frame_sent": 1310.0,
    }
    return {
        "frame_ms": 20,
        "caller_levels": [0] * 25 + [90] * 25 + [0] * 50,
        "agent_levels": [0] * 66 + [80] * 20,
        "speech_ms": [[500, 1000]],
        "phases": [[0.0, "listening"], [500.0, "user speaking"], [1310.0, "speaking"]],
        "clears_ms": [700.0],
        "attempts": [{"turn": 1, "attempt": 2, "outcome": outcome, "stages_ms": stages}],
    }


def test_bars_lie_on_the_time_axis() -> None:
    found = bars(draw(timeline()))
    response = found["turn 1, response: 310 ms"]
    assert float(response.get("x", "")) == LEFT + 1.0 * PX_PER_S
    assert float(response.get("width", "")) == pytest.approx(0.31 * PX_PER_S, abs=0.1)
    assert float(found["turn 1, recogniser: 20 ms"].get("x", "")) == LEFT + 1.14 * PX_PER_S
    speaking = found["user speaking"]
    assert float(speaking.get("x", "")) == LEFT + 0.5 * PX_PER_S
    assert float(speaking.get("width", "")) == pytest.approx(0.81 * PX_PER_S, abs=0.1)


def test_a_stage_that_was_not_reached_has_no_bar() -> None:
    assert not any("voice" in title for title in bars(draw(timeline())))


def test_cancelled_work_is_grey() -> None:
    found = bars(draw(timeline("cancelled")))
    assert found["turn 1, recogniser: 20 ms, cancelled"].get("fill") == CANCELLED


def test_words_are_where_they_were_said_and_escaped() -> None:
    turns = [{"index": 1, "caller": "hello <world>", "heard": "hi & welcome"}]
    root = ElementTree.fromstring(draw(timeline(), turns))
    at = {text.text: text.get("x") for text in root.iter(f"{SVG}text")}
    assert at["hello <world>"] == str(LEFT + 0.5 * PX_PER_S)
    assert at["hi & welcome"] == str(round(LEFT + 1.31 * PX_PER_S, 1))
    assert {"clear", "2 s"} <= at.keys()


def test_an_empty_call_is_still_a_picture() -> None:
    ElementTree.fromstring(draw({}))
