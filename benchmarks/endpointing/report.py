"""Results as a table, as JSON, and as a picture."""

import platform
from collections.abc import Sequence
from html import escape
from typing import Any

from benchmarks.endpointing.waits import Result

EOT_BENCH = {
    "LiveKit Turn Detector v1": ((300, 0.099), (600, 0.045)),
    "LiveKit v1-mini": ((300, 0.278), (600, 0.121)),
    "Smart Turn v3.2": ((300, 0.352), (600, 0.148)),
    "VAD only": ((300, 0.556), (600, 0.217)),
}
"""Share of inner pauses taken for the end at a mean delay in milliseconds, English; source:
livekit/eot-bench, README, table of results. Data and method are not ours; see the package."""


def table(results: Sequence[Result]) -> str:
    """Markdown."""
    lines = [
        "| speech | wait | clips cut off | inner pauses cut | delay mean | median |",
        "|---|---|---|---|---|---|",
    ]
    for r in results:
        lines.append(
            f"| {r.kind} ({len(r.cut)}) | {r.wait.name} | {100 * r.cut_share:.0f} % "
            f"| {100 * r.pause_share:.0f} % of {r.pauses} "
            f"| {r.mean_ms:.0f} ms | {r.median_ms:.0f} ms |"
        )
    return "\n".join(lines)


def markdown(results: Sequence[Result]) -> str:
    """The table, and beside it what others have published."""
    lines = [
        table(results),
        "",
        "livekit/eot-bench publishes these, of other speech by another method; what differs is in "
        "`benchmarks/endpointing/__init__.py`:",
        "",
        "| detector | inner pauses cut | delay mean |",
        "|---|---|---|",
    ]
    for name, points in EOT_BENCH.items():
        lines += [f"| {name} | {100 * share:.1f} % | {ms} ms |" for ms, share in points]
    return "\n".join(lines)


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """Everything measured, and the published figures beside it."""
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "results": [
            {
                "speech": r.kind,
                "wait": r.wait.name,
                "clips": len(r.cut),
                "clips_cut": sum(r.cut),
                "inner_pauses": r.pauses,
                "inner_pauses_cut": r.cut_pauses,
                "delay_ms": {"mean": round(r.mean_ms, 1), "median": r.median_ms},
            }
            for r in results
        ],
        "eot_bench": {
            name: [{"delay_ms": ms, "inner_pauses_cut": share} for ms, share in points]
            for name, points in EOT_BENCH.items()
        },
    }


WIDTH, HEIGHT, LEFT, TOP = 560, 320, 60, 40
LONGEST_MS = 1_600
LABEL_HEIGHT = 12


def picture(results: Sequence[Result]) -> str:
    """Inner pauses cut against mean delay: the fixed waits as a line, the patiences as points."""
    kinds = list(dict.fromkeys(r.kind for r in results))
    shown = [r for r in results if r.kind == kinds[0]]
    fixed = [r for r in shown if r.wait.fixed_ms is not None]
    path = " ".join(f"{_x(r.mean_ms):.1f},{_y(r.pause_share):.1f}" for r in fixed)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 40} '
        f'{TOP + HEIGHT + 60}" font-family="sans-serif" font-size="12">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{LEFT}" y="20" font-size="15" font-weight="bold">Inner pauses taken for the '
        f"end, against delay ({escape(kinds[0])})</text>",
        *_axes(),
        f'<polyline points="{path}" fill="none" stroke="#34495e" stroke-width="2"/>',
        _label(fixed[1].mean_ms, fixed[1].pause_share, "fixed waits", "#34495e"),
    ]
    for r in shown:
        if r.wait.fixed_ms is None:
            parts += _point(r.mean_ms, r.pause_share, r.wait.name, "#c0392b", above=10)
    published = sorted(
        (ms, share, name) for name, points in EOT_BENCH.items() for ms, share in points
    )
    below: tuple[int, float] = (0, 0.0)
    for ms, share, name in published:
        crowded = below[0] == ms and _y(below[1]) - _y(share) < LABEL_HEIGHT
        parts += _point(ms, share, f"{name} *", "#999", left=crowded)
        below = (ms, share)
    parts.append(
        f'<text x="{LEFT}" y="{TOP + HEIGHT + 52}" fill="#777">* published by livekit/eot-bench, '
        "on other data by another method</text></svg>"
    )
    return "\n".join(parts)


def _x(ms: float) -> float:
    return LEFT + WIDTH * min(ms, LONGEST_MS) / LONGEST_MS


def _y(share: float) -> float:
    return TOP + HEIGHT * (1 - share)


def _axes() -> list[str]:
    parts = [
        f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>',
        f'<text x="{LEFT + WIDTH}" y="{TOP + HEIGHT + 34}" text-anchor="end" fill="#444">mean '
        "delay after the true end, ms</text>",
    ]
    for ms in range(0, LONGEST_MS + 1, 200):
        parts.append(
            f'<text x="{_x(ms):.0f}" y="{TOP + HEIGHT + 16}" text-anchor="middle">{ms}</text>'
        )
    for share in range(0, 101, 20):
        y = _y(share / 100)
        parts.append(
            f'<line x1="{LEFT}" y1="{y:.0f}" x2="{LEFT + WIDTH}" y2="{y:.0f}" stroke="#eee"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.0f}" text-anchor="end">{share} %</text>'
        )
    return parts


def _point(
    ms: float, share: float, name: str, colour: str, *, above: int = 0, left: bool = False
) -> list[str]:
    return [
        f'<circle cx="{_x(ms):.1f}" cy="{_y(share):.1f}" r="4" fill="{colour}"/>',
        _label(ms, share, name, colour, above=above, left=left),
    ]


def _label(
    ms: float, share: float, name: str, colour: str, *, above: int = 0, left: bool = False
) -> str:
    x, anchor = (_x(ms) - 7, "end") if left else (_x(ms) + 7, "start")
    return (
        f'<text x="{x:.1f}" y="{_y(share) + 4 - above:.1f}" text-anchor="{anchor}" '
        f'fill="{colour}">{escape(name)}</text>'
    )
