"""Whole calls against the real server, with an agent whose behaviour is known."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from audiocore.events import DtmfReceived, MarkReturned, StreamStopped
from audiocore.units import FRAME_MS
from pipeline.caller.measure import barge_in_ms, call_json, greeting_ms, response_ms, summary_json
from pipeline.caller.phone import CallFailed, Phone
from pipeline.caller.script import Script, Turn, whole_frames
from pipeline.caller.voiced import voiced_span
from tests.pipeline.caller.agents import ToneAgent
from tests.pipeline.caller.test_voiced import SILENCE, tone
from tests.pipeline.server.conftest import LoopClock, Running, StartServer

SPEECH = whole_frames(SILENCE * 2 + tone(200) + SILENCE * 2)


def turn(**options: object) -> Turn:
    return Turn("tone", SPEECH, **options)  # type: ignore[arg-type]


def serve(
    start_server: StartServer, answers: int, tone_ms: int = 200, *tokens: str
) -> tuple[object, list[ToneAgent]]:
    agents: list[ToneAgent] = []

    def open_call(*arguments: object) -> ToneAgent:
        agents.append(ToneAgent(*arguments, answers=answers, tone_ms=tone_ms))  # type: ignore[arg-type]
        return agents[-1]

    return partial(start_server, *tokens, open_call=open_call, drain_s=0.0), agents


def phone(running: Running, **options: object) -> Phone:
    return Phone(running.url, LoopClock(), **options)  # type: ignore[arg-type]


async def test_a_conversation_in_turns(start_server: StartServer) -> None:
    start, agents = serve(start_server, answers=2)
    events: list[str] = []
    async with start() as running:  # type: ignore[operator]
        result = await phone(running, on_event=lambda *e: events.append(e[2])).call(
            Script((turn(), turn()), settle_ms=100, patience_ms=3_000)
        )
        await ended(running, result.call_sid)
    assert result.ended == "agent"
    assert result.violations == []
    assert events == ["says: tone", "says: tone"]
    assert [said.turn for said in result.said] == [0, 1]
    assert not any(said.barged_in for said in result.said)
    marks = [e.name for e in agents[0].heard if isinstance(e, MarkReturned)]
    assert marks == ["tone 1", "tone 2", "tone 3"]
    assert agents[0].clears == 0
    # What is measured is ordered as it happened.
    assert 0 < (greeting_ms(result) or 0) < result.said[0].began_ms
    for said in result.said:
        assert said.began_ms < said.ended_ms
        assert (response_ms(result, said) or 0) > 0
    # Both sides lie on one time axis: the caller speaks after the greeting has been played.
    spans = [voiced_span(bytes(side)) for side in (result.agent_ulaw, result.caller_ulaw)]
    assert spans[0] is not None
    assert spans[1] is not None
    assert spans[0][0] < spans[1][0]
    assert spans[1][0] * FRAME_MS <= result.said[0].began_ms


async def test_a_caller_who_listens_answers_what_the_agent_said(
    start_server: StartServer,
) -> None:
    start, _ = serve(start_server, answers=2)
    told = [["hello"], ["hello", "", "your name"], ["hello", "", "your name", "goodbye"]]
    heard: list[str] = []

    def reply(words: str) -> Turn | None:
        heard.append(words)
        return turn()

    async def transcript(call_sid: str) -> list[str]:
        return told[min(len(heard), 2)]

    async with start() as running:  # type: ignore[operator]
        script = Script((), settle_ms=100, patience_ms=3_000, reply=reply)
        result = await phone(running, transcript=transcript).call(script)
    assert heard == ["hello", "your name"]
    assert result.ended == "agent"
    assert [said.words for said in result.said] == ["tone", "tone"]


async def test_a_caller_who_listens_has_to_be_told_something(start_server: StartServer) -> None:
    start, _ = serve(start_server, answers=1)
    async with start() as running:  # type: ignore[operator]
        with pytest.raises(CallFailed, match="needs a server that tells"):
            await phone(running).call(Script((), settle_ms=100, reply=lambda _: None))


async def ended(running: Running, call_sid: str) -> None:
    async with asyncio.timeout(5):
        while running.store.records[call_sid].status != "terminated":  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_talking_over_the_agent_clears_it(start_server: StartServer) -> None:
    start, agents = serve(start_server, 2, 3_000)
    async with start() as running:  # type: ignore[operator]
        script = Script((turn(barge_in_ms=200), turn(hang_up="stop")), settle_ms=100)
        result = await phone(running).call(script)
        await ended(running, result.call_sid)
    first, second = result.said
    assert first.barged_in
    assert not second.barged_in
    assert len(result.clears_ms) == agents[0].clears == 1
    assert (barge_in_ms(result, first) or -1) >= 0
    assert barge_in_ms(result, second) is None
    cut = voiced_span(bytes(result.agent_ulaw[: int(second.began_ms) * 8 // 160 * 160]))
    assert cut is not None
    # Three seconds were sent, but after clear nothing more of them was played.
    silence = bytes(result.agent_ulaw[(int(result.clears_ms[0]) // 20 + 2) * 160 :][:160])
    assert silence == SILENCE


@pytest.mark.parametrize(
    ("how", "ended_by", "reason"),
    [("stop", "caller", "stream stopped"), ("drop", "dropped", "disconnected")],
)
async def test_hanging_up(start_server: StartServer, how: str, ended_by: str, reason: str) -> None:
    start, agents = serve(start_server, 9)
    async with start() as running:  # type: ignore[operator]
        result = await phone(running).call(Script((turn(hang_up=how),), settle_ms=100))
        await ended(running, result.call_sid)
        assert running.store.records[result.call_sid].end_reason == reason
    assert result.ended == ended_by
    assert any(isinstance(e, StreamStopped) for e in agents[0].heard) == (how == "stop")


async def test_keys_are_pressed_one_by_one(start_server: StartServer) -> None:
    start, agents = serve(start_server, 9)
    async with start() as running:  # type: ignore[operator]
        script = Script((Turn(dtmf="1#"), Turn(hang_up="stop")), settle_ms=100)
        await phone(running).call(script)
    digits = [e.digit for e in agents[0].heard if isinstance(e, DtmfReceived)]
    assert digits == ["1", "#"]


async def test_several_calls_at_once(start_server: StartServer) -> None:
    start, agents = serve(start_server, 1)
    async with start() as running:  # type: ignore[operator]
        script = Script((turn(),), settle_ms=100, patience_ms=3_000)
        results = await asyncio.gather(*(phone(running).call(script) for _ in range(5)))
    assert len({result.call_sid for result in results}) == len(agents) == 5
    summary = summary_json(results)
    assert summary["calls"] == summary["greeting_ms"]["n"] == summary["response_ms"]["n"] == 5
    assert (summary["unanswered"], summary["violations"]) == (0, 0)
    assert call_json(results[0])["turns"][0]["words"] == "tone"


async def test_a_signed_call_gets_in_and_an_unsigned_one_does_not(
    start_server: StartServer,
) -> None:
    start, _ = serve(start_server, 1, 200, "12345")
    script = Script((turn(),), settle_ms=100)
    async with start() as running:  # type: ignore[operator]
        result = await phone(running, auth_token="12345").call(script)
        assert result.ended == "agent"
        for token in (None, "54321"):
            with pytest.raises(CallFailed, match="HTTP 403"):
                await phone(running, auth_token=token).call(script)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://127.0.0.1:1", "cannot be reached"),
        ("ftp://127.0.0.1", "is not an http:// or https:// address"),
    ],
)
async def test_a_call_that_cannot_be_placed_says_why(url: str, complaint: str) -> None:
    with pytest.raises(CallFailed, match=complaint):
        await Phone(url, LoopClock()).call(Script((turn(),)))


async def test_a_busy_server_is_reported(start_server: StartServer) -> None:
    start, _ = serve(start_server, 1)
    async with start(max_calls=1) as running:  # type: ignore[operator]
        script = Script((turn(),), settle_ms=100)
        outcomes = await asyncio.gather(
            *(phone(running).call(script) for _ in range(2)), return_exceptions=True
        )
        assert ["Reject" in str(o) for o in outcomes if isinstance(o, CallFailed)] == [True]
