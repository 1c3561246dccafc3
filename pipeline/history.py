"""One call's turns on their way into its record.

What does it do: whatever becomes of an attempt is drawn into the timeline and counted; one that was
heard is written down after those before it, with what attempts that were cancelled have cost.

How does it work: every record is a task that waits for the one before it, so turns are committed in
order though nobody waits for the database.

How do I use it: ``throw_away`` or ``finish`` every attempt once; ``last`` is what a later turn must
wait for; await ``written`` and then ``keep_timeline`` when the call is over.
"""

from __future__ import annotations

import asyncio
import logging

from audiocore.errors import AudiocoreError
from pipeline.attempt import Attempt, Stages
from pipeline.interfaces.conversation import CallInfo, TurnOutcome
from pipeline.interfaces.stores import CallStore, TurnRecord
from pipeline.timeline import Outcome, Timeline
from pipeline.workers import Worker

log = logging.getLogger(__name__)


class History:
    """What has become of the turns of one call."""

    def __init__(
        self, info: CallInfo, stages: Stages, store: CallStore, worker: Worker, timeline: Timeline
    ) -> None:
        """``worker`` is the store's."""
        self._info = info
        self._stages = stages
        self._store = store
        self._worker = worker
        self._timeline = timeline
        self._wasted: dict[int, dict[str, float]] = {}
        """By turn: milliseconds of each model for attempts that were cancelled."""
        self.last: asyncio.Task[None] | None = None
        """Done when all turns so far are history."""

    def throw_away(self, attempt: Attempt) -> None:
        """This attempt is undone."""
        attempt.cancel()
        self._draw(attempt, "cancelled")
        spent = attempt.timings.spent_ms()
        self._stages.meters.waste(spent)
        wasted = self._wasted.setdefault(attempt.turn, {})
        for model, ms in spent.items():
            wasted[model] = wasted.get(model, 0.0) + ms

    def finish(self, attempt: Attempt, heard: str, interrupted: bool) -> None:
        """This attempt was the turn, and so much of it was heard."""
        attempt.cancel()
        self._draw(attempt, "interrupted" if interrupted else "finished")
        outcome = TurnOutcome(self._info, attempt.turn, attempt.number, heard, interrupted)
        self.last = asyncio.create_task(self._commit(self.last, attempt, outcome))

    async def _commit(
        self, before: asyncio.Task[None] | None, attempt: Attempt, outcome: TurnOutcome
    ) -> None:
        """Write one turn down, after those before it. A record that fails never ends a call."""
        if before is not None:
            await before
        await attempt.settled()
        try:
            tool_calls = await self._stages.handler.commit(outcome)
            timings = attempt.timings.spans_ms()
            wasted = self._wasted.pop(attempt.turn, {})
            timings |= {f"wasted_{model}": round(ms, 1) for model, ms in wasted.items()}
            record = TurnRecord(
                index=outcome.turn_index,
                caller=attempt.caller_text,
                agent=attempt.agent_text,
                heard=outcome.heard,
                interrupted=outcome.interrupted,
                tool_calls=tool_calls,
                timings_ms=timings,
            )
            await self._worker.run(self._store.commit_turn, self._info.call_sid, record)
        except Exception:
            log.exception("call %s: turn %d was not recorded", self._info.call_sid, attempt.turn)

    def _draw(self, attempt: Attempt, outcome: Outcome) -> None:
        self._stages.meters.turn(outcome, attempt.timings.spans_ms())
        self._timeline.attempt(attempt.turn, attempt.number, outcome, attempt.timings.moments_ms())

    async def written(self) -> None:
        """Return when all turns are history."""
        if self.last is not None:
            await self.last

    async def keep_timeline(self) -> None:
        """Store the timeline, as far as it has come. If that fails there is none."""
        try:
            await self._worker.run(
                self._store.keep_timeline, self._info.call_sid, self._timeline.as_json()
            )
        except AudiocoreError as error:
            log.error("call %s: timeline not kept: %s", self._info.call_sid, error)
