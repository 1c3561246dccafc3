"""TwiML documents, read back with an XML parser."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from pipeline.server import twiml


@given(token=st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters="\x7f")))
def test_a_stream_and_nothing_after_it(token: str) -> None:
    root = ElementTree.fromstring(twiml.connect("wss://a.example/b", token))
    assert root.tag == "Response"
    (connect,) = root
    assert (connect.tag, connect.attrib) == ("Connect", {})  # no action: the call ends with us
    (stream,) = connect
    assert (stream.tag, stream.attrib) == ("Stream", {"url": "wss://a.example/b"})
    (parameter,) = stream
    assert (parameter.tag, parameter.attrib) == ("Parameter", {"name": "token", "value": token})


def test_refusals() -> None:
    (reject,) = ElementTree.fromstring(twiml.busy())
    assert (reject.tag, reject.attrib) == ("Reject", {"reason": "busy"})
    (hangup,) = ElementTree.fromstring(twiml.hang_up())
    assert hangup.tag == "Hangup"
