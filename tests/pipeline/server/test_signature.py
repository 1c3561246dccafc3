"""The vectors that twilio-python and Twilio's documentation publish, through our check."""

from __future__ import annotations

import pytest
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from pipeline.server.signature import SignatureCheck

P = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
DOCS = P | {"Caller": "+14158675310", "From": "+14158675310"}
U = "https://mycompany.com/myapp.php?foo=1&bar=2"


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        (U, P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (U.replace(".com", ".com:1234"), P, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (U, P, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (U.replace(".com", ".com:443"), P, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (U.replace("https", "http"), P, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (
            U.replace("https", "http").replace(".com", ".com:1234"),
            P,
            "Zmvh+3yNM1Phv2jhDCwEM3q5ebU=",
        ),
        (U.replace("//", "//user:pass@"), P, "CukzLTc1tT5dXEDIHm/tKBanW10="),
        (U.replace("//", "//user@"), P, "2YRLlVAflCqxaNicjMpJcSTgzSs="),
        ("https://example.com/myapp.php?foo=1&bar=2", DOCS, "L/OH5YylLD5NRKLltdqwSvS0BnU="),
    ],
)
def test_published_webhook_signatures(url: str, form: dict[str, str], signature: str) -> None:
    check = SignatureCheck(["12345"])
    assert check.webhook(url, form, signature)
    assert not check.webhook(url, form | {"Digits": "1235"}, signature)
    assert not check.webhook(url + "&extra=1", form, signature)
    assert not SignatureCheck(["54321"]).webhook(url, form, signature)


@pytest.mark.parametrize(
    ("pairs", "signature"),
    [
        (
            [
                ("Sid", "CA123"),
                ("SidAccount", "AC123"),
                ("Digits", "5678"),
                ("Digits", "1234"),
                ("Digits", "1234"),
            ],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
        (
            [
                ("MessagingBinding.Address", "+1325xxxxxxx"),
                ("MessagingBinding.Address", "+1415xxxxxxx"),
            ],
            "83O6e2vORAoJHUNzJjDWN1jz+BA=",
        ),
        (
            [
                ("MessagingBinding.Address", "+1415xxxxxxx"),
                ("MessagingBinding.Address", "+1325xxxxxxx"),
            ],
            "83O6e2vORAoJHUNzJjDWN1jz+BA=",
        ),
    ],
)
def test_repeated_fields(pairs: list[tuple[str, str]], signature: str) -> None:
    assert SignatureCheck(["12345"]).webhook(U, ImmutableMultiDict(pairs), signature)


@pytest.mark.parametrize("slash", ["", "/"])
def test_published_handshake_signatures(slash: str) -> None:
    check = SignatureCheck(["12345"])
    url = f"wss://example.com/audiostream{slash}"
    assert check.handshake(url, "h1GDe9X4/sxGZmaZfzZVvygMML0=")
    assert check.handshake(url, "pA7u5BhDtgkynBQ7ElFK/UOByGg=")
    assert not check.handshake(url, "L2EgZfO7O92nD2K3YQ439vQNcNE=")  # signs the https form


@pytest.mark.parametrize("configured", ["wss://h.example/m", "wss://h.example:443/m"])
@pytest.mark.parametrize("signed", ["wss://h.example/m", "wss://h.example:443/m"])
def test_the_default_port_may_be_signed_or_not(configured: str, signed: str) -> None:
    signature = RequestValidator("12345").compute_signature(signed, {})
    assert SignatureCheck(["12345"]).handshake(configured, signature)


def test_another_port_is_another_address() -> None:
    signature = RequestValidator("12345").compute_signature("wss://h.example:444/m", {})
    assert not SignatureCheck(["12345"]).handshake("wss://h.example:445/m", signature)


def test_a_missing_signature_fails_closed_and_no_token_checks_nothing() -> None:
    for signature in (None, "", "é"):
        assert not SignatureCheck(["12345"]).webhook(U, P, signature)
    assert SignatureCheck([]).webhook(U, P, None)
    assert not SignatureCheck([]).required


def test_either_token_of_a_rotation_is_accepted() -> None:
    assert SignatureCheck(["54321", "12345"]).webhook(U, P, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
