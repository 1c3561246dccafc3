"""Settings of the surface, and what counts as this machine alone."""

from __future__ import annotations

import pytest

from pipeline.server.options import ServerOptions, TwilioOptions, is_loopback


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("localhost", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("voice.example.com", False),
        ("localhost.example.com", False),
        ("127.0.0.1.example.com", False),
        ("", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


def test_a_public_address_is_not_local_even_behind_loopback() -> None:
    assert ServerOptions().local_only
    assert not ServerOptions(public_url="https://voice.example.com").local_only
    assert not ServerOptions(host="0.0.0.0").local_only


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"port": 65_536}, "port must be"),
        ({"max_calls": 0}, "max_calls must be"),
        ({"start_timeout_s": 0.0}, "start_timeout_s must be"),
        ({"drain_s": -1.0}, "drain_s must"),
        ({"api_token": ""}, "api_token is empty"),
        ({"public_url": "http://voice.example.com"}, "public_url must be https"),
        (
            {"public_url": "https://user:secret@voice.example.com"},
            "public_url must have no user, query or fragment$",
        ),
        ({"public_url": "https://voice.example.com/?a=b"}, "public_url must have no user, query"),
        ({"public_url": "https://"}, "public_url must look like"),
    ],
)
def test_every_complaint_begins_with_the_setting(
    options: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ValueError, match=f"^{complaint}"):
        ServerOptions(**options)  # type: ignore[arg-type]


def test_tokens() -> None:
    assert TwilioOptions().auth_tokens == ()
    assert TwilioOptions("a", "b").auth_tokens == ("a", "b")
    with pytest.raises(ValueError, match=r"^auth_token is empty"):
        TwilioOptions("")
    with pytest.raises(ValueError, match=r"^secondary_auth_token is given without"):
        TwilioOptions(None, "b")
