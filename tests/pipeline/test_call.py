"""The call: conversations over a held clock, with real workers and the real turn table."""

import asyncio
import struct
from collections import deque

import pytest

from audiocore.agreement import Caption
from audiocore.errors import EngineError
from audiocore.events import (
    DtmfReceived,
    SendAudio,
    SendClear,
    StreamStopped,
)
from audiocore.g711 import ulaw_decode, ulaw_encode
from audiocore.overload import Effort
from pipeline.captions import Captioned
from pipeline.interfaces.conversation import EndCall, ListeningPolicy, Say
from pipeline.interfaces.engines import SynthesizedClause
from pipeline.partials import DIP_MS
from tests.pipeline.conftest import SILENT, VOICE, Rig


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
    rig.flow.replies["speech"] = [Say("I heard you say something there.\n")]  # a whole clause
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
        "held",
        "queue_tts",
        "response",
    }
    # The held clock moves in frames: the reply was ready when the endpoint confirmed it.
    assert 200 <= turn.timings_ms["endpoint"] <= 240
    assert turn.timings_ms["held"] > 0
    assert turn.timings_ms["response"] <= turn.timings_ms["endpoint"] + 20


async def test_the_next_clauses_are_spoken_while_one_plays_but_never_many(rig: Rig) -> None:
    await rig.greeted()
    asked: list[str] = []
    speak = rig.voice.synthesize

    def recorded(clause: str) -> SynthesizedClause:
        asked.append(clause)
        return speak(clause)

    rig.voice.synthesize = recorded  # type: ignore[method-assign]
    sentences = [
        f"This is the sentence {name}."
        for name in ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    ]
    rig.flow.replies["speech"] = [Say(" ".join(sentences))]
    frames = rig.line.audio_frames()
    await rig.utter()
    assert rig.line.audio_frames() > frames  # the first one plays
    assert 2 <= len(asked) <= 5  # one follows it, two are queued, one waits for its place
    await rig.caller(12_000)
    assert asked == sentences
    assert rig.records.turns[1].heard == " ".join(sentences)


