"""Results as text, as JSON, and as a picture: quality and delay against cost."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from html import escape

from benchmarks.kernels.quality import Quality
from benchmarks.kernels.timing import Result


def table(result: Result) -> str:
    """One line per contestant, ours first."""
    case = result.case
    reference = result.median_ns[case.contestants[0].name]
    bulk = case.samples > 10_000
    lines = [f"\n{case.title}", f"  {'':26} {'ns/sample' if bulk else 'ns':>9} {'ratio':>7}"]
    if result.quality:
        lines[-1] += (
            f" {'delay ms':>9} {'ripple dB':>9} {'stop dB':>8} {'SNR dB':>7} {'8 tones':>7}"
        )
    for contestant in case.contestants:
        ns = result.median_ns[contestant.name]
        shown = f"{ns / case.samples:9.3f}" if bulk else f"{ns:9.0f}"
        line = f"  {contestant.name:26} {shown} {ns / reference:6.2f}x"
        quality = result.quality.get(contestant.name)
        if quality:
            line += (
                f" {quality.delay_ms:9.2f} {quality.ripple_db:9.3f} {quality.stop_db:8.1f}"
                f" {quality.snr_db:7.1f} {quality.multitone_snr_db:7.1f}"
            )
        lines.append(line)
    return "\n".join(lines)


def as_json(results: Sequence[Result], missing: dict[str, str]) -> str:
    return json.dumps(
        {
            "missing_peers": missing,
            "cases": [
                {
                    "title": result.case.title,
                    "samples": result.case.samples,
                    "contestants": [
                        {
                            "name": contestant.name,
                            "median_ns": round(result.median_ns[contestant.name], 1),
                            "quality": rounded(result.quality.get(contestant.name)),
                        }
                        for contestant in result.case.contestants
                    ],
                }
                for result in results
            ],
        },
        indent=1,
    )


def rounded(quality: Quality | None) -> dict[str, float] | None:
    return {key: round(value, 4) for key, value in asdict(quality).items()} if quality else None


# --- the picture -------------------------------------------------------------------------------

PANEL_WIDTH, PANEL_HEIGHT = 430, 300
LEFT, TOP, GAP = 60, 50, 70
FLOOR_DB, TOP_DB = 0.0, 120.0


def pareto(results: Sequence[Result]) -> str:
    """For each resampling task two panels: worst image or alias, and delay, against cost."""
    judged = [result for result in results if result.quality]
    width = LEFT + 2 * (PANEL_WIDTH + GAP)
    height = max(1, len(judged)) * (PANEL_HEIGHT + GAP + TOP) + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for row, result in enumerate(judged):
        top = TOP + row * (PANEL_HEIGHT + GAP + TOP)
        title = escape(result.case.title)
        parts.append(
            f'<text x="{LEFT}" y="{top - 22}" font-size="15" font-weight="bold">{title}</text>'
        )
        stop = {name: -quality.stop_db for name, quality in result.quality.items()}
        delay = {name: quality.delay_ms for name, quality in result.quality.items()}
        parts += panel(result, stop, LEFT, top, "image or alias, dB down (up is better)", log=False)
        right = LEFT + PANEL_WIDTH + GAP
        parts += panel(result, delay, right, top, "delay, ms (down is better)", log=True)
    return "\n".join([*parts, "</svg>\n"])


def panel(
    result: Result, values: dict[str, float], left: int, top: int, label: str, *, log: bool
) -> list[str]:
    costs = {name: max(result.median_ns[name], 10.0) for name in values}
    low_x = math.floor(math.log10(min(costs.values())))
    high_x = math.ceil(math.log10(max(costs.values())))
    low_y, high_y = (-2.0, 3.0) if log else (FLOOR_DB, TOP_DB)

    def x(cost: float) -> float:
        return left + PANEL_WIDTH * (math.log10(cost) - low_x) / max(1, high_x - low_x)

    def y(value: float) -> float:
        scaled = math.log10(max(value, 0.01)) if log else value
        share = (min(max(scaled, low_y), high_y) - low_y) / (high_y - low_y)
        return top + PANEL_HEIGHT * (1 - share)

    parts = [
        f'<rect x="{left}" y="{top}" width="{PANEL_WIDTH}" height="{PANEL_HEIGHT}" '
        'fill="none" stroke="#888"/>',
        f'<text x="{left}" y="{top - 6}" fill="#444">{escape(label)}</text>',
        f'<text x="{left + PANEL_WIDTH}" y="{top + PANEL_HEIGHT + 30}" text-anchor="end" '
        'fill="#444">cost, ns per 20 ms</text>',
    ]
    for decade in range(low_x, high_x + 1):
        at = x(10.0**decade)
        parts.append(
            f'<line x1="{at:.1f}" y1="{top}" x2="{at:.1f}" y2="{top + PANEL_HEIGHT}" '
            f'stroke="#ddd"/><text x="{at:.1f}" y="{top + PANEL_HEIGHT + 14}" '
            f'text-anchor="middle">{10**decade:,}</text>'
        )
    for tick in (0.01, 0.1, 1, 10, 100, 1000) if log else range(0, 121, 20):
        parts.append(
            f'<line x1="{left}" y1="{y(tick):.1f}" x2="{left + PANEL_WIDTH}" y2="{y(tick):.1f}" '
            f'stroke="#ddd"/><text x="{left - 6}" y="{y(tick) + 4:.1f}" '
            f'text-anchor="end">{tick:g}</text>'
        )
    for name, value in values.items():
        colour = "#c0392b" if name.startswith("audiocore") else "#34495e"
        parts.append(
            f'<circle cx="{x(costs[name]):.1f}" cy="{y(value):.1f}" r="4" fill="{colour}"/>'
            f'<text x="{x(costs[name]) + 6:.1f}" y="{y(value) + 4:.1f}" fill="{colour}">'
            f"{escape(name)}</text>"
        )
    return parts
