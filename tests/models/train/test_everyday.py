import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.train import everyday


@pytest.mark.parametrize("kind", ["thing", "things", "deed", "remark", "query"])
@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_everyday_words_are_plain_and_follow_the_seed(kind: str, seed: int) -> None:
    draw = getattr(everyday, kind)
    said = draw(Random(seed))
    assert re.fullmatch(r"[a-z']+( [a-z']+)*", said)
    assert draw(Random(seed)) == said


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_nobody_remarks_on_what_the_business_does(seed: int) -> None:
    wanted = {"appointment", "cancel", "booking", "table", "doctor"}
    for draw in (everyday.thing, everyday.things, everyday.remark, everyday.query):
        assert not wanted & set(draw(Random(seed)).split())
