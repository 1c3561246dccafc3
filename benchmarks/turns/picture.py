"""The report as a picture: how the response grows with calls, and where a median turn's time goes.

A row per run. On the left the response over calls at once, from P50 to P95; then, for one call at a
time, what each technique is worth; then, for the first variant, what takes the time as calls are
added. A run with one number of calls has the second of these alone. Runs of the same models share
their scales, so that threads can be compared by eye.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from benchmarks.turns.report import times_slower, title
from benchmarks.turns.stages import STAGES

HEIGHT, TOP, FOOT = 230, 96, 64
CURVES, VARIANTS, LEVELS = 58, 470, 850
"""Where the three panels begin; labels of rows stand to the left."""
ALONE = 128
"""Where the second begins that has no others beside it."""
PANEL, FIGURES = 290, 92
"""Width of a panel, and of the figures behind its longest bar."""
WIDTH = LEVELS + PANEL + 20
BAR = 13

INK, FAINT = "#111827", "#6b7280"
COLOURS = ("#0f766e", "#d97706", "#7c3aed", "#b91c1c")
WAITS = {"endpoint": "#94a3b8", "exposed": "#b91c1c"}
WAIT_NAMES = {"endpoint": "is the caller done?", "exposed": "not ready yet"}
WORK = dict(zip(STAGES, ("#0f766e", "#7c3aed", "#d97706"), strict=True))

Cell = Mapping[str, Any]


def draw(report: Mapping[str, Any]) -> str:
    """An SVG document."""
    runs = report["runs"]
    row = TOP + HEIGHT + FOOT
    height = len(runs) * row
    body: list[str] = []
    for number, run in enumerate(runs):
        alike = [c for other in runs if other["models"] == run["models"] for c in other["cells"]]
        body += _run(run, alike, number * row + TOP)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _run(run: Mapping[str, Any], alike: Sequence[Cell], top: float) -> Iterator[str]:
    cells: Sequence[Cell] = run["cells"]
    yield _text(16, top - 66, title(run), size=16)
    yield _text(16, top - 47, _headline(cells), colour=FAINT, size=12)
    if not cells:
        return
    fewest, first = min(cell["at_once"] for cell in cells), cells[0]["variant"]
    compared = [cell for cell in cells if cell["at_once"] == fewest]
    loaded = sorted((c for c in cells if c["variant"] == first), key=lambda c: int(c["at_once"]))
    heading = f"{fewest} at once, by technique: ms waited, ms worked"
    rows = [(cell["variant"], cell) for cell in compared]
    of_these = [cell for cell in alike if cell["at_once"] == fewest]
    left = VARIANTS if len(loaded) > 1 else ALONE
    yield from _bars(rows, _longest(of_these), left, top, heading)
    if len(loaded) > 1:
        yield from _curves(loaded, alike, top)
        heading = f"{first}, by calls at once: ms waited, ms worked"
        rows = [(str(cell["at_once"]), cell) for cell in loaded]
        of_these = [cell for cell in alike if cell["variant"] == first]
        yield from _bars(rows, _longest(of_these), LEVELS, top, heading)
    yield from _legend(top + HEIGHT + 40)


def _headline(cells: Sequence[Cell]) -> str:
    """What somebody in a hurry should know."""
    found = []
    for cell in cells:
        if cell["variant"] == cells[0]["variant"] and (figures := _response(cell)):
            calls = "1 call" if cell["at_once"] == 1 else f"{cell['at_once']} calls at once"
            found.append(f"{calls} {figures[0]:.0f} ms")
    slower = [(times_slower(cells, cell) or 0.0, cell["variant"]) for cell in cells]
    times, variant = max(slower, default=(0.0, ""))
    if times > 1:
        found.append(f"{variant}: {times:g} times as long")
    return "median response: " + ", ".join(found) if found else "nothing was answered"


# --- the curves --------------------------------------------------------------------------------


def _curves(cells: Sequence[Cell], alike: Iterable[Cell], top: float) -> Iterator[str]:
    """P50 and P95 over calls at once, both axes logarithmic."""
    colour = COLOURS[0]
    known = [figures for cell in alike if (figures := _response(cell))]
    low = _step(min((p50 for p50, _ in known), default=100.0), down=True)
    high = max(_step(max((p95 for _, p95 in known), default=1000.0)), 2 * low)
    levels = [int(cell["at_once"]) for cell in cells]
    doublings = math.log2(levels[-1] / levels[0])

    def x(level: float) -> float:
        return CURVES + 14 + (PANEL - 28) * math.log2(level / levels[0]) / doublings

    def y(ms: float) -> float:
        return top + HEIGHT * (1 - math.log(ms / low) / math.log(high / low))

    yield _text(CURVES, top - 14, "response by calls at once, ms: P50 and P95", weight="bold")
    tick = low
    while tick <= high:
        yield f'<path d="M{CURVES} {y(tick):.1f}h{PANEL}" stroke="#e5e7eb"/>'
        yield _text(CURVES - 6, y(tick) + 4, f"{tick:g}", anchor="end", colour=FAINT)
        tick = _step(tick * 1.01)
    for level in levels:
        yield _text(x(level), top + HEIGHT + 16, str(level), anchor="middle")
    drawn = [(int(cell["at_once"]), *figures) for cell in cells if (figures := _response(cell))]
    p50s = [(x(level), y(p50)) for level, p50, _ in drawn]
    p95s = [(x(level), y(p95)) for level, _, p95 in drawn]
    yield f'<polygon points="{_path([*p50s, *p95s[::-1]])}" fill="{colour}" fill-opacity="0.12"/>'
    for points, dashes in ((p50s, ""), (p95s, ' stroke-dasharray="5 4"')):
        path = f'points="{_path(points)}" fill="none" stroke="{colour}" stroke-width="1.5"'
        yield f"<polyline {path}{dashes}/>"
        for at, height in points:
            yield f'<circle cx="{at:.1f}" cy="{height:.1f}" r="3.5" fill="{colour}"/>'
    for (_, p50, p95), (at, below), (_, above) in zip(drawn, p50s, p95s, strict=True):
        # White around the figures, where a line would cross them.
        yield _text(at, below + 16, f"{p50:.0f}", anchor="middle", halo=True)
        yield _text(at, above - 9, f"{p95:.0f}", anchor="middle", colour=FAINT, halo=True)


def _response(cell: Cell) -> tuple[float, float] | None:
    """P50 and P95, at least one millisecond; None if nothing was answered."""
    figures = cell["wire"]["response_ms"]
    if "p50" not in figures:
        return None
    return max(1.0, figures["p50"]), max(1.0, figures["p95"])


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _step(ms: float, down: bool = False) -> float:
    """The next of 1, 2, 5, 10, 20, ... at or above ``ms``; or, ``down``, at or below it."""
    decade = 10.0 ** math.floor(math.log10(ms))
    steps = [decade * factor for factor in (1, 2, 5, 10)]
    if down:
        return max(step for step in steps if step <= ms)
    return min(step for step in steps if step >= ms)


# --- the bars ----------------------------------------------------------------------------------


def _bars(
    rows: Sequence[tuple[str, Cell]], longest: float, left: float, top: float, heading: str
) -> Iterator[str]:
    """Two bars a row: what a caller waits for, and what the models do, with their queues pale."""
    yield _text(left, top - 14, heading, weight="bold")
    pitch = min(2 * BAR + 26, HEIGHT / max(1, len(rows)))
    for number, (label, cell) in enumerate(rows):
        y = top + 4 + number * pitch
        yield _text(left - 8, y + BAR + 4, label, anchor="end")
        figures = _response(cell)
        says = f"{figures[0]:.0f}, P95 {figures[1]:.0f}" if figures else "unanswered"
        for line, (bar, after) in enumerate(((_waited(cell), says), (_worked(cell), ""))):
            x, y_bar = float(left), y + line * (BAR + 1)
            for name, ms, colour, opacity in bar:
                width = (PANEL - FIGURES) * ms / longest
                yield (
                    f'<rect x="{x:.1f}" y="{y_bar:.1f}" width="{width:.1f}" height="{BAR}" '
                    f'fill="{colour}" fill-opacity="{opacity}">'
                    f"<title>{escape(name)} {ms:.0f} ms</title></rect>"
                )
                x += width
            total = sum(ms for _, ms, _, _ in bar)
            colour = FAINT if line else INK
            yield _text(x + 5, y_bar + 10.5, after or f"{total:.0f}", colour=colour)


_Bar = list[tuple[str, float, str, float]]
"""Name, milliseconds, colour and opacity of each piece."""


def _waited(cell: Cell) -> _Bar:
    told = cell["server"]
    return [
        (WAIT_NAMES[part], told[f"{part}_ms"].get("p50", 0.0), colour, 1.0)
        for part, colour in WAITS.items()
    ]


def _worked(cell: Cell) -> _Bar:
    work, queue = cell["server"]["work_ms"], cell["server"]["queue_ms"]
    found = []
    for stage, colour in WORK.items():
        found.append((f"{stage}, queue", queue[stage].get("p50", 0.0), colour, 0.35))
        found.append((stage, work[stage].get("p50", 0.0), colour, 1.0))
    return found


def _longest(cells: Iterable[Cell]) -> float:
    bars = [bar for cell in cells for bar in (_waited(cell), _worked(cell))]
    return max([1.0, *(sum(ms for _, ms, _, _ in bar) for bar in bars)])


def _legend(y: float) -> Iterator[str]:
    entries = {
        "caller waits:": None,
        **{WAIT_NAMES[part]: colour for part, colour in WAITS.items()},
        "models work (queue pale):": None,
        **WORK,
    }
    x = float(CURVES)
    for name, colour in entries.items():
        if colour:
            yield f'<rect x="{x:.1f}" y="{y - 9}" width="10" height="10" fill="{colour}"/>'
            x += 14
        yield _text(x, y, name, colour=INK if colour else FAINT)
        x += 6.2 * len(name) + 16


def _text(
    x: float,
    y: float,
    text: str,
    *,
    size: int = 11,
    anchor: str = "start",
    colour: str = INK,
    weight: str = "normal",
    halo: bool = False,
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    look = f'fill="{colour}" font-weight="{weight}"'
    if halo:
        look += ' paint-order="stroke" stroke="#ffffff" stroke-width="3"'
    return f"<text {place} {look}>{escape(text)}</text>"
