"""The callers of the booking benchmark."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from audiocore.g711 import ulaw_decode, ulaw_encode
from benchmarks.bookings.caller import Answer, Caller
from benchmarks.bookings.heard import hear, voice
from benchmarks.bookings.scenarios import Scenario, scenarios
from pipeline.audiofile import write_wav
from pipeline.flow import lines
from pipeline.flow.business import Business
from pipeline.interfaces.engines import Transcript


@pytest.fixture
def scenario() -> Scenario:
    answers = {
        "help": ("i need an appointment", "an appointment please"),
        "name": ("it's kathryn reed",),
        "first": ("k a t h r y n",),
        "yes": ("yes",),
        "more": ("no thanks",),
        "change": ("the {}",),
        "wrong name": ("no kathryn reed",),
        "wrong first": ("no kathryn",),
        "wrong day": ("no tuesday",),
        "wrong time": ("no noon",),
    }
    return Scenario("kathryn reed", "tuesday", "12:00", "is there parking", answers)  # type: ignore[arg-type]


def test_the_same_seed_makes_the_same_callers() -> None:
    assert list(scenarios(1, 20)) == list(scenarios(1, 20))
    assert list(scenarios(1, 20)) != list(scenarios(2, 20))


def test_every_caller_has_an_answer_to_everything() -> None:
    questions = [
        lines.greeting(Business()),
        lines.ASK_NAME,
        lines.ASK_LAST_NAME,
        *lines.SPELL.values(),
        lines.ASK_DAY,
        lines.ASK_TIME,
        "Is your name Nobody Else?",
        lines.ASK_WHAT,
        lines.ASK_MORE,
    ]
    for one in scenarios(3, 10):
        caller = Caller(one)
        for question in questions * 2:
            answer = caller.answer(question)
            assert answer is not None
            assert answer.words
            assert "{" not in answer.words


def test_a_caller_answers_what_is_asked_in_other_words_each_time(scenario: Scenario) -> None:
    caller = Caller(scenario)
    said = [caller.answer(lines.greeting(Business())) for _ in range(3)]
    again = Answer("an appointment please")
    assert said == [Answer("i need an appointment"), again, again]
    assert caller.answer(f"Sure. {lines.ASK_NAME}") == Answer("is there parking")
    assert caller.answer(f"It is free. {lines.ASK_NAME}") == Answer("it's kathryn reed")
    assert caller.answer(f"Thanks. {lines.SPELL['first']}") == Answer("k a t h r y n")
    assert caller.answer(f"{lines.SORRY} {lines.ASK_MORE} {lines.OR_PRESS}") == Answer("no thanks")


RIGHT = "An appointment for {} on Tuesday, November 24 at noon. Is that right?"


@pytest.mark.parametrize(
    ("agent", "answer"),
    [
        (RIGHT.format("Kathryn Reed"), "yes"),
        (RIGHT.format("Katherine Reid"), "yes"),  # nobody hears the difference
        (RIGHT.format("Karen Reed"), "no kathryn"),
        ("Is your name Kathryn, spelled K A T H R Y N, Reid?", "yes"),
        ("Is your name Katherine, spelled K A T H E R I N E, Reed?", "no kathryn"),
        ("Is your name John Smith?", "no kathryn reed"),
        (RIGHT.format("Kathryn Reed").replace("Tues", "Wednes"), "no tuesday"),
        (RIGHT.format("Kathryn Reed").replace("noon", "1 PM"), "no noon"),
        ("We are closed at that time. Would Tuesday, November 24 at 2 PM work?", "no noon"),
    ],
)
def test_a_caller_objects_to_what_sounds_wrong(scenario: Scenario, agent: str, answer: str) -> None:
    assert Caller(scenario).answer(agent) == Answer(answer)


def test_a_caller_says_what_to_change_and_presses_keys(scenario: Scenario) -> None:
    caller = Caller(scenario)
    caller.answer(RIGHT.format("Kathryn Reed").replace("noon", "1 PM"))
    assert caller.answer(lines.ASK_WHAT) == Answer("the time")
    assert caller.answer(f"{lines.SORRY} {lines.PRESS}") == Answer(keys="2")
    caller.answer(RIGHT.format("Kathryn Reed"))
    assert caller.answer(f"{lines.SORRY} {lines.PRESS}") == Answer(keys="1")
    assert caller.answer(lines.KEY_DAY) == Answer(keys="2")
    assert caller.answer(lines.KEY_TIME) == Answer(keys="1200")


def test_a_caller_gives_up(scenario: Scenario) -> None:
    caller = Caller(scenario)
    answers = [caller.answer(lines.ASK_NAME) for _ in range(30)]
    assert answers[0] is not None
    assert answers[-1] is None


def test_a_program_speaks_once_for_each_text_and_is_heard_through_a_line(tmp_path: Path) -> None:
    write_wav(tmp_path / "tone.wav", b"\x00\x10" * 800, 8000)
    copy = "import shutil, sys; shutil.copy(*sys.argv[1:3]); open(sys.argv[3], 'a').write('x')"
    command = f'{sys.executable} -c "{copy}" {tmp_path}/tone.wav {{file}} {tmp_path}/spoken'
    speak = voice(command, tmp_path / "kept")

    class Echo:
        """Tells how long it was, and whether it was silent to begin with."""

        def transcribe(self, pcm_16k: bytes) -> Transcript:
            return Transcript(f"{len(pcm_16k) // 32} {any(pcm_16k[:3200])}", 0.5)

    assert hear(Echo(), speak, "hello") == hear(Echo(), speak, "hello")
    assert hear(Echo(), speak, "hello").text.split()[0] == str(100 + 2 * 200)
    assert (tmp_path / "spoken").read_text() == "x"
    assert ulaw_decode(ulaw_encode(speak("hello")))
