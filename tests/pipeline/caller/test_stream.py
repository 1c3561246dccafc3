"""What our carrier sends is what our codec reads, and bad agents are noticed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.events import (
    AudioReceived,
    DtmfReceived,
    MarkReturned,
    SendAudio,
    SendClear,
    SendMark,
    StreamStarted,
    StreamStopped,
)
from audiocore.transports.twilio import TwilioMediaStream
from pipeline.caller.stream import CarrierStream

CLEAR = '{"event":"clear","streamSid":"MZ1"}'


def carrier() -> CarrierStream:
    return CarrierStream("MZ1", "CA1", "AC1")


def test_every_message_is_understood_by_the_codec() -> None:
    stream, codec = carrier(), TwilioMediaStream()
    messages = [
        stream.connected(),
        stream.start({"token": "t"}),
        stream.media(b"\x01" * 160),
        stream.media(b"\x02" * 160),
        stream.dtmf("#"),
        stream.mark("m"),
        stream.stop(),
    ]
    assert [event for message in messages for event in codec.receive(message)] == [
        StreamStarted("MZ1", "CA1", "AC1", {"token": "t"}),
        AudioReceived(b"\x01" * 160, 0),
        AudioReceived(b"\x02" * 160, 20),
        DtmfReceived("#"),
        MarkReturned("m"),
        StreamStopped("stream stopped"),
    ]


def test_counts_are_strings_and_one_sequence_spans_all_messages() -> None:
    stream = carrier()
    assert "sequenceNumber" not in json.loads(stream.connected())
    messages = [stream.start({}), stream.media(b"x"), stream.dtmf("1"), stream.media(b"y")]
    fields = [json.loads(message) for message in messages]
    assert [f["sequenceNumber"] for f in fields] == ["1", "2", "3", "4"]
    assert [f["media"]["chunk"] for f in fields if "media" in f] == ["1", "2"]
    assert [f["media"]["timestamp"] for f in fields if "media" in f] == ["0", "20"]
    assert fields[2]["dtmf"] == {"track": "inbound_track", "digit": "1"}
    assert fields[0]["start"]["mediaFormat"]["sampleRate"] == 8000


@given(
    st.one_of(
        st.binary(min_size=1, max_size=400).map(SendAudio),
        st.text(max_size=20).map(SendMark),
        st.just(SendClear()),
    )
)
def test_what_the_codec_sends_is_accepted(command: SendAudio | SendMark | SendClear) -> None:
    stream, codec = carrier(), TwilioMediaStream()
    codec.receive(stream.start({}))
    assert stream.receive(codec.send(command)) == command
    assert stream.violations == []


@pytest.mark.parametrize(
    "message",
    [
        b"\x00",
        "",
        "[]",
        "1",
        '{"event":"stop","streamSid":"MZ1"}',
        '{"event":"clear"}',
        '{"event":"clear","streamSid":"MZ2"}',
        '{"event":"clear","streamSid":"MZ1","track":"outbound"}',
        '{"event":"mark","streamSid":"MZ1"}',
        '{"event":"mark","streamSid":"MZ1","mark":{"name":1}}',
        '{"event":"mark","streamSid":"MZ1","mark":"m"}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"*"}}',
        '{"event":"media","streamSid":"MZ1","media":{"payload":"","track":"outbound"}}',
        '{"event":"media","streamSid":"MZ1","sequenceNumber":"1","media":{"payload":""}}',
    ],
)
def test_what_twilio_would_warn_about_is_a_violation(message: str | bytes) -> None:
    stream = carrier()
    assert stream.receive(message) is None
    assert len(stream.violations) == 1


@given(
    st.text()
    | st.binary()
    | st.recursive(st.none() | st.text(max_size=5), st.lists).map(json.dumps)
)
def test_nothing_that_an_agent_sends_raises(message: str | bytes) -> None:
    stream = carrier()
    if message != CLEAR:
        assert stream.receive(message) is None
