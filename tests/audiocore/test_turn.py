"""The turn table: scripted conversations, and invariants under every order of events."""

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from audiocore.events import (
    Action,
    AttemptFailed,
    CallAnswered,
    CallerGone,
    Cancel,
    Confirm,
    Content,
    DtmfReceived,
    EndCall,
    FinishTurn,
    ForgetUtterance,
    PartialHeard,
    PausePlayout,
    Recognised,
    ReplyEndsCall,
    ReplyFinished,
    ReplyStarted,
    Respond,
    ResumePlayout,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
    StartPlayout,
    StartTimer,
    StopTimer,
    TimerFired,
    Transcribe,
    TurnEvent,
)
from audiocore.turn import MAX_FAILURES, TABLE, Phase, TurnState, step

SPEECH = (SpeechStarted(0), SpeechPaused(0), SpeechEnded(0))


def run(state: TurnState, *events: TurnEvent) -> tuple[TurnState, list[Action]]:
    actions: list[Action] = []
    for event in events:
        state, new = step(state, event)
        actions += new
    return state, actions


def greeted() -> TurnState:
    """A call whose greeting has been heard."""
    state, _ = run(TurnState(), CallAnswered(), ReplyStarted(0, 1), ReplyFinished(0, 1))
    assert state.phase is Phase.LISTENING
    return state


def speaking() -> TurnState:
    """The agent answers turn 1, attempt 2."""
    state, _ = run(greeted(), *SPEECH, Recognised(1, 2, "words"), ReplyStarted(1, 2))
    assert state.phase is Phase.SPEAKING
    return state


def only(actions: list[Action], *kinds: type) -> list[Action]:
    return [action for action in actions if isinstance(action, kinds)]


def test_the_greeting_is_answered_without_the_caller_speaking() -> None:
    state, actions = run(TurnState(), CallAnswered())
    assert only(actions, Respond, Confirm) == [Respond(0, 1, "start"), Confirm(0, 1)]
    assert state.phase is Phase.THINKING


def test_work_starts_at_the_pause_and_is_confirmed_at_the_end() -> None:
    state, actions = run(greeted(), SpeechStarted(0), SpeechPaused(0), Recognised(1, 2, "words"))
    assert only(actions, Transcribe, Respond, Confirm) == [
        Transcribe(1, 2),
        Respond(1, 2, "speech"),
    ]
    state, actions = run(state, SpeechEnded(0), ReplyStarted(1, 2))
    assert only(actions, Confirm, StartPlayout) == [Confirm(1, 2), StartPlayout(1, 2)]


def test_going_on_cancels_and_the_whole_utterance_is_tried_again() -> None:
    paused = (SpeechStarted(0), SpeechPaused(0), Recognised(1, 2, "words"))
    state, actions = run(greeted(), *paused, SpeechResumed(0), SpeechPaused(0))
    assert only(actions, Cancel, Transcribe) == [Transcribe(1, 2), Cancel(1, 2), Transcribe(1, 3)]
    assert not only(actions, ForgetUtterance)
    _, actions = run(state, Recognised(1, 2, "words"))
    assert actions == []


def test_going_on_after_the_endpoint_is_still_the_same_turn() -> None:
    state, _ = run(greeted(), *SPEECH, Recognised(1, 2, "words"))
    state, actions = run(state, SpeechStarted(0))
    assert (state.phase, state.turn) == (Phase.USER_SPEAKING, 1)
    assert only(actions, Cancel, ForgetUtterance) == [Cancel(1, 2)]


def test_noise_is_as_if_it_had_never_been() -> None:
    state, actions = run(greeted(), SpeechStarted(0), SpeechPaused(0), Recognised(1, 2, "nothing"))
    assert not only(actions, Respond)
    state, actions = run(state, SpeechEnded(0))
    assert (state.phase, state.turn) == (Phase.LISTENING, 0)
    assert StartTimer("silence") in actions


def test_noise_before_the_greeting_does_not_cost_the_greeting() -> None:
    state, actions = run(TurnState(), CallAnswered(), SpeechStarted(0), SpeechPaused(0))
    assert Cancel(0, 1) in actions
    _, actions = run(state, Recognised(0, 2, "nothing"), SpeechEnded(0))
    assert Respond(0, 3, "start") in actions


