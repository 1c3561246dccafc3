"""Overload: what is given up, and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.overload import Effort, OverloadOptions, effort

OPTIONS = OverloadOptions(partials_ms=10, speculation_ms=100, new_calls_ms=1_000)


@pytest.mark.parametrize(
    ("delay_ms", "still_done"),
    [
        (0, Effort.PARTIALS),
        (10, Effort.PARTIALS),
        (11, Effort.SPECULATION),
        (101, Effort.NEW_CALLS),
        (1_001, Effort.CALLS_ONLY),
    ],
)
def test_one_thing_is_given_up_after_the_other(delay_ms: float, still_done: Effort) -> None:
    assert effort(delay_ms, OPTIONS) is still_done


@given(st.floats(0, 5_000), st.floats(0, 5_000))
def test_more_delay_never_means_more_work(one: float, other: float) -> None:
    assert effort(max(one, other), OPTIONS) <= effort(min(one, other), OPTIONS)


@pytest.mark.parametrize(
    "wrong", [{"partials_ms": 0}, {"partials_ms": 500}, {"speculation_ms": 2_000}]
)
def test_another_order_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at most"):
        OverloadOptions(**wrong)
