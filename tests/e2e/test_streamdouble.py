"""A caller that nobody here wrote: streamdouble, a simulator of Twilio Media Streams.

It opens the media socket itself, so the webhook is asked first, as Twilio would ask it.
Source: https://pypi.org/project/streamdouble.
"""

from __future__ import annotations

import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
from streamdouble.protocol import StreamIdentity
from streamdouble.scenario import Dtmf, Expect, Hangup, Say, Scenario, Step, Wait, WaitFor
from streamdouble.session import Session, SessionConfig, SessionResult

from audiocore.g711 import ulaw_encode
from audiocore.units import FRAME_SAMPLES
from pipeline.audiofile import read_pcm
from pipeline.caller import web
from pipeline.caller.command import DEMO_SCRIPT
from pipeline.caller.script import whole_frames
from tests.e2e.conftest import Server


def say(recording: str) -> Say:
    path = DEMO_SCRIPT.parent / recording
    audio = whole_frames(ulaw_encode(read_pcm(path, 8000)))
    starts = range(0, len(audio), FRAME_SAMPLES)
    return Say(Path(recording), [audio[at : at + FRAME_SAMPLES] for at in starts])


async def place(server: Server, *steps: Step) -> SessionResult:
    identity = StreamIdentity()
    form = [
        ("CallSid", identity.call_sid),
        ("AccountSid", identity.account_sid),
        ("From", "+14155550100"),
        ("To", "+14155550199"),
    ]
    answer = await web.post_form(f"{server.url}/telephony/inbound", form)
    stream = ElementTree.fromstring(answer.body).find("./Connect/Stream")
    assert stream is not None
    parameters = {p.get("name", ""): p.get("value", "") for p in stream}
    session = Session(
        stream.get("url", ""),
        scenario=Scenario("call", list(steps)),
        config=SessionConfig(custom_parameters=parameters, quiet_period_s=0.5, max_drain_s=10),
        identity=identity,
    )
    result = await session.run()
    assert result.violations == []
    return result


def record(server: Server, result: SessionResult) -> dict[str, object]:
    """The call's record once it has ended."""
    for _ in range(100):
        call: dict[str, object] = server.get(f"/calls/{result.identity.call_sid}")
        if call["status"] == "terminated":
            return call
        time.sleep(0.1)
    pytest.fail("the call was not ended")


async def test_the_greeting_is_heard_and_its_marks_come_back(server: Server) -> None:
    result = await place(server, WaitFor("audio"), WaitFor("mark", 15), WaitFor("quiet", 15))
    assert result.audio_received
    assert result.marks_echoed
    call = record(server, result)
    turns = call["turns"]
    assert isinstance(turns, list)
    assert turns[0]["heard"] == turns[0]["agent"] != ""
    assert turns[0]["interrupted"] is False


async def test_talking_over_the_greeting_clears_it(server: Server) -> None:
    result = await place(
        server,
        WaitFor("audio"),
        Wait(0.5),
        say("1-book.flac"),
        Expect("clear"),
        WaitFor("mark", 15),
    )
    assert result.failed_expectations == []
    turns = record(server, result)["turns"]
    assert isinstance(turns, list)
    assert turns[0]["interrupted"] is True
    assert turns[0]["agent"].startswith(turns[0]["heard"])
    assert len(turns[0]["heard"]) < len(turns[0]["agent"])


async def test_a_silent_caller_is_asked_again(server: Server) -> None:
    result = await place(server, WaitFor("quiet", 15), Wait(4.5), WaitFor("quiet", 15))
    turns = record(server, result)["turns"]
    assert isinstance(turns, list)
    assert len(turns) >= 2
    assert turns[1]["caller"] == ""
    assert turns[1]["agent"]


async def test_a_dropped_line_is_cleaned_up(server: Server) -> None:
    result = await place(server, WaitFor("audio"), say("1-book.flac"), Hangup())
    assert record(server, result)["end_reason"] == "disconnected"


async def test_a_polite_hang_up_ends_the_call(server: Server) -> None:
    result = await place(server, WaitFor("audio"), Dtmf("1"), Wait(0.2))
    assert record(server, result)["end_reason"] == "stream stopped"


async def test_a_caller_who_sends_only_noise_gets_no_violation(server: Server) -> None:
    noise = [bytes((n * 37 + i * 101) % 256 for i in range(160)) for n in range(100)]
    result = await place(server, Say(Path("noise"), noise), Wait(0.5))
    assert result.audio_received
    record(server, result)