def test_barge_in_silences_at_once_and_commits_on_words() -> None:
    state, actions = run(speaking(), SpeechStarted(0))
    assert actions[0] == PausePlayout()
    assert not only(actions, FinishTurn)
    state, actions = run(state, SpeechPaused(0), Recognised(2, 3, "words"))
    assert only(actions, FinishTurn, Respond) == [
        FinishTurn(1, 2, interrupted=True),
        Respond(2, 3, "speech"),
    ]


def test_a_cough_or_a_backchannel_lets_the_agent_go_on() -> None:
    contents: tuple[Content, ...] = ("nothing", "backchannel")
    for content in contents:
        state, _ = run(speaking(), SpeechStarted(0), SpeechPaused(0))
        state, actions = run(state, Recognised(2, 3, content), SpeechEnded(0))
        assert ResumePlayout() in actions
        assert (state.phase, state.turn, state.attempt) == (Phase.SPEAKING, 1, 2)
        _, actions = run(state, ReplyFinished(1, 2))
        assert FinishTurn(1, 2, interrupted=False) in actions


def test_who_interrupts_without_a_word_that_can_be_made_out_is_asked_again() -> None:
    state, _ = run(speaking(), SpeechStarted(0), SpeechPaused(0))
    state, actions = run(state, Recognised(2, 3, "unclear"), SpeechEnded(0))
    assert only(actions, FinishTurn, Respond) == [
        FinishTurn(1, 2, interrupted=True),
        Respond(2, 3, "failure"),
    ]
    assert state.phase is Phase.THINKING


def test_what_is_unclear_while_we_listen_is_nothing() -> None:
    state, actions = run(greeted(), *SPEECH, Recognised(1, 2, "unclear"))
    assert (state.phase, only(actions, Respond)) == (Phase.LISTENING, [])


def test_a_crowd_that_goes_on_and_on_is_talked_over() -> None:
    state, _ = run(speaking(), SpeechStarted(0))
    state, actions = run(state, PartialHeard(2, "nothing"))
    assert ResumePlayout() in actions
    assert (state.phase, state.turn, state.attempt) == (Phase.SPEAKING, 1, 2)


def test_words_may_end_our_turn_before_the_caller_pauses() -> None:
    state, _ = run(speaking(), SpeechStarted(0))
    state, actions = run(state, PartialHeard(2, "words"))
    assert actions == [FinishTurn(1, 2, interrupted=True)]
    _, actions = run(state, SpeechPaused(0), Recognised(2, 3, "words"))
    assert only(actions, FinishTurn, Respond) == [Respond(2, 3, "speech")]


def test_what_is_heard_of_another_turn_or_of_no_interruption_changes_nothing() -> None:
    interrupted, _ = run(speaking(), SpeechStarted(0))
    assert run(interrupted, PartialHeard(1, "words")) == (interrupted, [])
    answering, _ = run(greeted(), SpeechStarted(0))
    assert run(answering, PartialHeard(1, "nothing")) == (answering, [])


def test_a_backchannel_while_we_listen_is_an_answer() -> None:
    _, actions = run(greeted(), *SPEECH, Recognised(1, 2, "backchannel"))
    assert Respond(1, 2, "speech") in actions


def test_a_goodbye_is_said_to_its_end_and_then_the_call_ends() -> None:
    state, actions = run(speaking(), ReplyEndsCall(1, 2, "completed"), SpeechStarted(0))
    assert actions == []
    state, actions = run(state, ReplyFinished(1, 2))
    assert only(actions, FinishTurn, EndCall) == [
        FinishTurn(1, 2, interrupted=False),
        EndCall("completed"),
    ]
    assert state.phase is Phase.ENDED


def test_a_goodbye_composed_while_interrupted_survives_the_resume() -> None:
    state, _ = run(speaking(), SpeechStarted(0), ReplyEndsCall(1, 2, "completed"))
    state, _ = run(state, SpeechPaused(0), Recognised(2, 3, "nothing"), SpeechEnded(0))
    _, actions = run(state, ReplyFinished(1, 2))
    assert actions[-1] == EndCall("completed")


