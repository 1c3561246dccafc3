"""What the caller's words are to us; how they are weighed is in ``audiocore``'s tests."""

from typing import get_args

import pytest

from audiocore.crowd import CrowdOptions
from audiocore.endpointing import EndpointingOptions
from audiocore.events import Content
from audiocore.interruption import InterruptionOptions
from audiocore.playout import Playout, SpokenClause, SpokenWord
from pipeline.interfaces.conversation import ListeningPolicy
from pipeline.interfaces.engines import Transcript
from pipeline.interruptions import Interruptions
from pipeline.listener import Listener
from tests.pipeline.conftest import VOICE, LoudnessVad


@pytest.fixture
def interruptions() -> Interruptions:
    """The caller has spoken for 600 ms while we were saying "we are open"."""
    listener = Listener(LoudnessVad(), EndpointingOptions(), 300)
    for _ in range(30):
        list(listener.receive(VOICE, None, 0.0))
    playout = Playout()
    words = [SpokenWord(word, 1_600 * n) for n, word in enumerate(["we", "are", "open"], start=1)]
    playout.push(SpokenClause(VOICE * 30, tuple(words)))
    list(playout.due(0.0))
    return Interruptions(listener, playout, InterruptionOptions(), CrowdOptions(least_ms=700))


@pytest.mark.parametrize(
    ("text", "answering", "interrupting"),
    [
        ("what about saturday", "words", "words"),
        ("mm-hm", "backchannel", "backchannel"),
        ("", "nothing", "nothing"),
        ("we are", "words", "nothing"),  # our own words, coming back
    ],
)
def test_the_same_words_interrupt_or_only_answer(
    interruptions: Interruptions, text: str, answering: Content, interrupting: Content
) -> None:
    assert {answering, interrupting} <= set(get_args(Content))
    words = Transcript(text, 0.9)
    assert interruptions.content(words, 100.0, interrupting=False) == answering
    assert interruptions.content(words, 100.0, interrupting=True) == interrupting


def test_whether_somebody_spoke_counts_and_not_whether_the_words_are_right(
    interruptions: Interruptions,
) -> None:
    misheard = Transcript("what a bout that a day", 0.01, spoken=0.98)
    invented = Transcript("what a bout that a day", 0.5, spoken=0.001)
    assert interruptions.content(misheard, 100.0, interrupting=True) == "words"
    assert interruptions.content(invented, 100.0, interrupting=True) == "nothing"


def test_the_policy_of_what_plays_counts(interruptions: Interruptions) -> None:
    interruptions.begin(ListeningPolicy(min_words=3))
    words = Transcript("go back", 0.9)
    assert interruptions.content(words, 100.0, interrupting=True) == "backchannel"
    assert not interruptions.refused(100.0)
    interruptions.begin(ListeningPolicy(interruptible=False))
    assert interruptions.refused(100.0)
