"""What the calls add up to, as JSON's types and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.turns.calls import Cell
from benchmarks.turns.stages import STAGES
from pipeline.caller.measure import percentiles, playout_late_ms, summary_json

LATE_MS = 20.0
"""A frame that comes later than this has cost the jitter buffer of a good line one of its own."""
RANDOM_WEIGHTS = "random weights: speed, not quality"


def cell_json(cell: Cell) -> dict[str, Any]:
    """One variant at one level: figures from the wire, then the server's own account of them."""
    wire = summary_json([held.wire for held in cell.held])
    late = [ms for held in cell.held for ms in playout_late_ms(held.wire)]
    ours = [ms for held in cell.held for ms in held.wire.tick_late_ms]
    turns = [turn for held in cell.held for turn in held.stages.turns]
    ready = sum(turn.ready for turn in turns)
    return {
        "variant": cell.variant,
        "at_once": cell.at_once,
        "failures": cell.failures,
        "peak_memory_mb": cell.peak_memory_mb,
        "wire": wire
        | {
            "paced_frames": len(late),
            "late_share": _share(sum(ms > LATE_MS for ms in late), len(late)),
            "caller_late_ms": percentiles(ours),
        },
        "server": {
            "turns": len(turns),
            "endpoint_ms": _figures(turn.endpoint for turn in turns),
            "hidden_ms": _figures(turn.hidden for turn in turns),
            "exposed_ms": _figures(turn.exposed for turn in turns),
            "work_ms": {s: _figures(turn.work.get(s) for turn in turns) for s in STAGES},
            "queue_ms": {s: _figures(turn.queue.get(s) for turn in turns) for s in STAGES},
            "ready_when_confirmed": ready,
            "ready_share": _share(ready, len(turns)),
            "wasted_attempts": sum(held.stages.wasted_attempts for held in cell.held),
            "wasted_ms": round(sum(held.stages.wasted_ms for held in cell.held), 1),
        },
    }


def _figures(values: Iterable[float | None]) -> dict[str, Any]:
    return percentiles([value for value in values if value is not None])


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 5) if whole else None


def times_slower(cells: Sequence[Mapping[str, Any]], cell: Mapping[str, Any]) -> float | None:
    """The median response of ``cell`` over that of the first variant at the same level."""
    base = next(c for c in cells if c["at_once"] == cell["at_once"])
    ours, theirs = (c["wire"]["response_ms"].get("p50") for c in (base, cell))
    return round(theirs / ours, 2) if ours and theirs else None


def markdown(report: Mapping[str, Any]) -> str:
    """Two tables per set of models: what the caller notices, and where the time went."""
    machine = report["machine"]
    lines = [
        "# Turns",
        "",
        f"{machine['cpu']}, {machine['cores']} cores, load {machine['load']} at the start; "
        f"{report['calls']} calls or more per row, variants called in turn. Times are "
        "milliseconds: P50 / P95 / P99, or P50 / P95.",
    ]
    for run in report["runs"]:
        lines += ["", f"## {title(run)}", "", *_wire_table(run["cells"])]
        lines += ["", *_stage_table(run["cells"])]
    lines += ["", *(f"- `{name}`: {does}" for name, does in report["variants"].items())]
    return "\n".join([*lines, "", _LEGEND, ""])


_LEGEND = """\
Measured on the wire, by the caller: response (last voiced frame sent to first voiced frame
received), barge-in (first voiced frame sent to `clear`), greeting, late (share of paced frames more
than 20 ms behind their schedule). Told by the server: end (last speech to taken as finished),
hidden and exposed (work and queues before and after that), ready (replies that were there by then),
wasted (attempts thrown away because the caller went on), and for each stage its work and, after
`+`, its queue. Calls that are decoded together share the work: that is no queue."""


def title(run: Mapping[str, Any]) -> str:
    """The models, what they are worth, and their threads."""
    count = run["threads"]
    threads = f", {count} thread{'s' if count > 1 else ''}" if count else ""
    label = f" ({RANDOM_WEIGHTS})" if run["random"] else ""
    return f"{run['models']}{label}{threads}"


_WIRE = ("at once", "variant", "response", "answers", "x", "barge-in", "greeting", "late", "calls")


def _wire_table(cells: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from _head(*_WIRE)
    for cell in cells:
        wire = cell["wire"]
        calls = str(wire["calls"])
        if cell["failures"]:
            calls += f" ({len(cell['failures'])} failed)"
        if wire["unanswered"]:
            calls += f" ({wire['unanswered']} turns unanswered)"
        yield _row(
            cell["at_once"],
            cell["variant"],
            _three(wire["response_ms"]),
            wire["response_ms"]["n"],
            times_slower(cells, cell) or "",
            _three(wire["barge_in_ms"]),
            _three(wire["greeting_ms"]),
            _late(wire),
            calls,
        )


def _stage_table(cells: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    yield from _head("at once", "variant", "end", "hidden", "exposed", "ready", "wasted", *STAGES)
    for cell in cells:
        told = cell["server"]
        share = told["ready_share"]
        stages = (_work_and_queue(told, stage) for stage in STAGES)
        yield _row(
            cell["at_once"],
            cell["variant"],
            _two(told["endpoint_ms"]),
            _two(told["hidden_ms"]),
            _two(told["exposed_ms"]),
            "" if share is None else f"{share:.0%}",
            f"{told['wasted_attempts']}, {told['wasted_ms']:.0f} ms",
            *stages,
        )


def _late(wire: Mapping[str, Any]) -> str:
    if wire["late_share"] is None:
        return ""
    dry = f", {wire['underruns']} underruns" if wire["underruns"] else ""
    return f"{wire['late_share']:.2%}{dry}"


def _work_and_queue(told: Mapping[str, Any], stage: str) -> str:
    work, queue = told["work_ms"][stage], told["queue_ms"][stage]
    return f"{_two(work)} + {_two(queue)}" if work["n"] else ""


def _head(*names: str) -> tuple[str, str]:
    return _row(*names), _row(*("---" for _ in names))


def _row(*values: object) -> str:
    return f"| {' | '.join(str(value) for value in values)} |"


def _three(figures: Mapping[str, Any]) -> str:
    return " / ".join(f"{figures[p]:.0f}" for p in ("p50", "p95", "p99") if p in figures)


def _two(figures: Mapping[str, Any]) -> str:
    return " / ".join(f"{figures[p]:.0f}" for p in ("p50", "p95") if p in figures)
