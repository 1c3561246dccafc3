"""The call: conversations over a held clock, with real workers and the real turn table."""

import asyncio

from audiocore.errors import EngineError
from audiocore.events import (
    DtmfReceived,
    SendAudio,
    SendClear,
    StreamStopped,
)
from pipeline.interfaces import EndCall, Say
from tests.pipeline.conftest import VOICE, Rig


async def test_the_greeting_is_on_the_wire_at_once_and_recorded_when_heard(rig: Rig) -> None:
    await rig.settle()
    assert isinstance(rig.line.sent[0], SendAudio)
    assert rig.records.turns == []
    await rig.greeted()
    assert rig.records.turns[0].agent == "Hello and welcome to the clinic."
    assert not rig.records.turns[0].interrupted


async def test_never_more_than_the_lead_is_at_the_carrier(rig: Rig) -> None:
    await rig.settle()
    for _ in range(60):
        assert sum(isinstance(c, SendAudio) for c in rig.line.queue) <= 200 / 20
        await rig.caller(20)


async def test_an_utterance_is_answered_and_every_stage_is_timed(rig: Rig) -> None:
    await rig.greeted()
    await rig.utter()
    assert rig.flow.turns[-1].transcript.text == "utterance 1"
    await rig.caller(1_600)
    turn = rig.records.turns[1]
    assert (turn.caller, turn.heard) == ("utterance 1", "I heard you say something there.")
    assert set(turn.timings_ms) == {
        "endpoint",
        "pause",
        "stt",
        "llm_first_token",
        "first_clause",
        "tts_first_audio",
        "response",
    }
    # The held clock moves in frames: the reply was ready when the endpoint confirmed it.
    assert 400 <= turn.timings_ms["endpoint"] <= 440
    assert turn.timings_ms["response"] <= turn.timings_ms["endpoint"] + 20


