"""A picture of a call: what went over the wire, and beside it what the server says it was doing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audiocore.units import FRAME_SAMPLES
from pipeline.caller.measure import greeting_ms, response_ms
from pipeline.caller.phone import CallResult
from pipeline.timeline import level
from pipeline.timeline_svg import draw


def picture(
    result: CallResult,
    timeline: Mapping[str, Any],
    record: Mapping[str, Any],
) -> str:
    """Draw one call as SVG.

    Args:
        result: the wire log.
        timeline: ``GET /calls/{call_sid}/timeline``; where the server does not tell, it is empty,
            and the picture shows the wire alone.
        record: ``GET /calls/{call_sid}``, or empty.
    """
    wire = {
        "caller_levels": _levels(result.caller_ulaw),
        "agent_levels": _levels(result.agent_ulaw),
        "clears_ms": result.clears_ms,
    }
    if timeline:
        return draw({**timeline, **wire}, record.get("turns", []))
    return draw({**wire, **_turns_on_the_wire(result)}, _said(result))


def _levels(ulaw_8k: bytes | bytearray) -> list[int]:
    starts = range(0, len(ulaw_8k), FRAME_SAMPLES)
    return [level(bytes(ulaw_8k[at : at + FRAME_SAMPLES])) for at in starts]


def _turns_on_the_wire(result: CallResult) -> dict[str, Any]:
    attempts: list[dict[str, Any]] = []
    for said in result.said:
        stages = {"last_speech": said.ended_ms}
        if (response := response_ms(result, said)) is not None:
            stages["first_frame_sent"] = said.ended_ms + response
        attempts.append({"turn": said.turn, "outcome": "finished", "stages_ms": stages})
    phases = [(said.began_ms, "user speaking") for said in result.said]
    phases += [(said.ended_ms, "thinking") for said in result.said]
    if (greeting := greeting_ms(result)) is not None:
        phases.append((greeting, "speaking"))
    return {"attempts": attempts, "phases": sorted(phases)}


def _said(result: CallResult) -> list[dict[str, Any]]:
    return [{"index": said.turn, "caller": said.words} for said in result.said]
