"""The picture of a call: valid SVG, bars where the times say."""

from __future__ import annotations

import wave
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from audiocore.g711 import ulaw_decode
from pipeline.caller.phone import CallResult, Said
from pipeline.caller.recording import write_recording
from pipeline.caller.waterfall import LEFT, PX_PER_S, waterfall
from tests.pipeline.caller.test_voiced import SILENCE, tone

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def result() -> CallResult:
    """Two seconds: the agent greets, the caller says one thing, the agent answers."""
    caller = SILENCE * 25 + tone(500) + SILENCE * 50
    agent = tone(400) + SILENCE * 55 + tone(500)
    return CallResult(
        "CA1",
        caller_ulaw=bytearray(caller),
        agent_ulaw=bytearray(agent),
        arrivals=[(10.0, 160, True), (1500.0, 160, True)],
        clears_ms=[700.0],
        said=[Said(0, 500.0, 1000.0, False)],
    )


def bars(svg: str) -> dict[str, ElementTree.Element]:
    """Stage bars by their tooltip."""
    root = ElementTree.fromstring(svg)
    return {
        str(rect.findtext(f"{SVG}title")): rect
        for rect in root.iter(f"{SVG}rect")
        if rect.find(f"{SVG}title") is not None
    }


def test_stage_bars_lie_on_the_time_axis(result: CallResult) -> None:
    timings = {"endpoint": 400.0, "stt": 100.0, "first_clause": 50.0, "response": 510.0}
    record = {"turns": [{"timings_ms": {}}, {"timings_ms": timings}]}
    found = bars(waterfall(result, record, ["hello <world>"]))
    assert set(found) == {
        "endpoint: 400 ms",
        "stt: 100 ms",
        "first_clause: 50 ms",
        "response: 510 ms",
    }
    response = found["response: 510 ms"]
    assert float(response.get("x", "")) == LEFT + 1.0 * PX_PER_S
    assert float(response.get("width", "")) == pytest.approx(0.51 * PX_PER_S, abs=0.1)


def test_words_and_clears_are_shown_and_escaped(result: CallResult) -> None:
    root = ElementTree.fromstring(waterfall(result, {}, ["hello <world>"]))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "hello <world>" in texts
    assert "clear" in texts
    assert "2 s" in texts


def test_stages_of_a_turn_that_the_wire_did_not_see_are_not_drawn(result: CallResult) -> None:
    record = {"turns": [{"timings_ms": {"response": 2000.0}}]}
    assert bars(waterfall(result, record, ["hello"])) == {}


def test_an_empty_call_is_still_a_picture() -> None:
    ElementTree.fromstring(waterfall(CallResult("CA1"), {}, []))


def test_the_recording_has_the_caller_left_and_the_agent_right(
    result: CallResult, tmp_path: Path
) -> None:
    write_recording(tmp_path / "call.wav", result)
    with wave.open(str(tmp_path / "call.wav"), "rb") as file:
        assert (file.getnchannels(), file.getframerate(), file.getsampwidth()) == (2, 8000, 2)
        stereo = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    length = min(len(result.caller_ulaw), len(result.agent_ulaw))
    assert len(stereo) == length
    for channel, side in enumerate((result.caller_ulaw, result.agent_ulaw)):
        wanted = np.frombuffer(ulaw_decode(bytes(side)), dtype="<i2")[:length]
        assert np.array_equal(stereo[:, channel], wanted)
