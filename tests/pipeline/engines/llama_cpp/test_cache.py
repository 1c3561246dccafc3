"""Which sequence a prompt goes to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.engines.llama_cpp.cache import Cache, common
from pipeline.engines.llama_cpp.model import Model

MODEL = Path(__file__).parents[4] / "models/starter/llm/receptionist.gguf"
TOKENS = st.lists(st.integers(0, 2), max_size=40)


@given(TOKENS, TOKENS)
def test_what_two_lists_share(a: list[int], b: list[int]) -> None:
    n = common(a, b)
    assert a[:n] == b[:n]
    assert n in (len(a), len(b)) or a[n] != b[n]


@pytest.fixture
def cache() -> Iterator[Cache]:
    model = Model(MODEL, context_tokens=4096, sequences=3, batch_tokens=8, threads=1)
    yield Cache(model.context, 3)
    model.close()


def use(cache: Cache, prompt: list[int]) -> int:
    """Take a slot, evaluate the prompt, give it back; returns how many tokens were known."""
    slot = cache.take(prompt)
    assert slot is not None
    known = cache.fit(slot, prompt)
    slot.tokens = list(prompt)
    slot.busy = False
    return known


SYSTEM = [1] * 300
FIRST, SECOND, THIRD = ([*SYSTEM, *[n] * 200] for n in (2, 3, 4))


def test_conversations_keep_their_histories_as_long_as_there_are_slots(cache: Cache) -> None:
    assert [use(cache, prompt) for prompt in (FIRST, SECOND, THIRD)] == [0, 300, 300]
    assert use(cache, [*FIRST, 9]) == 500
    assert use(cache, [*SECOND, 9]) == 500
    assert use(cache, [*THIRD, 9]) == 500


def test_the_same_prompt_again_evaluates_its_last_token(cache: Cache) -> None:
    use(cache, FIRST)
    assert use(cache, FIRST) == 499


def test_short_turns_of_many_callers_use_one_slot(cache: Cache) -> None:
    other = [7] * 400
    use(cache, other)
    for caller in range(10):
        assert use(cache, [*SYSTEM, *[10 + caller] * 20]) == (300 if caller else 0)
    assert use(cache, other) == 399


def test_the_longest_unused_history_goes_first(cache: Cache) -> None:
    for prompt in (FIRST, SECOND, THIRD):
        use(cache, prompt)
    use(cache, [*FIRST, 9])
    assert use(cache, [*SYSTEM, *[8] * 200]) == 300
    assert use(cache, [*FIRST, 9]) == 500
    assert use(cache, SECOND) == 300


def test_busy_slots_are_copied_from_and_never_given_away(cache: Cache) -> None:
    busy = []
    for number, prompt in enumerate((FIRST, SECOND, THIRD)):
        slot = cache.take(prompt)
        assert slot is not None
        assert cache.fit(slot, prompt) == (300 if number else 0)
        slot.tokens = list(prompt)
        busy.append(slot)
    assert len({slot.number for slot in busy}) == 3
    assert cache.take(FIRST) is None
    assert not cache.evict()
    busy[1].busy = False
    assert cache.take(FIRST) is busy[1]


def test_evicting_forgets_idle_slots_oldest_first(cache: Cache) -> None:
    use(cache, FIRST)
    use(cache, [5] * 100)
    assert cache.evict()
    assert use(cache, [5] * 100) == 99
    assert cache.evict()
    assert not cache.evict()
