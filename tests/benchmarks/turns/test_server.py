"""Replies whose length does not depend on what was heard, through the real language model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from audiocore.events import TurnKind
from benchmarks.turns.server import REPLY, FixedReply
from pipeline.app import SystemClock
from pipeline.flow.business import Business
from pipeline.interfaces.conversation import CallInfo, Say, TurnInput
from pipeline.interfaces.engines import LanguageModel, Transcript
from pipeline.stores.database import Database
from pipeline.workers import Worker

CALL = CallInfo("CA1", "+15005550006", "+15005550000")


@pytest.fixture
def flow(starter_model: LanguageModel, store_worker: Worker) -> Iterator[FixedReply]:
    worker = Worker("llm")
    yield FixedReply(
        Business(name="Test Clinic"),
        model=starter_model,
        model_worker=worker,
        store=Database("sqlite://"),
        store_worker=store_worker,
        clock=SystemClock(),
    )
    worker.close()


async def said(flow: FixedReply, kind: TurnKind, words: str = "") -> tuple[str, list[str]]:
    """The reply, and the stages that were reached."""
    stages: list[str] = []

    async def confirmed() -> None: ...

    turn = TurnInput(
        CALL,
        turn_index=1,
        attempt=1,
        kind=kind,
        transcript=Transcript(words, 0.5),
        digits="",
        confirmed=confirmed,
        stage=stages.append,
    )
    actions = [action async for action in flow.handle(turn)]
    assert all(isinstance(action, Say) for action in actions)
    return "".join(action.text for action in actions if isinstance(action, Say)), stages


async def test_every_utterance_is_answered_alike(flow: FixedReply) -> None:
    for words in ("bado befu gibi", "goodbye", ""):
        text, stages = await said(flow, "speech", words)
        assert (text.strip(), stages) == (REPLY, ["llm_first_token"])


async def test_the_greeting_is_the_receptionists(flow: FixedReply) -> None:
    greeting, _ = await said(flow, "start")
    assert "Test Clinic" in greeting


async def test_words_that_mean_nothing_end_a_turn_like_others(flow: FixedReply) -> None:
    likely = [await flow.finished(CALL, words) for words in ("bado befu gibi", "goodbye")]
    assert likely[0] == likely[1] > 0.5