def test_a_goodbye_that_was_interrupted_for_good_is_forgotten() -> None:
    state, _ = run(speaking(), SpeechStarted(0), ReplyEndsCall(1, 2, "completed"))
    state, _ = run(state, SpeechPaused(0), Recognised(2, 3, "words"), SpeechEnded(0))
    state, actions = run(state, ReplyStarted(2, 3), ReplyFinished(2, 3))
    assert not only(actions, EndCall)


def test_failures_apologise_and_in_the_end_hang_up() -> None:
    state, actions = run(greeted(), *SPEECH, AttemptFailed(1, 2))
    assert Respond(1, 3, "failure") in actions
    for number in range(3, 2 + MAX_FAILURES):
        state, actions = run(state, AttemptFailed(1, number))
    assert actions[-1] == EndCall("failure")


def test_a_recogniser_that_fails_early_is_excused_at_the_end_of_speech() -> None:
    state, actions = run(greeted(), SpeechStarted(0), SpeechPaused(0), AttemptFailed(1, 2))
    assert not only(actions, Respond)
    _, actions = run(state, SpeechEnded(0))
    assert Respond(1, 3, "failure") in actions


def test_a_reply_that_never_begins_is_a_failure() -> None:
    state, _ = run(greeted(), *SPEECH, Recognised(1, 2, "words"))
    _, actions = run(state, TimerFired("reply"))
    assert only(actions, Cancel, Respond) == [Cancel(1, 2), Respond(1, 3, "failure")]


def test_silence_is_noticed_only_while_listening() -> None:
    _, actions = run(greeted(), TimerFired("silence"))
    assert Respond(1, 2, "silence") in actions
    assert run(speaking(), TimerFired("silence"))[1] == []


def test_keys_collect_until_hash_or_a_pause() -> None:
    keys = [DtmfReceived(digit) for digit in "42"]
    state, actions = run(greeted(), *keys)
    assert only(actions, Respond) == []
    assert Respond(1, 2, "dtmf", "42") in run(state, DtmfReceived("#"))[1]
    assert Respond(1, 2, "dtmf", "42") in run(state, TimerFired("digits"))[1]


def test_a_key_interrupts_the_agent() -> None:
    _, actions = run(speaking(), DtmfReceived("1"))
    assert actions[:2] == [PausePlayout(), FinishTurn(1, 2, interrupted=True)]


