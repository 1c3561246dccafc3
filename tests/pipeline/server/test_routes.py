"""GET routes: health, readiness, records and who may read them."""

from __future__ import annotations

import asyncio
import json

from audiocore.agreement import Caption
from pipeline.caller import web
from pipeline.captions import Captions
from pipeline.interfaces.conversation import ToolCall
from pipeline.interfaces.stores import CallRecord, TurnRecord
from tests.pipeline.server.conftest import Running, StartServer
from tests.pipeline.server.test_webhooks import FORM, raw
from tests.pipeline.test_timeline_svg import timeline

CALL = FORM[0][1]


async def test_healthy_and_ready(running: Running) -> None:
    for path in ("/healthz", "/readyz"):
        assert (await web.get(running.url + path)).status == 200
    running.edge.draining = True
    assert (await web.get(f"{running.url}/healthz")).status == 200
    assert (await web.get(f"{running.url}/readyz")).status == 503
    refused = await web.post_form(f"{running.url}/telephony/inbound", FORM)
    assert b"<Reject" in refused.body
    running.edge.draining = False


async def test_a_call_is_shown_with_its_turns_as_they_come(running: Running) -> None:
    await web.post_form(f"{running.url}/telephony/inbound", FORM)
    url = f"{running.url}/calls/{CALL}"
    expected = {
        "call_sid": CALL,
        "status": "initializing",
        "from": "+14155550100",
        "to": "+14155550199",
        "started_at": "2030-01-01T00:00:00+00:00",
        "ended_at": None,
        "end_reason": None,
    }
    assert (await web.get(url)).json() == expected | {"turns": []}
    tool = ToolCall("book", {"day": "tuesday"}, {"ok": True})
    timings = {"endpoint": 500.0, "response": 620.5}
    running.store.commit_turn(CALL, TurnRecord(0, "hi", "hello", "hel", True, (tool,), timings))
    assert (await web.get(url)).json()["turns"] == [
        {
            "index": 0,
            "caller": "hi",
            "agent": "hello",
            "heard": "hel",
            "interrupted": True,
            "tool_calls": [
                {"name": "book", "arguments": {"day": "tuesday"}, "result": {"ok": True}}
            ],
            "timings_ms": timings,
        }
    ]
    assert (await web.get(f"{running.url}/calls")).json() == {"calls": [expected]}
    assert (await web.get(f"{running.url}/calls/CAnone")).status == 404


async def test_a_finished_call_has_a_timeline_to_look_at_and_to_compute_with(
    running: Running,
) -> None:
    await web.post_form(f"{running.url}/telephony/inbound", FORM)
    url = f"{running.url}/calls/{CALL}/timeline"
    assert (await web.get(url)).status == 404
    turn = TurnRecord(1, "hello <world>", "hi", "hi", False)
    running.store.commit_turn(CALL, turn)
    running.store.keep_timeline(CALL, timeline())
    drawn = await web.get(url)
    assert dict(drawn.headers)["content-type"] == "image/svg+xml"
    assert b"hello &lt;world&gt;" in drawn.body
    assert (await web.get(f"{url}?format=json")).json() == timeline()
    accepting = await web.get(url, [("Accept", "application/json")])
    assert accepting.json() == timeline()


async def test_captions_of_a_call_on_the_line_can_be_followed(running: Running) -> None:
    await web.post_form(f"{running.url}/telephony/inbound", FORM)
    url = f"{running.url}/calls/{CALL}/captions"
    assert (await web.get(url)).status == 404
    session = running.edge.sessions.get(CALL)
    assert session is not None
    captions = session.captions = Captions()
    following = asyncio.create_task(web.get(url))
    async with asyncio.timeout(10):
        while not captions.followed:  # noqa: ASYNC110
            await asyncio.sleep(0)
    captions.put(3, Caption("i'd like", "to <book>"))
    await asyncio.sleep(0)
    captions.close()
    answer = await following
    assert answer.headers["content-type"].startswith("text/event-stream")
    comment, event, rest = answer.body.decode().split("\n\n")
    assert comment.startswith(":")
    assert rest == ""
    assert json.loads(event.removeprefix("data: ")) == {
        "turn": 3,
        "stable": "i'd like",
        "unstable": "to <book>",
    }


async def test_meters_are_for_those_who_may_read_records(start_server: StartServer) -> None:
    async with start_server("12345", api_token="secret", drain_s=0.0) as running:
        running.edge.meters.turn("finished", {"response": 250.0})
        url = f"{running.url}/metrics"
        assert (await web.get(url)).status == 401
        read = await web.get(url, [("Authorization", "Bearer secret")])
        assert b'audiocore_turns_total{outcome="finished"} 1.0' in read.body


async def test_appointments_are_listed(running: Running) -> None:
    running.appointments.append({"name": "maria jones", "day": "2030-01-01"})
    answer = await web.get(f"{running.url}/appointments")
    assert answer.json() == {"appointments": [{"name": "maria jones", "day": "2030-01-01"}]}


async def test_records_are_not_for_web_pages_with_a_name_of_their_own(running: Running) -> None:
    port = running.url.rpartition(":")[2]
    url = f"{running.url}/calls"
    assert (await web.get(url)).status == 200
    assert (await web.get(f"http://localhost:{port}/calls")).status == 200
    for path in ("/calls", "/calls/CA1", "/appointments"):
        request = f"GET {path} HTTP/1.1\r\nHost: evil.example:{port}\r\nConnection: close\r\n\r\n"
        assert (await raw(running, request.encode())).startswith(b"HTTP/1.1 403")


async def test_records_of_a_public_server_need_the_api_token(start_server: StartServer) -> None:
    public = "https://voice.example.com"
    async with start_server("12345", public_url=public, drain_s=0.0) as running:
        assert (await web.get(f"{running.url}/calls")).status == 403
    async with start_server("12345", public_url=public, api_token="secret", drain_s=0.0) as running:
        for path in ("/calls", "/calls/CA1", "/appointments"):
            url = running.url + path
            refused = await web.get(url)
            assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
            assert (await web.get(url, [("Authorization", "Bearer wrong")])).status == 401
        good = await web.get(f"{running.url}/calls", [("Authorization", "Bearer secret")])
        assert json.loads(good.body) == {"calls": []}
        assert (await web.get(f"{running.url}/healthz")).status == 200


async def test_calls_left_open_by_a_crash_are_closed_at_start(start_server: StartServer) -> None:
    crashed = CallRecord(CALL, "active", "+1", "+2", "2029-12-31T00:00:00+00:00")
    async with start_server(crashed=crashed, drain_s=0.0) as running:
        record = (await web.get(f"{running.url}/calls/{CALL}")).json()
        assert (record["status"], record["end_reason"]) == ("terminated", "server stopped")
