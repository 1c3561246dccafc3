"""Turns on their way into the record, when the record cannot be had. What is recorded, in which
order and at which cost, is in ``test_call.py``."""

import logging
from collections.abc import Mapping
from typing import Any

import pytest

from audiocore.errors import StoreError
from pipeline.interfaces.stores import TurnRecord
from tests.pipeline.conftest import Rig


async def test_a_turn_that_cannot_be_written_costs_nobody_their_call(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    keep = rig.records.commit_turn

    def commit_turn(call_sid: str, turn: TurnRecord) -> None:
        if turn.index == 1:
            raise StoreError("the disk is full")
        keep(call_sid, turn)

    monkeypatch.setattr(rig.records, "commit_turn", commit_turn)
    await rig.greeted()
    rig.ears.hears = lambda number: "something private"
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            await rig.utter()
            await rig.caller(1_600)
    assert [turn.index for turn in rig.records.turns] == [0, 2]
    assert "turn 1 was not recorded" in caplog.text
    assert "private" not in caplog.text


async def test_a_timeline_that_cannot_be_kept_is_said_so(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def keep_timeline(call_sid: str, timeline: Mapping[str, Any]) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(rig.records, "keep_timeline", keep_timeline)
    await rig.greeted()
    rig.call.hang_up("test over")
    assert await rig.running == "test over"
    assert "timeline not kept: the disk is full" in caplog.text