class Calls(RuleBasedStateMachine):
    """Any order of events, stale results included."""

    def __init__(self) -> None:
        super().__init__()
        self.state = TurnState()
        self.live: set[int] = set()
        self.gone: set[int] = set()
        self.confirmed: set[int] = set()
        self.playing: int | None = None
        self.silenced = False
        self.finished: list[int] = []
        self.timers: set[str] = set()
        self.ear = "silent"
        self.feed(CallAnswered())

    def feed(self, event: TurnEvent) -> None:
        before = self.state
        self.state, actions = step(self.state, event)
        if before.phase is Phase.ENDED:
            assert self.state == before
            assert actions == ()
        for action in actions:
            self.carry_out(action)

    def carry_out(self, action: Action) -> None:
        match action:
            case Transcribe(_, number):
                assert number not in self.live | self.gone, "attempt numbers are never reused"
                self.live.add(number)
            case Respond(_, number):
                assert number not in self.gone, "a dead attempt is not asked to answer"
                self.live.add(number)
            case Confirm(_, number):
                assert number in self.live
                self.confirmed.add(number)
            case Cancel(_, number):
                assert number != self.playing, "what plays is finished, not cancelled"
                self.live.remove(number)
                self.gone.add(number)
            case StartPlayout(_, number):
                assert number in self.live & self.confirmed, "only confirmed attempts are heard"
                assert self.playing is None, "one reply at a time"
                self.playing = number
            case PausePlayout():
                assert self.playing is not None
                assert not self.silenced
                self.silenced = True
            case ResumePlayout():
                assert self.playing in self.live
                assert self.silenced
                self.silenced = False
            case FinishTurn(turn, number):
                assert turn not in self.finished, "every turn ends once"
                assert turn > max(self.finished, default=-1), "turns end in order"
                self.finished.append(turn)
                self.live.remove(number)
                self.gone.add(number)
                if self.playing == number:
                    self.playing, self.silenced = None, False
            case StartTimer(name):
                self.timers.add(name)
            case StopTimer(name):
                self.timers.discard(name)

    @rule(goes_on=st.booleans())
    def speech(self, goes_on: bool) -> None:
        """What endpointing says next, in the only order in which it can."""
        if self.ear == "silent":
            self.ear, event = "speaking", SpeechStarted(0)
        elif self.ear == "speaking":
            self.ear, event = "paused", SpeechPaused(0)
        elif goes_on:
            self.ear, event = "speaking", SpeechResumed(0)
        else:
            self.ear, event = "silent", SpeechEnded(0)
        self.feed(event)

    @precondition(lambda self: self.state.phase is Phase.SPEAKING and self.ear == "silent")
    @rule(content=st.sampled_from(["nothing", "backchannel", "unclear", "words"]))
    def barge_in(self, content: Any) -> None:
        for _ in range(2):
            self.speech(goes_on=False)
        self.feed(Recognised(self.state.turn, self.state.attempt, content))
        self.speech(goes_on=False)

    @rule(content=st.sampled_from(["nothing", "words"]), age=st.sampled_from([0, 0, 1]))
    def partial(self, content: Any, age: int) -> None:
        self.feed(PartialHeard(self.state.turn - age, content))

    @precondition(lambda self: self.state.phase is Phase.THINKING)
    @rule()
    def reply(self) -> None:
        self.feed(Recognised(self.state.turn, self.state.attempt, "words"))
        if self.state.attempt in self.confirmed:
            self.feed(ReplyStarted(self.state.turn, self.state.attempt))

    @rule(
        kind=st.sampled_from([ReplyStarted, ReplyFinished, AttemptFailed, "recognised", "goodbye"]),
        age=st.sampled_from([0, 0, 0, 0, 1, 2]),
        content=st.sampled_from(["nothing", "words", "backchannel", "unclear", "words"]),
    )
    def result(self, kind: Any, age: int, content: Any) -> None:
        number = self.state.attempt - age
        if kind == "recognised":
            self.feed(Recognised(self.state.turn, number, content))
        elif kind == "goodbye":
            self.feed(ReplyEndsCall(self.state.turn, number, "completed"))
        elif kind is ReplyStarted and number not in self.confirmed:
            return
        else:
            self.feed(kind(self.state.turn, number))

    @precondition(lambda self: self.timers)
    @rule(data=st.data())
    def timer(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.timers)))
        self.timers.remove(name)
        self.feed(TimerFired(name))  # type: ignore[arg-type]

    @rule(digit=st.sampled_from("01*#"))
    def key(self, digit: str) -> None:
        self.feed(DtmfReceived(digit))

    @rule()
    def hang_up(self) -> None:
        self.feed(CallerGone("hung up"))

    @invariant()
    def what_plays_is_the_current_or_the_paused_reply(self) -> None:
        if self.state.phase is Phase.SPEAKING:
            assert self.playing == self.state.attempt
            assert not self.silenced
        elif self.state.paused is not None:
            assert self.playing == self.state.paused.attempt
            assert self.silenced
        elif self.state.phase is not Phase.ENDED:
            assert self.playing is None

    @invariant()
    def no_attempt_is_left_behind(self) -> None:
        if self.state.phase is not Phase.ENDED:
            paused = {self.state.paused.attempt} if self.state.paused is not None else set()
            assert self.live <= {self.state.attempt} | paused

    @invariant()
    def a_call_never_waits_for_nothing(self) -> None:
        if self.state.phase is Phase.LISTENING:
            assert self.timers & {"silence", "digits"}
        if self.state.phase is Phase.THINKING:
            assert "reply" in self.timers

    @invariant()
    def nothing_plays_after_the_end(self) -> None:
        if self.state.phase is Phase.ENDED:
            assert self.playing is None


Calls.TestCase.settings = settings(max_examples=300, stateful_step_count=60, deadline=None)
TestCalls = Calls.TestCase


def test_the_table_names_only_events_it_can_get() -> None:
    assert {event for _, event in TABLE} <= set(TurnEvent.__args__)
