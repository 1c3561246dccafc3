"""A picture of a call: both voices and the stages of every turn on one time axis, as SVG."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from audiocore.units import FRAME_MS
from pipeline.caller.measure import greeting_ms, response_ms
from pipeline.caller.phone import CallResult, Said
from pipeline.caller.voiced import levels

PX_PER_S = 60
LEFT = 110
TOP = 48
VOICE_HEIGHT = 70
LANE_HEIGHT = 18
CAPTION_CHARS = 48

CALLER, AGENT, CLEAR = "#2563a8", "#c2570c", "#b91c1c"
LANES = {
    "endpoint": "#94a3b8",
    "stt": "#0f766e",
    "llm_first_token": "#7c3aed",
    "first_clause": "#a855f7",
    "tts_first_audio": "#d97706",
    "response": "#1e293b",
}
_SAME_RESPONSE_MS = 250
"""The wire and the record agree on a turn's response within this."""


def waterfall(result: CallResult, record: Mapping[str, Any], words: Sequence[str]) -> str:
    """Draw one call.

    Args:
        result: the wire log.
        record: the call as ``GET /calls/{call_sid}`` gives it; without turns no stages are drawn.
        words: what the script says, by turn.
    """
    duration_ms = len(result.caller_ulaw) // 8
    width = int(LEFT + duration_ms * PX_PER_S / 1000 + 40)
    lanes_top = TOP + 2 * VOICE_HEIGHT + 30
    bottom = lanes_top + len(LANES) * LANE_HEIGHT
    body = [
        *_axis(duration_ms, bottom),
        *_voice("caller", result.caller_ulaw, TOP, CALLER),
        *_voice("agent", result.agent_ulaw, TOP + VOICE_HEIGHT, AGENT),
        *(_caption(one.began_ms, TOP - 6, CALLER, words[one.turn]) for one in result.said),
        *_clears(result.clears_ms, bottom),
        *_lanes(lanes_top),
    ]
    turns = record.get("turns", [])
    if turns and (at_ms := greeting_ms(result)) is not None:
        body.append(_caption(at_ms, TOP + VOICE_HEIGHT, AGENT, turns[0].get("heard", "")))
    for said, turn in _matched(result, turns):
        timings_ms = turn["timings_ms"]
        at_ms = said.ended_ms + timings_ms["response"]
        body.append(_caption(at_ms, TOP + VOICE_HEIGHT, AGENT, turn.get("heard", "")))
        body += _stages(said, timings_ms, lanes_top)
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


def _axis(duration_ms: int, bottom: int) -> Iterator[str]:
    for second in range(duration_ms // 1000 + 1):
        x = _x(second * 1000)
        yield f'<path d="M{x} {TOP}V{bottom}" stroke="#e5e7eb"/>'
        y = bottom + 16
        yield f'<text x="{x}" y="{y}" text-anchor="middle" fill="#6b7280">{second} s</text>'


def _voice(name: str, ulaw_8k: bytes | bytearray, top: int, colour: str) -> Iterator[str]:
    middle = top + VOICE_HEIGHT / 2
    yield f'<text x="8" y="{middle + 4}" fill="{colour}">{name}</text>'
    # Square root, as quiet speech would otherwise be a flat line.
    heights = [(level / 32768) ** 0.5 * VOICE_HEIGHT / 2 for level in levels(bytes(ulaw_8k))]
    bars = "".join(
        f"M{_x(i * FRAME_MS)} {middle - h:.1f}v{2 * h:.1f}" for i, h in enumerate(heights)
    )
    yield f'<path d="{bars}" stroke="{colour}" stroke-width="1"/>'


def _caption(at_ms: float, y: int, colour: str, words: str) -> str:
    """What is said, cut short so that it stays clear of what is said next."""
    if len(words) > CAPTION_CHARS:
        words = words[: CAPTION_CHARS - 1] + "…"
    return f'<text x="{_x(at_ms)}" y="{y}" fill="{colour}">{escape(words)}</text>'


def _clears(clears_ms: Sequence[float], bottom: int) -> Iterator[str]:
    for at_ms in clears_ms:
        x = _x(at_ms)
        yield f'<path d="M{x} {TOP}V{bottom}" stroke="{CLEAR}" stroke-dasharray="3 2"/>'
        yield f'<text x="{x + 3}" y="{TOP + 2 * VOICE_HEIGHT + 12}" fill="{CLEAR}">clear</text>'


def _lanes(top: int) -> Iterator[str]:
    for index, (name, colour) in enumerate(LANES.items()):
        y = top + index * LANE_HEIGHT + 12
        yield f'<text x="8" y="{y}" fill="{colour}">{name}</text>'


def _stages(said: Said, timings_ms: Mapping[str, float], top: int) -> Iterator[str]:
    """One turn's bars, from the caller's last speech on.

    Endpointing and response begin there. Recognition begins at the first pause; the reply's
    stages follow one another from its end.
    """
    stt_end = timings_ms.get("pause", 0.0) + timings_ms.get("stt", 0.0)
    begins = {
        "stt": timings_ms.get("pause", 0.0),
        "llm_first_token": stt_end,
        "first_clause": stt_end,
        "tts_first_audio": stt_end + timings_ms.get("first_clause", 0.0),
    }
    for index, (name, colour) in enumerate(LANES.items()):
        if name not in timings_ms:
            continue
        length_ms = timings_ms[name]
        x = _x(said.ended_ms + begins.get(name, 0.0))
        y = top + index * LANE_HEIGHT + 2
        width = max(1.0, length_ms * PX_PER_S / 1000)
        yield (
            f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{LANE_HEIGHT - 4}" fill="{colour}">'
            f"<title>{name}: {length_ms:g} ms</title></rect>"
        )
        yield f'<text x="{x + width + 3:.1f}" y="{y + 11}" fill="#374151">{length_ms:.0f}</text>'


def _matched(
    result: CallResult, turns: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Said, Mapping[str, Any]]]:
    """Pairs of what was said and the record's turn that answers it.

    The record has no wire times, so a turn is recognised by its response time, in order.
    """
    waiting = [turn for turn in turns if "response" in turn.get("timings_ms", {})]
    for said in result.said:
        wire = response_ms(result, said)
        if wire is None:
            continue
        for index, turn in enumerate(waiting):
            if abs(turn["timings_ms"]["response"] - wire) < _SAME_RESPONSE_MS:
                yield said, turn
                del waiting[: index + 1]
                break
