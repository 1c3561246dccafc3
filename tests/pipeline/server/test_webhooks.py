"""What Twilio asks over HTTP, asked of a real server."""

from __future__ import annotations

import asyncio
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from pipeline.caller import web
from tests.pipeline.server.conftest import Running, StartServer

CALL = "CA0123456789abcdef0123456789abcdef"
FORM = [
    ("CallSid", CALL),
    ("From", "+14155550100"),
    ("To", "+14155550199"),
    ("CallStatus", "ringing"),
]


def token_of(answer: web.Answer) -> str:
    parameter = ElementTree.fromstring(answer.body).find("./Connect/Stream/Parameter")
    assert parameter is not None
    assert parameter.get("name") == "token"
    return parameter.get("value", "")


async def test_answers_a_stream_with_a_token(running: Running) -> None:
    answer = await web.post_form(f"{running.url}/telephony/inbound", FORM)
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/xml")
    stream = ElementTree.fromstring(answer.body).find("./Connect/Stream")
    assert stream is not None
    assert stream.get("url") == running.url.replace("http", "ws") + "/media/twilio"
    assert len(token_of(answer)) >= 32
    record = running.store.records[CALL]
    assert (record.status, record.caller, record.called) == (
        "initializing",
        "+14155550100",
        "+14155550199",
    )


async def test_a_retried_webhook_gets_the_same_answer(running: Running) -> None:
    first, second = await asyncio.gather(
        *(web.post_form(f"{running.url}/telephony/inbound", FORM) for _ in range(2))
    )
    assert first.body == second.body
    assert len(running.store.records) == 1


async def test_calls_beyond_the_limit_hear_a_busy_tone(start_server: StartServer) -> None:
    async with start_server(max_calls=1, drain_s=0.0) as running:
        await web.post_form(f"{running.url}/telephony/inbound", FORM)
        other = [("CallSid", "CAother"), *FORM[1:]]
        refused = await web.post_form(f"{running.url}/telephony/inbound", other)
        assert refused.status == 200
        reject = ElementTree.fromstring(refused.body).find("Reject")
        assert reject is not None
        assert reject.get("reason") == "busy"
        assert "CAother" not in running.store.records
        done = [("CallSid", CALL), ("CallStatus", "completed")]
        await web.post_form(f"{running.url}/telephony/status", done)
        accepted = await web.post_form(f"{running.url}/telephony/inbound", other)
        assert token_of(accepted)


async def test_a_machine_that_is_behind_takes_no_new_calls(running: Running) -> None:
    url = f"{running.url}/telephony/inbound"
    token = token_of(await web.post_form(url, FORM))
    running.edge.overloaded = lambda: True
    other = [("CallSid", "CAother"), *FORM[1:]]
    refused = await web.post_form(url, other)
    assert ElementTree.fromstring(refused.body).find("Reject") is not None
    assert "CAother" not in running.store.records
    assert token_of(await web.post_form(url, FORM)) == token, "a call that is known is kept"
    running.edge.overloaded = lambda: False
    assert token_of(await web.post_form(url, other))


async def test_a_call_that_cannot_be_recorded_is_refused_with_503(running: Running) -> None:
    running.store.broken = True
    url = f"{running.url}/telephony/inbound"
    assert (await web.post_form(url, FORM)).status == 503  # Twilio then tries the fallback URL
    assert (await web.get(f"{running.url}/calls/{CALL}")).status == 503
    running.store.broken = False
    assert token_of(await web.post_form(url, FORM))


@pytest.mark.parametrize("status", ["completed", "busy", "failed", "no-answer", "canceled"])
async def test_a_terminal_status_ends_a_call_once(running: Running, status: str) -> None:
    await web.post_form(f"{running.url}/telephony/inbound", FORM)
    for number in ("3", "3", "1"):
        form = [("CallSid", CALL), ("CallStatus", status), ("SequenceNumber", number)]
        answer = await web.post_form(f"{running.url}/telephony/status", form)
        assert answer.status == 204
    assert running.store.ends == [(CALL, status)]
    assert running.store.records[CALL].status == "terminated"


async def test_a_late_status_does_not_bring_a_call_back(running: Running) -> None:
    await web.post_form(f"{running.url}/telephony/inbound", FORM)
    for number, status in (("2", "completed"), ("1", "in-progress"), ("0", "ringing")):
        form = [("CallSid", CALL), ("CallStatus", status), ("SequenceNumber", number)]
        await web.post_form(f"{running.url}/telephony/status", form)
    assert running.store.records[CALL].status == "terminated"
    again = await web.post_form(f"{running.url}/telephony/inbound", FORM)
    assert ElementTree.fromstring(again.body).find("Hangup") is not None


