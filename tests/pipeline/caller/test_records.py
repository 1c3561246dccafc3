"""Reading a server's records, or doing without."""

from __future__ import annotations

from pipeline.caller.records import Records
from pipeline.interfaces.conversation import CallInfo
from tests.pipeline.caller.test_web import answering
from tests.pipeline.server.conftest import StartServer


async def test_records_of_a_real_server(start_server: StartServer) -> None:
    async with start_server("12345", api_token="secret", drain_s=0.0) as running:
        running.appointments.append({"id": 1})
        await running.edge.records.open(CallInfo("CA1", "+1", "+2"), "2030-01-01T00:00:00+00:00")
        # Whatever is called below the base address, records are beside it.
        records = Records(f"{running.url}/telephony/inbound", "secret")
        assert (await records.call("CA1"))["from"] == "+1"
        assert await records.appointments() == [{"id": 1}]
        assert await records.call("CA2") == {}
        assert await records.timeline("CA1") == {}
        running.store.keep_timeline("CA1", {"speech_ms": []})
        assert await records.timeline("CA1") == {"speech_ms": []}
        await running.edge.records.end("CA1", "2030-01-01T00:00:01+00:00", "done")
        assert (await records.finished_call("CA1"))["end_reason"] == "done"
        assert await Records(running.url).appointments() == []
        assert "secret" not in repr(records)


async def test_a_server_without_records_has_none() -> None:
    for body in (b"not json", b"[]"):
        length = str(len(body)).encode()
        response = b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n" + body
        async with answering(response) as (url, _):
            assert await Records(url).call("CA1") == {}
    assert await Records("http://127.0.0.1:1").appointments() == []