async def test_the_whole_utterance_is_recognised_with_what_came_before_it(rig: Rig) -> None:
    await rig.greeted()
    await rig.caller(500, VOICE)
    await rig.caller(300)  # a pause that starts work
    await rig.caller(500, VOICE)
    await rig.caller(600)
    first, second = (len(pcm) // 32 for pcm in rig.ears.utterances)
    assert 500 + 140 <= first <= 500 + 140 + 300
    assert 1_300 + 140 <= second <= 1_300 + 140 + 300
    assert [turn.transcript.text for turn in rig.flow.turns if turn.kind == "speech"] == [
        "utterance 1",
        "utterance 2",
    ]
    assert rig.flow.acted == [(0, 1), (1, 3)], "the attempt that was cancelled never acted"


async def test_a_gap_in_the_stream_costs_no_media_time(rig: Rig) -> None:
    await rig.greeted()
    await rig.caller(300, VOICE)
    await rig.caller(60, None)  # lost on the way
    await rig.caller(240, VOICE)
    await rig.caller(600)
    (heard,) = (len(pcm) // 32 for pcm in rig.ears.utterances)
    assert 600 + 140 <= heard <= 600 + 140 + 300


async def test_nothing_acts_or_is_heard_before_the_end_of_speech(rig: Rig) -> None:
    await rig.greeted()
    sent = rig.line.audio_frames()
    await rig.caller(600, VOICE)
    await rig.caller(340)
    assert len(rig.flow.turns) == 2
    assert rig.line.audio_frames() == sent
    assert rig.flow.acted == [(0, 1)]
    await rig.caller(200)
    assert rig.line.audio_frames() > sent
    assert rig.flow.acted == [(0, 1), (1, 2)]


async def test_barge_in_clears_at_once_and_keeps_what_was_heard(rig: Rig) -> None:
    await rig.greeted()
    await rig.utter()
    await rig.caller(300)  # the reply takes 1.2 s
    before = len(rig.line.sent)
    await rig.caller(100, VOICE)
    after = rig.line.sent[before:]
    cleared = after.index(SendClear())
    assert after[cleared + 1 :] == [], "nothing follows the clear"
    await rig.caller(400, VOICE)
    await rig.caller(600)
    interrupted = rig.records.turns[1]
    assert interrupted.interrupted
    assert interrupted.heard
    assert interrupted.agent.startswith(interrupted.heard)
    assert interrupted.heard != interrupted.agent
    assert rig.flow.turns[-1].transcript.text == "utterance 2"


async def test_a_noise_over_the_reply_lets_it_go_on(rig: Rig) -> None:
    await rig.greeted()
    rig.ears.hears = lambda number: "" if number == 2 else "words"
    await rig.utter()
    await rig.caller(300)
    await rig.caller(200, VOICE)
    await rig.caller(2_400)
    assert SendClear() in rig.line.sent
    turn = rig.records.turns[1]
    assert turn.heard == turn.agent
    assert not turn.interrupted
    assert len(rig.flow.turns) == 2


async def test_speech_over_the_greeting_is_answered(rig: Rig) -> None:
    await rig.settle()
    await rig.caller(300)
    await rig.utter()
    assert [turn.kind for turn in rig.flow.turns] == ["start", "speech"]
    assert rig.records.turns[0].interrupted


async def test_a_silent_caller_is_asked_again(rig: Rig) -> None:
    await rig.greeted()
    await rig.caller(3_200)
    assert [turn.kind for turn in rig.flow.turns] == ["start", "silence"]


async def test_a_caller_who_sends_nothing_at_all_is_asked_again(rig: Rig) -> None:
    await rig.settle()
    await rig.caller(5_000, None)
    assert [turn.kind for turn in rig.flow.turns] == ["start", "silence"]


async def test_a_recogniser_that_fails_is_apologised_for(rig: Rig) -> None:
    await rig.greeted()

    def fail(number: int) -> str:
        raise EngineError("out of memory")

    rig.ears.hears = fail
    await rig.utter()
    assert [turn.kind for turn in rig.flow.turns] == ["start", "failure"]
    await rig.caller(1_600)
    assert rig.records.turns[-1].heard == rig.records.turns[-1].agent


async def test_a_voice_that_stays_broken_ends_the_call_rather_than_leave_it_dead(rig: Rig) -> None:
    await rig.greeted()
    rig.voice.broken = True
    await rig.utter()
    assert await rig.running == "failure"


async def test_a_flow_that_raises_is_apologised_for(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.raises["speech"] = RuntimeError("no such node")
    await rig.utter()
    assert [turn.kind for turn in rig.flow.turns] == ["start", "speech", "failure"]
    await rig.caller(1_600)
    assert rig.records.turns[-1].heard == rig.records.turns[-1].agent


async def test_a_flow_that_raises_late_is_heard_as_far_as_it_came(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.raises_late = True
    rig.flow.replies["speech"] = [Say("I will look that up. And then")]
    await rig.utter()
    await rig.caller(1_600)
    assert [turn.kind for turn in rig.flow.turns] == ["start", "speech"]
    assert rig.records.turns[-1].heard == "I will look that up."


async def test_goodbye_is_heard_before_the_call_ends(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.replies["speech"] = [Say("Thank you and goodbye."), EndCall("completed")]
    await rig.utter()
    assert not rig.running.done()
    await rig.caller(1_200)
    assert await rig.running == "completed"
    assert rig.records.turns[-1].heard == "Thank you and goodbye."
    assert rig.flow.closed == 1


async def test_a_caller_who_hangs_up_mid_word_ends_the_call_once(rig: Rig) -> None:
    await rig.greeted()
    await rig.caller(300, VOICE)
    rig.call.receive(StreamStopped("stream stopped"))
    rig.call.hang_up("status callback")
    assert await rig.running == "stream stopped"
    assert rig.flow.closed == 1
    assert len(rig.records.turns) == 1


async def test_hanging_up_over_a_reply_keeps_what_was_heard(rig: Rig) -> None:
    await rig.greeted()
    await rig.utter()
    await rig.caller(400)
    rig.call.hang_up("disconnected")
    await rig.running
    assert rig.records.turns[-1].interrupted
    assert rig.records.turns[-1].heard


async def test_a_lost_connection_ends_the_call(rig: Rig) -> None:
    await rig.settle()
    rig.line.broken = True
    rig.clock.advance(20)
    async with asyncio.timeout(10):
        assert await rig.running == "connection lost"


async def test_keys_are_a_turn_of_their_own(rig: Rig) -> None:
    await rig.greeted()
    for digit in "12":
        rig.call.receive(DtmfReceived(digit))
    await rig.caller(1_600)
    assert (rig.flow.turns[-1].kind, rig.flow.turns[-1].digits) == ("dtmf", "12")
    await rig.caller(1_600)
    assert rig.records.turns[-1].caller == "12"


async def test_turns_are_recorded_in_order_and_once(rig: Rig) -> None:
    await rig.greeted()
    for _ in range(3):
        await rig.utter()
        await rig.caller(1_600)
    assert [turn.index for turn in rig.records.turns] == [0, 1, 2, 3]
    assert [outcome.turn_index for outcome in rig.flow.outcomes] == [0, 1, 2, 3]


async def test_a_call_leaves_a_timeline_of_both_sides(rig: Rig) -> None:
    await rig.greeted()
    await rig.utter()
    await rig.caller(1_600)
    rig.call.hang_up("disconnected")
    await rig.running
    (timeline,) = rig.records.timelines
    heard = [name for _, name in timeline["phases"]]
    assert heard == ["thinking", "speaking", "listening", "user speaking", "thinking", "speaking",
                     "listening", "ended"]  # fmt: skip
    greeting, answer = timeline["attempts"]
    assert (greeting["turn"], greeting["outcome"]) == (0, "finished")
    stages = answer["stages_ms"]
    (begin, end), *_ = timeline["speech_ms"]
    assert begin < stages["last_speech"] < stages["confirmed"]
    assert abs(end - stages["last_speech"]) <= 20
    frame = int(stages["first_frame_sent"]) // 20
    levels = timeline["agent_levels"]
    assert max(levels[:60]) > 0
    assert max(levels[frame - 5 : frame]) == 0 < levels[frame]
