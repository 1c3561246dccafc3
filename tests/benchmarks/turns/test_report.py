"""What the calls add up to, as numbers, tables and a picture."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.turns import picture, report
from benchmarks.turns.calls import Cell, Held
from benchmarks.turns.stages import CallStages, SpokenTurn
from pipeline.caller.phone import CallResult, Said


def held(*responses: float, late_ms: float = 0.0, ready: bool = True) -> Held:
    """A call with these responses, each to 200 ms of speech, and one frame this late."""
    said, arrivals, now = [], [], 1_000.0
    for number, response in enumerate(responses):
        said.append(Said(number, now, now + 200, False))
        arrivals.append((now + 200 + response, 160, True))
        now += 5_000
    times = [now + max(0.0, (i - 10) * 20.0) for i in range(100)]
    times[60] += late_ms
    arrivals += [(at, 160, True) for at in times]
    turn = SpokenTurn(
        endpoint=240.0,
        work={"recogniser": 50.0, "language model": 30.0, "voice": 20.0},
        queue={"recogniser": 0.0, "language model": 5.0, "voice": 0.0},
        hidden=80.0,
        exposed=20.0,
        ready=ready,
    )
    stages = CallStages((turn,) * len(responses), wasted_attempts=1, wasted_ms=40.0)
    return Held(CallResult("CA1", said=said, arrivals=arrivals), stages)


def content(*cells: Cell, random: bool = False) -> dict[str, Any]:
    run = {
        "models": "starter",
        "random": random,
        "threads": 0,
        "cells": [report.cell_json(cell) for cell in cells],
    }
    machine = {"cpu": "cpu", "cores": 2, "load": 0.1}
    return {"machine": machine, "calls": 2, "variants": {"on": "everything"}, "runs": [run]}


def test_calls_of_a_cell_are_taken_together() -> None:
    cell = Cell("on", 2, [held(200, 300), held(400, ready=False)], ["busy"])
    made = report.cell_json(cell)
    assert made["wire"]["response_ms"]["p50"] == 300
    assert made["server"]["turns"] == 3
    assert made["server"]["ready_share"] == pytest.approx(2 / 3, abs=1e-5)
    assert made["server"]["work_ms"]["voice"]["p95"] == 20
    assert made["server"]["queue_ms"]["language model"]["n"] == 3
    assert (made["server"]["wasted_attempts"], made["server"]["wasted_ms"]) == (2, 80)
    assert made["failures"] == ["busy"]
    assert json.loads(json.dumps(made)) == made


def test_late_frames_are_those_beyond_twenty_milliseconds() -> None:
    shares = [
        report.cell_json(Cell("on", 1, [held(200, late_ms=ms)]))["wire"] for ms in (0.0, 19.0, 21.0)
    ]
    paced = shares[0]["paced_frames"]
    assert paced > 50
    assert [wire["late_share"] for wire in shares] == [0, 0, pytest.approx(1 / paced, abs=1e-5)]


def test_a_variant_is_compared_with_the_first_at_its_level() -> None:
    cells = content(
        Cell("on", 1, [held(200)]),
        Cell("neither", 1, [held(500)]),
        Cell("on", 2, [held(400)]),
        Cell("neither", 2, [held(600)]),
        Cell("none answered", 2),
    )["runs"][0]["cells"]
    assert [report.times_slower(cells, cell) for cell in cells] == [1, 2.5, 1, 1.5, None]


def test_tables_say_what_random_weights_are_worth() -> None:
    made = content(Cell("on", 1, [held(200)]), random=True)
    assert f"## starter ({report.RANDOM_WEIGHTS})" in report.markdown(made)
    assert "random" not in report.markdown(content(Cell("on", 1, [held(200)])))


def test_every_row_has_all_columns() -> None:
    cells = [Cell("on", 1, [held(200)]), Cell("neither", 1, [], ["busy"])]
    rows = [line for line in report.markdown(content(*cells)).splitlines() if line[:1] == "|"]
    widths = [row.count("|") for row in rows]
    assert len(rows) == 8
    assert set(widths[:4]) == {widths[0]}
    assert set(widths[4:]) == {widths[4]}
    assert "0 (1 failed)" in rows[3]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["on", "neither"]),
            st.sampled_from([1, 2, 16]),
            st.lists(st.floats(1, 4_000), max_size=2),
        ),
        min_size=1,
        max_size=4,
        unique_by=lambda cell: cell[:2],
    )
)
def test_the_picture_is_a_document_and_all_points_are_in_it(
    drawn: list[tuple[str, int, list[float]]],
) -> None:
    made = content(*(Cell(name, level, [held(*ms)] if ms else []) for name, level, ms in drawn))
    svg = ElementTree.fromstring(picture.draw(made))
    width, height = float(svg.get("width", 0)), float(svg.get("height", 0))
    points = svg.findall("{*}circle")
    cells = made["runs"][0]["cells"]
    answered = [cell for cell in cells if cell["wire"]["response_ms"]["n"]]
    loaded = [cell for cell in cells if cell["variant"] == cells[0]["variant"]]
    # One level is no curve.
    first = [cell for cell in answered if cell in loaded] if len(loaded) > 1 else []
    assert len(points) == 2 * len(first)
    told = " ".join(svg.itertext())
    assert ("response by calls at once" in told) == (len(loaded) > 1)
    fewest = min(cell["at_once"] for cell in cells)
    for cell in answered:
        if cell in first or cell["at_once"] == fewest:
            figures = cell["wire"]["response_ms"]
            assert f"{max(1.0, figures['p50']):.0f}, P95" in told
    for point in points:
        assert 0 <= float(point.get("cx", -1)) <= width
        assert picture.TOP <= float(point.get("cy", -1)) <= height
    for bar in svg.findall("{*}rect[@fill-opacity]"):
        assert float(bar.get("x", -1)) + float(bar.get("width", -1)) <= width