async def test_unknown_calls_and_odd_sequence_numbers_are_taken_calmly(running: Running) -> None:
    url = f"{running.url}/telephony/status"
    unknown = [("CallSid", "CAunknown"), ("CallStatus", "completed")]
    assert (await web.post_form(url, unknown)).status == 204
    await web.post_form(f"{running.url}/telephony/inbound", FORM)
    odd = [("CallSid", CALL), ("CallStatus", "ringing"), ("SequenceNumber", "٣")]
    assert (await web.post_form(url, odd)).status == 204
    assert running.store.ends == []


@pytest.mark.parametrize("origin", ["https://evil.example.com", "http://127.0.0.1:8000", "null"])
async def test_a_web_page_takes_no_lines_of_an_unsigned_server(
    running: Running, origin: str
) -> None:
    for path in ("inbound", "status"):
        url = f"{running.url}/telephony/{path}"
        assert (await web.post_form(url, FORM, [("Origin", origin)])).status == 403
    assert running.store.records == {}


TOKEN = "12345"


async def test_signed_webhooks_are_let_in_and_others_are_not(start_server: StartServer) -> None:
    async with start_server(
        TOKEN, public_url="https://voice.example.com/clinic", drain_s=0.0
    ) as running:
        # Signed with the public address, sent to the one behind the proxy.
        public = "https://voice.example.com/clinic/telephony/inbound?line=1"
        signature = RequestValidator(TOKEN).compute_signature(public, dict(FORM))
        url = f"{running.url}/telephony/inbound?line=1"
        good = await web.post_form(url, FORM, [("X-Twilio-Signature", signature)])
        assert good.status == 200
        stream = ElementTree.fromstring(good.body).find("./Connect/Stream")
        assert stream is not None
        assert stream.get("url") == "wss://voice.example.com/clinic/media/twilio"
        changed = [*FORM[:1], ("From", "+14155550111"), *FORM[2:]]
        for form, header in (
            (FORM, []),
            (FORM, [("X-Twilio-Signature", "")]),
            (FORM, [("X-Twilio-Signature", "x" * len(signature))]),
            (changed, [("X-Twilio-Signature", signature)]),
        ):
            assert (await web.post_form(url, form, header)).status == 403
        assert len(running.store.records) == 1


async def test_repeated_fields_are_signed_as_twilio_signs_them(start_server: StartServer) -> None:
    async with start_server(TOKEN, drain_s=0.0) as running:
        url = f"{running.url}/telephony/status"
        fields = [("CallSid", "CA1"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")]
        # Names sorted; of each name the distinct values, sorted.
        text = f"{url}CallSidCA1Digits1234Digits5678"
        signature = RequestValidator(TOKEN).compute_signature(text, {})
        answer = await web.post_form(url, fields, [("X-Twilio-Signature", signature)])
        assert answer.status == 204


async def raw(running: Running, request: bytes) -> bytes:
    host, port = running.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    if writer.can_write_eof():
        writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_malformed_requests_get_a_clear_4xx(running: Running) -> None:
    def post(body: bytes, kind: bytes = b"application/x-www-form-urlencoded") -> bytes:
        return (
            b"POST /telephony/inbound HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: "
            + kind
            + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body
        )

    cases = [
        (b"415", post(b"{}", b"application/json")),
        (b"413", post(b"CallSid=" + b"A" * 70_000)),
        (b"400", post(b"CallSid=%ff%fe")),
        (b"400", post("CallSid=ä".encode())),
        (b"400", post(b"From=%2B1415")),
        (b"400", post(b"CallSid=../etc&From=x")),
        (b"405", b"GET /telephony/inbound HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        (b"404", b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        (b"400", b"NONSENSE\r\n\r\n"),
    ]
    for status, request in cases:
        head = (await raw(running, request)).split(b"\r\n", 1)[0]
        assert head.split()[1] == status, (head, request[:200])
    assert running.store.records == {}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    fields=st.lists(
        st.tuples(
            st.sampled_from(["CallSid", "From", "To", "CallStatus", "SequenceNumber"])
            | st.text(max_size=8),
            st.sampled_from([CALL, "completed", "busy", "1", "-1"]) | st.text(max_size=40),
        ),
        max_size=8,
    ),
    path=st.sampled_from(["/telephony/inbound", "/telephony/status"]),
)
def test_any_form_is_answered_and_never_breaks_the_server(
    store_worker: object, start_server: StartServer, fields: list[tuple[str, str]], path: str
) -> None:
    async def ask() -> None:
        async with start_server(drain_s=0.0) as running:
            clean = [
                (n.encode("utf-8", "replace").decode(), v.encode("utf-8", "replace").decode())
                for n, v in fields
            ]
            answer = await web.post_form(running.url + path, clean)
            assert answer.status in (200, 204, 400)
            assert (await web.get(f"{running.url}/healthz")).status == 200

    asyncio.run(ask())
