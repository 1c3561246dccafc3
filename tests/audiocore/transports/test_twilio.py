"""The Twilio codec: the wire as documented, and anything else that may come along it."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.errors import LocalProtocolError
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

CONNECTED = {"event": "connected", "protocol": "Call", "version": "1.0.0"}


def start(**changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "accountSid": "AC1",
        "streamSid": "MZ1",
        "callSid": "CA1",
        "tracks": ["inbound"],
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        "customParameters": {"token": "t0ken"},
    }
    fields |= changes
    return {"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": fields}


def media(payload: str, **changes: Any) -> dict[str, Any]:
    fields = {"track": "inbound", "chunk": "2", "timestamp": "25", "payload": payload} | changes
    return {"event": "media", "sequenceNumber": "4", "streamSid": "MZ1", "media": fields}


def started() -> TwilioMediaStream:
    stream = TwilioMediaStream()
    assert stream.receive(json.dumps(CONNECTED)) == []
    assert stream.receive(json.dumps(start())) == [
        StreamStarted("MZ1", "CA1", "AC1", {"token": "t0ken"})
    ]
    return stream


def test_audio_with_its_media_time() -> None:
    message = media(base64.b64encode(b"\xff\x7f\x00").decode())
    assert started().receive(json.dumps(message)) == [AudioReceived(b"\xff\x7f\x00", 25)]


def test_keys_marks_and_the_end() -> None:
    stream = started()
    key = {"event": "dtmf", "dtmf": {"track": "inbound_track", "digit": "#"}}
    mark = {"event": "mark", "sequenceNumber": "17", "mark": {"name": "1.0"}}
    stop = {"event": "stop", "stop": {"accountSid": "AC1", "callSid": "CA1"}}
    assert stream.receive(json.dumps(key)) == [DtmfReceived("#")]
    assert stream.receive(json.dumps(mark).encode()) == [MarkReturned("1.0")]
    assert stream.receive(json.dumps(stop)) == [StreamStopped("stream stopped")]
    assert stream.receive(json.dumps(mark)) == []


def test_what_we_send_has_exactly_the_documented_fields() -> None:
    stream = started()
    assert json.loads(stream.send(SendAudio(b"\xff\xff"))) == {
        "event": "media",
        "streamSid": "MZ1",
        "media": {"payload": "//8="},
    }
    assert json.loads(stream.send(SendMark("1.0"))) == {
        "event": "mark",
        "streamSid": "MZ1",
        "mark": {"name": "1.0"},
    }
    assert json.loads(stream.send(SendClear())) == {"event": "clear", "streamSid": "MZ1"}


def test_nothing_can_be_sent_before_the_start() -> None:
    with pytest.raises(LocalProtocolError, match="start"):
        TwilioMediaStream().send(SendClear())


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"streamSid": 7}, "streamSid"),
        ({"callSid": ""}, "callSid"),
        ({"mediaFormat": {"encoding": "audio/x-l16", "sampleRate": 8000, "channels": 1}}, "mulaw"),
        ({"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}}, "Hz"),
        ({"mediaFormat": None}, "mulaw"),
    ],
)
def test_a_stream_that_cannot_be_used_is_ended_and_says_why(
    changes: dict[str, Any], complaint: str
) -> None:
    (event,) = TwilioMediaStream().receive(json.dumps(start(**changes)))
    assert isinstance(event, StreamStopped)
    assert complaint in event.reason


@pytest.mark.parametrize(
    "message",
    [
        media("not base64!"),
        media(""),
        media("/w==", track="outbound"),
        media("é"),
        {"event": "media", "media": []},
        {"event": "dtmf", "dtmf": {"digit": "12"}},
        {"event": "dtmf", "dtmf": {"digit": ""}},
        {"event": "mark", "mark": {"name": None}},
        {"event": "weather"},
        {"event": ["media"]},
        [],
        start(),
    ],
)
def test_what_is_not_understood_is_counted_and_ignored(message: Any) -> None:
    stream = started()
    before = stream.ignored
    assert stream.receive(json.dumps(message)) == []
    assert stream.ignored == before + 1


@pytest.mark.parametrize("stamp", ["x", "-1", -1, None, True, "9" * 40, 1.5])
def test_an_odd_timestamp_costs_only_the_timestamp(stamp: Any) -> None:
    assert started().receive(json.dumps(media("/w==", timestamp=stamp))) == [
        AudioReceived(b"\xff", None)
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda values: (
        st.lists(values, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["event", "start", "media", "mark", "dtmf", "payload", "name", "digit", "streamSid"]
            )
            | st.text(max_size=5),
            values,
            max_size=6,
        )
    ),
    max_leaves=20,
)
EVENTS = st.sampled_from(["connected", "start", "media", "mark", "dtmf", "stop", "clear"])
MESSAGES = st.one_of(
    st.text(),
    st.binary(),
    JSON.map(json.dumps),
    st.builds(lambda event, fields: json.dumps({"event": event, event: fields}), EVENTS, JSON),
    st.sampled_from([CONNECTED, start(), media("/w==")]).map(json.dumps),
)


@given(st.lists(MESSAGES, max_size=20))
def test_anything_in_any_order_never_raises(messages: list[str | bytes]) -> None:
    stream = TwilioMediaStream()
    events = [event for message in messages for event in stream.receive(message)]
    stopped = [isinstance(event, StreamStopped) for event in events]
    assert not any(stopped[:-1]), "nothing follows the end"
    assert sum(isinstance(event, StreamStarted) for event in events) <= 1


@given(st.binary(min_size=1, max_size=400))
def test_audio_survives_the_round_trip(audio: bytes) -> None:
    stream = started()
    payload = json.loads(stream.send(SendAudio(audio)))["media"]["payload"]
    assert stream.receive(json.dumps(media(payload))) == [AudioReceived(audio, 25)]
