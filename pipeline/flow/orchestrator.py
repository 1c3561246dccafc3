"""One turn in, actions out: runs the graph's actions, keeps each call's state, commits it.

Everything a turn decides lives in its attempt until :meth:`FlowOrchestrator.commit`. An attempt
that is cancelled leaves nothing behind but what its tools did, and those carry keys.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from audiocore.errors import EngineError, FlowError, StoreError
from pipeline.flow import (
    end_of_turn,
    graph,
    likely_names,
    lines,
    moves,
    prompts,
    tool_calls,
    tools,
)
from pipeline.flow.business import WEEKDAYS, Business
from pipeline.flow.intents import Understanding, understand
from pipeline.flow.options import FlowOptions
from pipeline.flow.state import State
from pipeline.interfaces.clock import Clock
from pipeline.interfaces.conversation import (
    CallInfo,
    EndCall,
    FlowAction,
    ListeningPolicy,
    Say,
    ToolCall,
    TurnInput,
    TurnOutcome,
)
from pipeline.interfaces.engines import Classifier, LanguageModel
from pipeline.interfaces.stores import AppointmentStore, ToolKey, ToolResult
from pipeline.workers import Worker

_log = logging.getLogger(__name__)

_REPLY_TOKENS = 80
_KEYS = {"1": "yes", "2": "no"}


@dataclass(slots=True)
class _Attempt:
    """What one handling of one turn has decided so far."""

    number: int
    state: State
    tool_calls: list[ToolCall] = field(default_factory=list)
    changes: int = 0
    protected: bool = False
    """Whether something was said that the caller may not cut off."""
    running: asyncio.Task[tuple[moves.Action, ...]] | None = None


@dataclass(slots=True)
class _Call:
    """One call: its committed state, the turn in progress, and what earlier turns did."""

    state: State = field(default_factory=State)
    attempts: dict[int, _Attempt] = field(default_factory=dict)
    committed: dict[int, tuple[ToolCall, ...]] = field(default_factory=dict)
    fillers: int = 0
    """Phrases that have covered a slow tool, so that none is said twice in a row."""


class FlowOrchestrator:
    """The receptionist: a TurnHandler for all calls.

    Compose it once, warm it before calls are taken, and give it to every call::

        flow = FlowOrchestrator(
            Business(name="Harbor Clinic"),
            model=LlamaCpp(path),            # LanguageModel
            model_worker=Worker("llm"),      # the thread that runs it
            store=Database(...),             # AppointmentStore
            store_worker=Worker("store"),    # the thread that talks to it
            clock=clock,                     # wall() decides what "tomorrow" is
            classifier=None,                 # a Classifier of intents, if the model brings one
        )
        await flow.warm()
    """

    def __init__(
        self,
        business: Business,
        *,
        model: LanguageModel,
        model_worker: Worker,
        store: AppointmentStore,
        store_worker: Worker,
        clock: Clock,
        classifier: Classifier | None = None,
        options: FlowOptions | None = None,
    ) -> None:
        """Nothing is loaded here; see the class."""
        self._business = business
        self._model = model
        self._model_worker = model_worker
        self._store = store
        self._store_worker = store_worker
        self._clock = clock
        self._classifier = classifier
        self._options = options or FlowOptions()
        self._calls: dict[str, _Call] = {}

    async def warm(self) -> None:
        """Evaluate both constant prompts, and read the list of names, so that the first caller
        does not wait for them.

        Raises:
            EngineError: the model failed, or the business's facts do not fit its context.
        """
        await understand(
            self._model, self._model_worker, "help", "hello", lambda: None, self._business
        )
        async for _ in self._improvise("chat", "hello", lambda: None):
            pass
        likely_names.likely(())

    def policy(self, call: CallInfo) -> ListeningPolicy:
        """By the question that the caller answers; see ``TurnHandler``."""
        known = self._calls.get(call.call_sid) or _Call()
        spoken = known.attempts.values()
        return self._options.policy(
            known.state.asked, protected=any(attempt.protected for attempt in spoken)
        )

    async def finished(self, call: CallInfo, text: str) -> float:
        """By words and meaning; see ``TurnHandler``."""
        known = self._calls.get(call.call_sid) or _Call()
        return await end_of_turn.finished(
            self._model,
            self._model_worker,
            known.state.asked,
            text,
            self._business.kind,
            ask=self._options.ask_finished,
        )

    async def handle(self, turn: TurnInput) -> AsyncGenerator[FlowAction, None]:
        """Answer one turn; see ``TurnHandler``."""
        call = self._calls.setdefault(turn.call.call_sid, _Call())
        attempt = _Attempt(turn.attempt, call.state)
        call.attempts[turn.turn_index] = attempt
        begun = False
        try:
            async with aclosing(self._answer(turn, attempt)) as actions:
                async for action in actions:
                    begun = True
                    yield action
        except (EngineError, StoreError, FlowError) as error:
            _log.warning("call %s turn %d: %s", turn.call.call_sid, turn.turn_index, error)
            for spoken in self._step(attempt, moves.Failure()):
                if isinstance(spoken, moves.Speak):
                    yield Say(f" {spoken.text}" if begun else spoken.text)
                    begun = True
                elif isinstance(spoken, moves.HangUp):
                    yield EndCall(spoken.reason)

    async def commit(self, outcome: TurnOutcome) -> tuple[ToolCall, ...]:
        """Install what the turn decided; see ``TurnHandler``."""
        call = self._calls.get(outcome.call.call_sid)
        if call is None:
            return ()
        if outcome.turn_index in call.committed:
            return call.committed[outcome.turn_index]
        attempt = call.attempts.get(outcome.turn_index)
        if attempt is None or attempt.number != outcome.attempt:
            return ()
        if attempt.running is not None:
            await asyncio.wait((attempt.running,))  # interrupted while a tool ran: it still counts
        del call.attempts[outcome.turn_index]
        call.state = attempt.state
        call.committed[outcome.turn_index] = tuple(attempt.tool_calls)
        return call.committed[outcome.turn_index]

    async def close(self, call: CallInfo) -> None:
        """Forget the call."""
        self._calls.pop(call.call_sid, None)

    # --- one turn ----------------------------------------------------------------------------

    async def _answer(self, turn: TurnInput, attempt: _Attempt) -> AsyncGenerator[FlowAction, None]:
        """Perform the graph's actions one after the other; texts are joined by spaces."""
        first_token = _once(lambda: turn.stage("llm_first_token"))
        actions = self._step(attempt, await self._event(turn, attempt.state, first_token))
        gap = ""
        while actions:
            action, *rest = actions
            actions = tuple(rest)
            match action:
                case moves.Speak(text, protected):
                    attempt.protected |= protected
                    yield Say(gap + text)
                    gap = " "
                case moves.Improvise(situation):
                    words = turn.transcript.text
                    async with aclosing(self._improvise(situation, words, first_token)) as pieces:
                        async for text in pieces:
                            yield Say(gap + text)
                            gap = ""
                    gap = " "
                case moves.Use(tool):
                    running = await self._begin(turn, attempt, tool)
                    if await self._slow(turn, running, self._options.filler_ms):
                        yield Say(gap + self._filler(turn.call))
                        gap = " "
                        left = self._options.tool_ms - self._options.filler_ms
                        if await self._slow(turn, running, left):
                            actions = self._give_up(attempt, tool)
                            continue
                    actions = await asyncio.shield(running)
                case moves.HangUp(reason):
                    yield EndCall(reason)

    async def _event(
        self, turn: TurnInput, state: State, first_token: Callable[[], None]
    ) -> moves.Event:
        """What happened, understood."""
        match turn.kind:
            case "start":
                return moves.Started()
            case "silence":
                return moves.Silence()
            case "failure":
                return moves.Failure()
            case "dtmf":
                return _pressed(state.asked, turn.digits)
            case "speech":
                heard = turn.transcript
                said = await understand(
                    self._model,
                    self._model_worker,
                    state.asked,
                    heard.text,
                    first_token,
                    self._business,
                    self._classifier,
                )
                said = await self._looked_up(said, state.asked, heard.text)
                if said.confidence < self._options.intent_confidence and not said.slots:
                    said = replace(said, intent="unclear")
                sure = heard.confidence >= self._options.confidence
                return moves.Understood(said, sure, heard.confidence)

    async def _looked_up(
        self, said: Understanding, asked: prompts.Asked, text: str
    ) -> Understanding:
        """The same with the lookup that the model writes, where rules read no day and no time."""
        unread = not said.day if asked == "day" else asked == "time" and not said.slots
        if self._options.tool_calls == "rules" or not unread or said.intent != "inform":
            return said
        today = self._business.local(self._clock.wall()).date()
        model, worker = self._model, self._model_worker
        lookup = await tool_calls.write(model, worker, asked, text, self._business, today)
        return replace(said, lookup=lookup)

    def _step(self, attempt: _Attempt, event: moves.Event) -> tuple[moves.Action, ...]:
        now = self._business.local(self._clock.wall())
        attempt.state, actions = graph.step(attempt.state, event, self._business, now)
        return actions

    async def _improvise(
        self, situation: prompts.Situation, text: str, first_token: Callable[[], None]
    ) -> AsyncGenerator[str, None]:
        """One sentence of the model's own, piece by piece."""
        business = self._business
        words = prompts.caller_words(text)
        messages = prompts.reply(business.name, business.facts, situation, words, business.kind)
        grammar = prompts.reply_grammar(situation, business.name, business.facts)
        last = ""
        answer = self._model_worker.stream(
            lambda: self._model.generate(messages, max_tokens=_REPLY_TOKENS, grammar=grammar)
        )
        async with aclosing(answer) as pieces:
            async for piece in pieces:
                first_token()
                last = piece
                yield piece
        if last and last.rstrip()[-1:] not in (".", "!", "?"):
            yield "."

    # --- tools -------------------------------------------------------------------------------

    async def _begin(
        self, turn: TurnInput, attempt: _Attempt, tool: tools.Tool
    ) -> asyncio.Task[tuple[moves.Action, ...]]:
        """Start a tool and the step that its answer brings; once begun, both are finished."""
        key = None
        if isinstance(tool, tools.Change):
            await turn.confirmed()
            key = ToolKey(turn.call.call_sid, turn.turn_index, attempt.changes)
            attempt.changes += 1
        running = asyncio.create_task(self._finish(attempt, tool, key))
        running.add_done_callback(lambda task: task.cancelled() or task.exception())
        attempt.running = running
        return running

    async def _finish(
        self, attempt: _Attempt, tool: tools.Tool, key: ToolKey | None
    ) -> tuple[moves.Action, ...]:
        wall = self._clock.wall()
        now = self._business.local(wall)
        result: ToolResult
        if isinstance(tool, tools.Change):
            assert key is not None
            result = await self._store_worker.run(
                tools.change, tool, key, self._store, self._business, now, wall
            )
        else:
            result = await self._store_worker.run(
                tools.look_up, tool, self._store, self._business, now
            )
        if attempt.running is not asyncio.current_task():
            _log.warning("%s answered after it had been given up", tool.name)
            return ()
        attempt.tool_calls.append(ToolCall(tool.name, tools.arguments(tool), result))
        return self._step(attempt, moves.ToolDone(tool, result))

    async def _slow(
        self, turn: TurnInput, running: asyncio.Task[tuple[moves.Action, ...]], ms: float
    ) -> bool:
        """Whether a tool still runs after ``ms``; until the turn is confirmed nobody waits."""
        done = asyncio.Event()
        running.add_done_callback(lambda _: done.set())
        confirmed = asyncio.ensure_future(turn.confirmed())
        try:
            await asyncio.wait((running, confirmed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            confirmed.cancel()
        if not running.done():
            await self._clock.wait(done, self._clock.now_ms() + ms)
        return not running.done()

    def _filler(self, call: CallInfo) -> str:
        """Something to say meanwhile, never the same twice in a row."""
        known = self._calls[call.call_sid]
        known.fillers += 1
        return lines.FILLERS[known.fillers % len(lines.FILLERS)]

    def _give_up(self, attempt: _Attempt, tool: tools.Tool) -> tuple[moves.Action, ...]:
        """Wait no longer for a tool. A change may still come true, which the caller is told."""
        attempt.running = None
        late = {"ok": False, "reason": "late"}
        attempt.tool_calls.append(ToolCall(tool.name, tools.arguments(tool), late))
        return self._step(attempt, moves.ToolLate(tool))


def _pressed(asked: prompts.Asked, digits: str) -> moves.Event:
    """What keys mean in answer to a question."""
    digits = digits.strip("*#")
    if asked in ("confirm", "more") and (intent := _KEYS.get(digits[:1])):
        return moves.Understood(Understanding(intent))
    if asked == "day" and digits in ("1", "2", "3", "4", "5", "6", "7"):
        return moves.Understood(Understanding("inform", day=WEEKDAYS[int(digits) - 1]))
    if asked == "time" and re.fullmatch(r"\d{1,2}|\d{1,2}[0-5]\d", digits):
        hour, minute = (digits, "00") if len(digits) < 3 else (digits[:-2], digits[-2:])
        return moves.Understood(Understanding("inform", time=f"{int(hour)}:{minute}"))
    return moves.Failure()


def _once(report: Callable[[], None]) -> Callable[[], None]:
    """Report the first time only."""
    reported = False

    def call() -> None:
        nonlocal reported
        if not reported:
            reported = True
            report()

    return call
