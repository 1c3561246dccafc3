"""Which tokens are evaluated already, in which sequence of the context.

Every sequence keeps its last prompt and answer. A new prompt takes over what any sequence shares
with it, so a constant system prompt is evaluated and stored once, and a call's history costs its
new tokens only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import llama_cpp

_CHEAP = 64
"""Tokens that are overwritten without regret: evaluating them again takes a moment."""


@dataclass(slots=True, eq=False)
class Slot:
    """One sequence of the context and the tokens that are evaluated in it."""

    number: int
    tokens: list[int] = field(default_factory=list)
    last_used: int = 0
    busy: bool = False


class Cache:
    """All sequences of one context. Not thread-safe."""

    def __init__(self, context: Any, sequences: int) -> None:
        """Start empty."""
        self._memory = llama_cpp.llama_get_memory(context)
        self._slots = [Slot(number) for number in range(sequences)]
        self._uses = 0

    def take(self, prompt: Sequence[int]) -> Slot | None:
        """A slot that holds as much of ``prompt`` as is known; None when all are busy."""
        idle = [slot for slot in self._slots if not slot.busy]
        if not idle:
            return None
        known = {slot.number: common(slot.tokens, prompt) for slot in self._slots}
        donor = max(self._slots, key=lambda slot: known[slot.number])
        cheap = [slot for slot in idle if self._loss(slot, prompt) <= _CHEAP]
        # Cheapest first: to go on where the same conversation ended, then what nobody needs.
        slot = donor if donor in cheap else min(cheap or idle, key=lambda slot: slot.last_used)
        if slot is not donor and known[donor.number] > known[slot.number]:
            self.clear(slot)
            llama_cpp.llama_memory_seq_cp(
                self._memory, donor.number, slot.number, 0, known[donor.number]
            )
            slot.tokens = donor.tokens[: known[donor.number]]
        slot.busy = True
        self._uses += 1
        slot.last_used = self._uses
        return slot

    def _loss(self, slot: Slot, prompt: Sequence[int]) -> int:
        """Tokens evaluated in no other place, and not part of ``prompt``, that this slot holds."""
        others = (other.tokens for other in self._slots if other is not slot)
        kept = max((common(slot.tokens, held) for held in (prompt, *others)), default=0)
        return len(slot.tokens) - kept

    def fit(self, slot: Slot, wanted: Sequence[int]) -> int:
        """Cut the slot back to what it shares with ``wanted``, less the last token of it.

        Returns the number of tokens that are left: what follows them in ``wanted`` must be
        evaluated, and is at least one token, since only evaluating gives logits.
        """
        length = min(common(slot.tokens, wanted), len(wanted) - 1)
        if length < len(slot.tokens):
            if llama_cpp.llama_memory_seq_rm(self._memory, slot.number, length, -1):
                del slot.tokens[length:]
            else:  # a recurrent model cannot go back by a few tokens
                self.clear(slot)
        return len(slot.tokens)

    def clear(self, slot: Slot) -> None:
        """Forget what a slot holds."""
        llama_cpp.llama_memory_seq_rm(self._memory, slot.number, -1, -1)
        slot.tokens = []

    def evict(self) -> bool:
        """Forget the idle slot that was used longest ago; False if there is none to forget."""
        idle = [slot for slot in self._slots if slot.tokens and not slot.busy]
        if not idle:
            return False
        self.clear(min(idle, key=lambda slot: slot.last_used))
        return True


def common(a: Sequence[int], b: Sequence[int]) -> int:
    """How many tokens two lists share at their beginning."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:  # they agree up to low, and differ before high
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low
