"""Places the calls: every variant's server runs all the time, and they are called in turn, so that
whatever else the machine does hits all alike."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.turns.stages import CallStages, call_stages
from benchmarks.turns.variants import environment
from pipeline.caller.phone import CallFailed, CallResult, Phone
from pipeline.caller.records import Records
from pipeline.caller.script import Script
from pipeline.caller.spawn import SpawnedServer, spawned_server
from pipeline.interfaces.clock import Clock

FIXED_REPLY = ("benchmarks.turns.server",)
"""The server whose words do not depend on what it hears."""


@dataclass(frozen=True, slots=True)
class Callers:
    """Who calls, and how often."""

    script: Script
    clock: Clock
    levels: Sequence[int]
    """Calls at once, one level after the other; variants are compared at the first."""
    calls: int
    """Per variant and level, at least; rounded up to whole rounds of calls at once."""
    auth_token: str | None = field(default=None, repr=False)
    api_token: str | None = field(default=None, repr=False)
    spread_ms: int = 3_000
    """Callers at once begin within this, as real ones would not speak in chorus."""
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """One call that was held."""

    wire: CallResult
    stages: CallStages


@dataclass(slots=True)
class Cell:
    """Everything that was measured of one variant at one level."""

    variant: str
    at_once: int
    held: list[Held] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Calls that could not be placed, and why; a full server refuses callers."""
    peak_memory_mb: float | None = None


async def measure(
    servers: Mapping[str, SpawnedServer], callers: Callers, show: Callable[[str], None]
) -> list[Cell]:
    """Call every server at the first level, and the first one at the others; ``show`` is told after
    each round."""
    cells = []
    for level in callers.levels:
        compared = list(servers) if level == callers.levels[0] else list(servers)[:1]
        row = [Cell(variant, level) for variant in compared]
        rounds = -(-callers.calls // level)
        for number in range(rounds):
            for cell in row[number % len(row) :] + row[: number % len(row)]:
                server = servers[cell.variant]
                await _round(server.url, cell, callers, f"{callers.seed} {level} {number}")
                cell.peak_memory_mb = server.peak_memory_mb()
                show(
                    f"  {level} at once, round {number + 1} of {rounds}, {cell.variant}: "
                    f"{len(cell.held)} held, {len(cell.failures)} failed"
                )
        cells += row
    return cells


async def _round(url: str, cell: Cell, callers: Callers, seed: str) -> None:
    """As many calls as the level says. Who begins when is the same for all variants."""
    start = random.Random(seed)
    delays = [0.0, *(start.uniform(0, callers.spread_ms) for _ in range(cell.at_once - 1))]
    outcomes = await asyncio.gather(*(_call(url, callers, ms / 1000) for ms in delays))
    for outcome in outcomes:
        if isinstance(outcome, Held):
            cell.held.append(outcome)
        else:
            cell.failures.append(outcome)


async def _call(url: str, callers: Callers, delay_s: float) -> Held | str:
    """One call; why not, if it could not be placed."""
    await asyncio.sleep(delay_s)
    try:
        result = await Phone(url, callers.clock, callers.auth_token).call(callers.script)
    except CallFailed as failure:
        return str(failure)
    records = Records(url, callers.api_token)
    record = await records.finished_call(result.call_sid)
    return Held(result, call_stages(record, await records.timeline(result.call_sid)))


@asynccontextmanager
async def servers(
    settings: Mapping[str, Mapping[str, str]],
    module: Sequence[str],
    arguments: Sequence[str],
    folder: Path,
    show: Callable[[str], None],
) -> AsyncIterator[dict[str, SpawnedServer]]:
    """One server per variant, all with their models loaded.

    Args:
        settings: by variant, ``section.key`` to text.
        module: what to run: ``spawn.SERVE`` or ``FIXED_REPLY``.
        arguments: for every one of them.
        folder: gets every server's database and log.
        show: told of what they print.

    Raises:
        CallFailed: one did not start; its log says why.
    """
    async with AsyncExitStack() as stack:
        running = {}
        for variant, given in settings.items():
            place = folder / variant
            place.mkdir(parents=True, exist_ok=True)
            log = stack.enter_context((place / "server.log").open("wb"))
            try:
                running[variant] = await stack.enter_async_context(
                    spawned_server(
                        [*arguments, "--data-dir", str(place)],
                        partial(_show_of, variant, show),
                        module=module,
                        environment=environment(given),
                        log=log,
                    )
                )
            except CallFailed as failure:
                lines = (place / "server.log").read_text("utf-8", "replace").splitlines()
                why = lines[-1] if lines else "it said nothing"
                raise CallFailed(f"{variant}: {failure}: {why}") from None
        yield running


def _show_of(variant: str, show: Callable[[str], None], line: str) -> None:
    show(f"  {variant}: {line}")