async def test_the_whole_utterance_is_recognised_with_what_came_before_it(rig: Rig) -> None:
    await rig.greeted()
    await rig.caller(500, VOICE)
    await rig.caller(160)  # a pause that starts work
    await rig.caller(500, VOICE)
    await rig.caller(600)
    first, second = (len(pcm) // 32 for pcm in rig.ears.utterances)
    assert 500 + DIP_MS <= first <= 500 + DIP_MS + 300
    assert 1_160 + DIP_MS <= second <= 1_160 + DIP_MS + 300
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
    assert 600 + DIP_MS <= heard <= 600 + DIP_MS + 300


async def test_nothing_acts_or_is_heard_before_the_end_of_speech(rig: Rig) -> None:
    await rig.greeted()
    sent = rig.line.audio_frames()
    await rig.caller(600, VOICE)
    await rig.caller(180)
    assert len(rig.flow.turns) == 2
    assert rig.line.audio_frames() == sent
    assert rig.flow.acted == [(0, 1)]
    await rig.caller(200)
    assert rig.line.audio_frames() > sent
    assert rig.flow.acted == [(0, 1), (1, 2)]


async def test_how_finished_the_words_sound_decides_how_long_is_waited(rig: Rig) -> None:
    await rig.greeted()
    waited = {}
    for sure, patience in [(1.0, "balanced"), (0.5, "balanced"), (0.5, "eager"), (0.0, "eager")]:
        rig.flow.sure, rig.flow.listening = sure, ListeningPolicy(patience)
        await rig.caller(600, VOICE)
        await rig.caller(2_800)
        waited[sure, patience] = rig.records.turns[-1].timings_ms["endpoint"]
    assert list(waited.values()) == [200, 480, 320, 1_200]
    assert rig.flow.judged == [f"utterance {number}" for number in range(1, 5)]


async def test_words_that_were_not_understood_are_not_judged_by(rig: Rig) -> None:
    await rig.greeted()
    rig.ears.confidence = 0.0
    await rig.utter()
    await rig.caller(1_600)
    assert rig.records.turns[-1].timings_ms["endpoint"] == 480


@pytest.mark.parametrize("error", [EngineError("out of memory"), RuntimeError("no such node")])
async def test_a_flow_that_cannot_judge_costs_time_and_nothing_else(
    rig: Rig, error: Exception
) -> None:
    await rig.greeted()
    rig.flow.sure = error
    await rig.utter()
    await rig.caller(1_600)
    turn = rig.records.turns[-1]
    assert (turn.heard, turn.timings_ms["endpoint"]) == ("I heard you say something there.", 480)


async def test_an_attempt_that_was_cancelled_leaves_its_cost_and_no_trace(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.replies["speech"] = [Say("I heard you say something there.\n")]
    await rig.caller(500, VOICE)
    await rig.caller(160)
    await rig.caller(500, VOICE)
    await rig.caller(2_000)
    turn = rig.records.turns[-1]
    assert turn.caller == "utterance 2"
    assert {"wasted_stt", "wasted_llm", "wasted_tts"} <= set(turn.timings_ms)
    assert turn.timings_ms["wasted_stt"] > 0
    assert [outcome.attempt for outcome in rig.flow.outcomes] == [1, 3]
    counted = rig.stages.meters.exposition().decode()
    assert 'audiocore_speculation_total{outcome="paid"} 1.0' in counted
    assert 'audiocore_turns_total{outcome="cancelled"} 1.0' in counted
    assert 'audiocore_wasted_seconds_total{model="stt"}' in counted


async def test_without_speculation_all_work_begins_at_the_end(rig: Rig) -> None:
    rig.effort = Effort.NEW_CALLS
    await rig.greeted()
    await rig.caller(600, VOICE)
    await rig.caller(400)
    assert rig.ears.utterances == []
    assert len(rig.flow.turns) == 1
    await rig.caller(1_800)
    turn = rig.records.turns[-1]
    assert turn.heard == "I heard you say something there."
    assert turn.timings_ms["held"] <= 0
    counted = rig.stages.meters.exposition().decode()
    assert 'audiocore_speculation_total{outcome="late"} 1.0' in counted
    assert rig.flow.judged == []


async def test_without_speculation_a_pause_may_be_broken(rig: Rig) -> None:
    rig.effort = Effort.NEW_CALLS
    await rig.greeted()
    for _ in range(3):
        await rig.caller(300, VOICE)
        await rig.caller(300)
    await rig.caller(1_800)
    assert rig.records.turns[-1].caller == "utterance 1"
    assert len(rig.ears.utterances) == 1


async def test_without_partials_words_are_asked_for_in_the_pause(rig: Rig) -> None:
    rig.effort = Effort.SPECULATION
    await rig.greeted()
    await rig.caller(600, VOICE)
    await rig.caller(80)
    assert rig.ears.utterances == []
    await rig.caller(20)
    assert len(rig.ears.utterances) == 1


async def test_captions_are_made_while_somebody_reads_them(rig: Rig) -> None:
    await rig.greeted()
    rig.ears.hears = lambda number: " ".join(["i'd", "like", "to", "book"][:number])
    reader = asyncio.create_task(_read(rig))
    await rig.caller(1_200, VOICE)
    rig.call.hang_up("test over")
    await rig.running
    told = await reader
    assert [(said.turn, said.caption) for said in told] == [
        (1, Caption("", "i'd")),
        (1, Caption("i'd", "like")),
    ]


async def _read(rig: Rig) -> list[Captioned]:
    return [newest async for newest in rig.call.captions.follow()]


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
    silent_from = rig.line.audio_frames()
    await rig.caller(180)
    assert rig.line.audio_frames() == silent_from
    await rig.caller(40)  # the shortest wait, though nothing is known of who has said nothing
    assert rig.line.audio_frames() > silent_from
    await rig.caller(2_180)
    turn = rig.records.turns[1]
    assert turn.heard == turn.agent
    assert not turn.interrupted
    assert len(rig.flow.turns) == 2


LONG = [Say("One two three four five six seven eight nine ten eleven twelve thirteen fourteen.")]


async def test_a_backchannel_over_the_reply_lets_it_go_on(rig: Rig) -> None:
    await rig.greeted()
    rig.ears.hears = lambda number: "mm-hm" if number == 2 else "words"
    await rig.utter()
    await rig.caller(300)
    await rig.caller(200, VOICE)
    await rig.caller(2_400)
    turn = rig.records.turns[1]
    assert (turn.heard, turn.interrupted) == (turn.agent, False)


async def test_yes_answers_a_question_and_only_that(rig: Rig) -> None:
    await rig.greeted()
    rig.ears.hears = lambda number: "words" if number == 1 else "yes"
    rig.flow.replies["speech"] = [Say("Is that right? I will then see what else there is to do.")]
    await rig.utter()
    await rig.caller(400)  # three words of 200 ms, less 120 ms of the utterance's silence
    await rig.caller(200, VOICE)
    await rig.caller(600)
    assert rig.records.turns[1].interrupted
    assert rig.records.turns[1].heard.startswith("Is that right?")
    assert rig.flow.turns[-1].transcript.text == "yes"
    rig.flow.replies["speech"] = LONG
    await rig.caller(4_000)
    await rig.utter()
    await rig.caller(400)
    await rig.caller(200, VOICE)
    await rig.caller(4_000)
    assert not rig.records.turns[-1].interrupted


async def test_a_crowd_is_talked_over_before_it_ends(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.replies["speech"] = LONG
    await rig.utter()
    await rig.caller(300)
    await rig.caller(5_000, VOICE)  # as even as many voices
    assert rig.line.sent.count(SendClear()) == 1
    turn = rig.records.turns[1]
    assert (turn.heard, turn.interrupted) == (turn.agent, False)
    assert len(rig.ears.utterances) == 1, "nobody had to recognise it"


async def test_a_protected_clause_is_not_interrupted_and_the_next_one_is(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.replies["speech"] = [Say("This is being recorded.", protected=True), *LONG]
    await rig.utter()
    await rig.caller(200)
    await rig.caller(300, VOICE)
    await rig.caller(100)
    assert SendClear() not in rig.line.sent
    await rig.caller(400)
    await rig.caller(300, VOICE)
    assert SendClear() in rig.line.sent
    await rig.caller(600)
    assert rig.records.turns[1].heard.startswith("This is being recorded. One")


async def test_a_flow_may_refuse_interruptions_or_ask_for_more_words(rig: Rig) -> None:
    await rig.greeted()
    rig.flow.listening = ListeningPolicy(interruptible=False)
    await rig.utter()
    await rig.caller(300)
    await rig.caller(300, VOICE)
    await rig.caller(2_000)
    assert SendClear() not in rig.line.sent
    rig.flow.listening = ListeningPolicy(min_words=3)
    await rig.utter()
    await rig.caller(300)
    await rig.caller(300, VOICE)  # "utterance 3": two words
    await rig.caller(2_400)
    assert SendClear() in rig.line.sent
    assert not any(turn.interrupted for turn in rig.records.turns)


async def test_our_own_voice_coming_back_does_not_stop_us(rig: Rig) -> None:
    await rig.settle()
    rig.flow.replies["silence"] = LONG
    late = deque([SILENT] * 7)
    for _ in range(400):
        await rig.caller(20, _softer(late.popleft()))
        late.append(rig.line.played)
    assert SendClear() not in rig.line.sent
    assert rig.records.turns[1].heard.endswith("fourteen.")
    assert rig.ears.utterances == []


def _softer(ulaw_8k: bytes) -> bytes:
    """8 dB down: loud enough for the detector of these tests."""
    samples = struct.iter_unpack("<h", ulaw_decode(ulaw_8k))
    return ulaw_encode(b"".join(struct.pack("<h", sample * 2 // 5) for (sample,) in samples))


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
