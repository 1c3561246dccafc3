"""Level: how loud a frame is, and when it has sunk below speech."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.level import DROP_DB, FADE_DB_PER_S, FLOOR_DBFS, Level, dbfs

SILENT = bytes(320)


def tone(level_dbfs: float) -> bytes:
    """20 ms of 400 Hz at this RMS level."""
    peak = 32768 * 10 ** (level_dbfs / 20) * math.sqrt(2)
    return struct.pack("<160h", *(round(peak * math.sin(math.pi * i / 10)) for i in range(160)))


@given(st.floats(-50, -4))
def test_a_level_is_measured(level: float) -> None:
    assert dbfs(tone(level)) == pytest.approx(level, abs=0.1)


def test_digital_silence_has_no_level_and_no_samples_are_refused() -> None:
    assert dbfs(SILENT) == -math.inf
    with pytest.raises(ValueError, match="no samples"):
        dbfs(b"")


def test_full_scale() -> None:
    assert dbfs(struct.pack("<160h", *[-32768] * 160)) == 0


def test_a_drop_is_quiet_whatever_the_detector_says() -> None:
    level = Level()
    assert not level.quiet(dbfs(tone(-20)), speech=True)
    assert not level.quiet(dbfs(tone(-20 - DROP_DB + 2)), speech=True)
    assert level.quiet(dbfs(tone(-20 - DROP_DB - 2)), speech=True)
    assert level.quiet(dbfs(SILENT), speech=True)


def test_noise_that_is_no_speech_sets_no_level() -> None:
    level = Level()
    level.quiet(dbfs(tone(-5)), speech=False)
    assert not level.quiet(dbfs(tone(-45)), speech=True)


def test_below_the_floor_all_is_quiet() -> None:
    assert Level().quiet(dbfs(tone(FLOOR_DBFS - 3)), speech=True)


def test_a_speaker_who_turns_away_is_followed() -> None:
    level, soft = Level(), tone(-20 - DROP_DB - 5)
    level.quiet(dbfs(tone(-20)), speech=True)
    heard = [level.quiet(dbfs(soft), speech=True) for _ in range(50)]
    assert heard[0]
    assert not heard[-1]
    assert heard.index(False) * 0.02 == pytest.approx(5 / FADE_DB_PER_S, abs=0.05)
