"""The report as a picture: response over calls at once, and where a median turn's time went."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from benchmarks.turns.report import title
from benchmarks.turns.stages import STAGES

WIDTH, HEIGHT = 420, 240
LEFT, TOP, GAP = 70, 60, 150
BAR = 16
COLOURS = ("#0f766e", "#d97706", "#7c3aed", "#b91c1c")
PARTS = {"endpoint": "#94a3b8", "exposed": "#b91c1c"}
STAGE_COLOURS = dict(zip(STAGES, ("#0f766e", "#7c3aed", "#d97706"), strict=True))


def draw(report: Mapping[str, Any]) -> str:
    """An SVG document: a row per run, on the left the curves, on the right the bars."""
    runs = report["runs"]
    row = HEIGHT + TOP + 60
    width, height = LEFT + 2 * WIDTH + GAP + 40, len(runs) * row + 20
    body = []
    for number, run in enumerate(runs):
        top = TOP + number * row
        body += [_text(LEFT, top - 34, title(run), size=15)]
        body += _curves(run["cells"], top)
        body += _bars(run["cells"], top)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _text(x: float, y: float, text: str, *, size: int = 11, anchor: str = "start") -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}"'
    return f"<text {place}>{escape(text)}</text>"


def _curves(cells: Sequence[Mapping[str, Any]], top: float) -> Iterator[str]:
    """P50 as lines, P95 as dashes, over calls at once."""
    variants = list(dict.fromkeys(cell["variant"] for cell in cells))
    levels = sorted({cell["at_once"] for cell in cells})
    most = max((cell["wire"]["response_ms"].get("p95", 0.0) for cell in cells), default=0.0)
    scale = _nice(most)
    doublings = max(1.0, math.log2(levels[-1] / levels[0])) if levels else 1.0

    def place(cell: Mapping[str, Any], ms: float) -> tuple[float, float]:
        right = math.log2(cell["at_once"] / levels[0]) / doublings
        return LEFT + WIDTH * right, top + HEIGHT * (1 - ms / scale)

    yield _text(LEFT, top - 10, "response in ms by calls at once: P50, and P95 dashed")
    for tick in range(5):
        y = top + HEIGHT * (1 - tick / 4)
        yield f'<path d="M{LEFT} {y:.1f}h{WIDTH}" stroke="#e5e7eb"/>'
        yield _text(LEFT - 6, y + 4, f"{scale * tick / 4:g}", anchor="end")
    for level in levels:
        x, _ = place({"at_once": level}, 0.0)
        yield _text(x, top + HEIGHT + 16, str(level), anchor="middle")
    for variant, colour in zip(variants, COLOURS, strict=False):
        for figure, dashes in (("p50", ""), ("p95", ' stroke-dasharray="5 4"')):
            points = [
                place(cell, cell["wire"]["response_ms"][figure])
                for cell in sorted(cells, key=lambda cell: int(cell["at_once"]))
                if cell["variant"] == variant and figure in cell["wire"]["response_ms"]
            ]
            path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            yield f'<polyline points="{path}" fill="none" stroke="{colour}"{dashes}/>'
            for x, y in points:
                yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'
        at = LEFT + variants.index(variant) * WIDTH / len(variants)
        yield f'<rect x="{at:.1f}" y="{top + HEIGHT + 26}" width="10" height="10" fill="{colour}"/>'
        yield _text(at + 14, top + HEIGHT + 35, variant)


def _bars(cells: Sequence[Mapping[str, Any]], top: float) -> Iterator[str]:
    """For the fewest calls at once, per variant: what the caller waits for, and what is worked."""
    fewest = min((cell["at_once"] for cell in cells), default=1)
    shown = [cell for cell in cells if cell["at_once"] == fewest]
    left = LEFT + WIDTH + GAP
    rows = [(_waited(cell), _worked(cell)) for cell in shown]
    scale = _nice(max((sum(ms for ms, _ in bar) for bars in rows for bar in bars), default=0.0))
    yield _text(left, top - 10, f"median turn in ms, {fewest} at once: waited for, and worked")
    for number, (cell, bars) in enumerate(zip(shown, rows, strict=True)):
        y = top + 10 + number * (2 * BAR + 20)
        yield _text(left - 6, y + BAR + 4, cell["variant"], anchor="end")
        for line, bar in enumerate(bars):
            x = float(left)
            for ms, colour in bar:
                width = WIDTH * ms / scale
                yield (
                    f'<rect x="{x:.1f}" y="{y + line * (BAR + 2)}" width="{width:.1f}" '
                    f'height="{BAR}" fill="{colour}"><title>{ms:.0f} ms</title></rect>'
                )
                x += width
            yield _text(x + 4, y + line * (BAR + 2) + 12, f"{sum(ms for ms, _ in bar):.0f}")
    for number, (name, colour) in enumerate({**PARTS, **STAGE_COLOURS}.items()):
        x = left + number * 90
        yield f'<rect x="{x}" y="{top + HEIGHT + 26}" width="10" height="10" fill="{colour}"/>'
        yield _text(x + 14, top + HEIGHT + 35, name)


def _waited(cell: Mapping[str, Any]) -> list[tuple[float, str]]:
    told = cell["server"]
    return [(told[f"{part}_ms"].get("p50", 0.0), colour) for part, colour in PARTS.items()]


def _worked(cell: Mapping[str, Any]) -> list[tuple[float, str]]:
    work = cell["server"]["work_ms"]
    return [(work[stage].get("p50", 0.0), colour) for stage, colour in STAGE_COLOURS.items()]


def _nice(most: float) -> float:
    """The next of 100, 200, 400, 1000, 2000, ... at or above ``most``."""
    scale = 100.0
    while scale < most:
        scale *= 2.5 if str(scale)[0] == "4" else 2
    return scale
