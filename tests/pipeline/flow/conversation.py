"""A caller who types: drives a FlowOrchestrator turn by turn, as a call would."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audiocore.events import TurnKind
from pipeline.flow.business import Business
from pipeline.flow.options import FlowOptions
from pipeline.flow.orchestrator import FlowOrchestrator
from pipeline.flow.prompts import FINISHED_ANSWERS
from pipeline.interfaces.clock import Clock
from pipeline.interfaces.conversation import (
    CallInfo,
    EndCall,
    Say,
    ToolCall,
    TurnInput,
    TurnOutcome,
)
from pipeline.interfaces.engines import LanguageModel, Message, Transcript
from pipeline.stores.database import Database
from pipeline.workers import Worker

INFO = CallInfo("CA1", "+15550100", "+15550199")


class HeldClock:
    """Saturday, 21 November 2026, 14:00 UTC, for ever."""

    def now_ms(self) -> float:
        return 0.0

    def wall(self) -> str:
        return "2026-11-21T14:00:00+00:00"

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        await event.wait()


class ScriptedModel:
    """A language model that answers what the test says, whatever it is asked."""

    def __init__(self) -> None:
        self.answers: list[str | Exception] = []
        self.prompts: list[Sequence[Message]] = []
        self.sure = 0.9
        """Probability that it gives the intent of its answers."""
        self.finished = 0.9
        """Probability that it finds callers to have finished."""
        self._understood = ""

    def choose(self, messages: Sequence[Message], options: Sequence[str]) -> tuple[float, ...]:
        self.prompts.append(messages)
        if tuple(options) == FINISHED_ANSWERS:
            return self.finished, 1 - self.finished
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        self._understood = answer
        intent = answer.split(",")[0].rstrip("}") + "}"
        rest = (1 - self.sure) / (len(options) - 1)
        return tuple(self.sure if option == intent else rest for option in options)

    def generate(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        grammar: str | None = None,
        temperature: float = 0.0,
    ) -> Iterator[str]:
        self.prompts.append(messages)
        yield from self._understood if "JSON" in messages[0].content else "Right."


@dataclass
class Caller:
    """One call."""

    flow: FlowOrchestrator
    info: CallInfo = INFO
    index: int = 0
    heard: float = 0.9
    """How surely the caller's words are recognised."""
    ended: str = ""
    stages: list[str] = field(default_factory=list)
    tool_calls: list[ToolCall] = field(default_factory=list)
    confirmed: asyncio.Event = field(default_factory=asyncio.Event)

    def turn(self, kind: TurnKind, text: str = "", digits: str = "", attempt: int = 1) -> TurnInput:
        async def confirmed() -> None:
            await self.confirmed.wait()

        heard = Transcript(text, self.heard)
        return TurnInput(
            self.info, self.index, attempt, kind, heard, digits, confirmed, self.stages.append
        )

    async def answer(self, turn: TurnInput) -> str:
        """All that is said in one attempt."""
        spoken = ""
        async for action in self.flow.handle(turn):
            match action:
                case Say(text):
                    spoken += text
                case EndCall(reason):
                    self.ended = reason
        return spoken

    async def commit(self, spoken: str, attempt: int = 1) -> None:
        outcome = TurnOutcome(self.info, self.index, attempt, spoken, False)
        self.tool_calls += await self.flow.commit(outcome)
        self.index += 1

    async def say(self, text: str = "", kind: TurnKind = "speech", digits: str = "") -> str:
        """One confirmed and committed turn."""
        self.confirmed.set()
        spoken = await self.answer(self.turn(kind, text, digits))
        await self.commit(spoken)
        return spoken


@dataclass
class House:
    """What one flow is made of."""

    model: LanguageModel
    store: Database
    model_worker: Worker = field(default_factory=lambda: Worker("test-llm", niceness=0))
    store_worker: Worker = field(default_factory=lambda: Worker("test-store", niceness=0))
    business: Business = field(default_factory=Business)
    clock: Clock = field(default_factory=HeldClock)
    options: FlowOptions = field(default_factory=FlowOptions)

    def flow(self) -> FlowOrchestrator:
        return FlowOrchestrator(
            self.business,
            model=self.model,
            model_worker=self.model_worker,
            store=self.store,
            store_worker=self.store_worker,
            clock=self.clock,
            options=self.options,
        )

    def close(self) -> None:
        self.model_worker.close()
        self.store_worker.close()
        self.store.close()
