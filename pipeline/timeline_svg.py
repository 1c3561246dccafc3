"""A timeline as a picture: both voices, voice activity, phases, and the stages of every attempt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from pipeline.telemetry import QUEUES, SPANS

PX_PER_S = 90
LEFT = 130
TOP = 48
VOICE_HEIGHT = 70
LANE_HEIGHT = 18
CAPTION_CHARS = 40

CALLER, AGENT, CLEAR, CANCELLED = "#2563a8", "#c2570c", "#b91c1c", "#cbd5e1"
PHASES = {
    "listening": "#e2e8f0",
    "user speaking": "#bfdbfe",
    "thinking": "#fde68a",
    "speaking": "#fed7aa",
    "ended": "#f1f5f9",
}
LANES = {
    "endpoint": ("endpoint wait", "#94a3b8"),
    "queue_stt": ("recogniser queue", "#f87171"),
    "stt": ("recogniser", "#0f766e"),
    "llm_first_token": ("first token", "#7c3aed"),
    "first_clause": ("first clause", "#a855f7"),
    "queue_tts": ("voice queue", "#f87171"),
    "tts_first_audio": ("voice", "#d97706"),
    "response": ("response", "#1e293b"),
}
"""Span or queue -> (name of its lane, colour), from top to bottom."""


def draw(timeline: Mapping[str, Any], turns: Sequence[Mapping[str, Any]] = ()) -> str:
    """An SVG document.

    Args:
        timeline: as :meth:`pipeline.timeline.Timeline.as_json` gives it; what is missing is left
            out.
        turns: the turns of ``GET /calls/{call_sid}``, for what was said.
    """
    frame_ms = timeline.get("frame_ms", 20)
    caller, agent = timeline.get("caller_levels", []), timeline.get("agent_levels", [])
    duration_ms = max(len(caller), len(agent)) * frame_ms
    activity_top = TOP + 2 * VOICE_HEIGHT + 8
    lanes_top = activity_top + 3 * LANE_HEIGHT
    bottom = lanes_top + len(LANES) * LANE_HEIGHT
    width = int(LEFT + duration_ms * PX_PER_S / 1000 + 60)
    body = [
        *_phases(timeline.get("phases", []), duration_ms, activity_top + LANE_HEIGHT),
        *_axis(duration_ms, bottom),
        *_voice("caller", caller, frame_ms, TOP, CALLER),
        *_voice("agent", agent, frame_ms, TOP + VOICE_HEIGHT, AGENT),
        *_speech(timeline.get("speech_ms", []), activity_top),
        *_clears(timeline.get("clears_ms", []), bottom),
        *_lane_names(lanes_top),
    ]
    for attempt in timeline.get("attempts", []):
        body += _attempt(attempt, lanes_top)
    body += _captions(timeline, turns)
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{bottom + 40}" '
            f'viewBox="0 0 {width} {bottom + 40}" font-family="sans-serif" font-size="11">',
            '<rect width="100%" height="100%" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _x(ms: float) -> float:
    return round(LEFT + ms * PX_PER_S / 1000, 1)


def _label(name: str, y: float, colour: str) -> str:
    return f'<text x="8" y="{y}" fill="{colour}">{name}</text>'


def _axis(duration_ms: int, bottom: int) -> Iterator[str]:
    for second in range(duration_ms // 1000 + 1):
        x = _x(second * 1000)
        yield f'<path d="M{x} {TOP}V{bottom}" stroke="#e5e7eb"/>'
        y = bottom + 16
        yield f'<text x="{x}" y="{y}" text-anchor="middle" fill="#6b7280">{second} s</text>'


def _voice(name: str, levels: Sequence[int], frame_ms: int, top: int, colour: str) -> Iterator[str]:
    middle = top + VOICE_HEIGHT / 2
    yield _label(name, middle + 4, colour)
    heights = [level / 127 * VOICE_HEIGHT / 2 for level in levels]
    bars = "".join(
        f"M{_x(i * frame_ms)} {middle - h:.1f}v{2 * h:.1f}" for i, h in enumerate(heights) if h
    )
    yield f'<path d="{bars}" stroke="{colour}" stroke-width="1.4"/>'


def _phases(phases: Sequence[Sequence[Any]], duration_ms: int, top: int) -> Iterator[str]:
    yield _label("state", top + 12, "#6b7280")
    for (begin, name), (end, _) in pairwise([*phases, (duration_ms, "")]):
        width = max(0.0, _x(end) - _x(begin))
        yield (
            f'<rect x="{_x(begin)}" y="{top + 1}" width="{width:.1f}" height="{LANE_HEIGHT - 2}" '
            f'fill="{PHASES.get(name, "#f1f5f9")}"><title>{escape(name)}</title></rect>'
        )


def _speech(spans: Sequence[Sequence[int]], top: int) -> Iterator[str]:
    yield _label("voice activity", top + 12, CALLER)
    bars = "".join(f"M{_x(begin)} {top + 9}H{_x(end)}" for begin, end in spans)
    yield f'<path d="{bars}" stroke="{CALLER}" stroke-width="8"/>'


def _clears(clears_ms: Sequence[float], bottom: int) -> Iterator[str]:
    for at_ms in clears_ms:
        x = _x(at_ms)
        yield f'<path d="M{x} {TOP}V{bottom}" stroke="{CLEAR}" stroke-dasharray="3 2"/>'
        yield f'<text x="{x + 3}" y="{TOP + 2 * VOICE_HEIGHT + 4}" fill="{CLEAR}">clear</text>'


def _lane_names(top: int) -> Iterator[str]:
    for index, (name, colour) in enumerate(LANES.values()):
        yield _label(name, top + index * LANE_HEIGHT + 12, colour)


def _attempt(attempt: Mapping[str, Any], top: int) -> Iterator[str]:
    """One attempt's bars; those of a cancelled one are grey."""
    at = attempt["stages_ms"]
    cancelled = attempt["outcome"] == "cancelled"
    ends = SPANS | QUEUES
    for index, (span, (name, colour)) in enumerate(LANES.items()):
        begin, end = ends[span]
        if begin not in at or end not in at:
            continue
        length_ms = at[end] - at[begin]
        x, y = _x(at[begin]), top + index * LANE_HEIGHT + 2
        width = max(1.0, length_ms * PX_PER_S / 1000)
        fill = CANCELLED if cancelled else colour
        title = f"turn {attempt['turn']}, {name}: {length_ms:.0f} ms"
        yield (
            f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{LANE_HEIGHT - 4}" fill="{fill}">'
            f"<title>{title}{', cancelled' if cancelled else ''}</title></rect>"
        )
        if not cancelled:
            x = round(x + width + 3, 1)
            yield f'<text x="{x}" y="{y + 11}" fill="#374151">{length_ms:.0f}</text>'


def _captions(timeline: Mapping[str, Any], turns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """What was said, where it was said."""
    began = [at_ms for at_ms, name in timeline.get("phases", []) if name == "user speaking"]
    said = {turn["index"]: turn for turn in turns}
    for attempt in timeline.get("attempts", []):
        turn, at = said.get(attempt["turn"]), attempt["stages_ms"]
        if turn is None or attempt["outcome"] == "cancelled":
            continue
        spoke = [ms for ms in began if ms <= at.get("last_speech", -1.0)]
        if spoke and turn.get("caller"):
            yield _caption(spoke[-1], TOP - 6, CALLER, turn["caller"])
        if "first_frame_sent" in at:
            heard = turn.get("heard", "")
            yield _caption(at["first_frame_sent"], TOP + VOICE_HEIGHT + 4, AGENT, heard)


def _caption(at_ms: float, y: int, colour: str, words: str) -> str:
    """Cut short so that it stays clear of what is said next."""
    if len(words) > CAPTION_CHARS:
        words = words[: CAPTION_CHARS - 1] + "…"
    return f'<text x="{_x(at_ms)}" y="{y}" fill="{colour}">{escape(words)}</text>'
