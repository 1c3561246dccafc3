"""Live captions: what one caller is being heard to say, for whoever watches the call.

What does it do: passes on the newest words, stable and unstable (:mod:`audiocore.agreement`), with
the turn that they belong to. Nothing is kept, and nothing is logged; the words of a turn that was
answered are in its record.

How do I use it: the call ``put``s; any number of readers ``follow``. A reader that is slow misses
what is no longer the newest, so nobody waits for anybody. ``followed`` says whether it is worth the
work.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from audiocore.agreement import Caption


@dataclass(frozen=True, slots=True)
class Captioned:
    """What is being heard of one turn."""

    turn: int
    caption: Caption


class Captions:
    """One call's."""

    def __init__(self) -> None:
        self._newest: Captioned | None = None
        self._changed = asyncio.Event()
        self._closed = False
        self._readers = 0

    @property
    def followed(self) -> bool:
        """Whether anybody reads."""
        return self._readers > 0

    def put(self, turn: int, caption: Caption) -> None:
        """So much has been heard of this turn."""
        self._newest = Captioned(turn, caption)
        self._wake()

    def close(self) -> None:
        """The call is over."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def follow(self) -> AsyncGenerator[Captioned, None]:
        """The newest words whenever there are any, from now to the end of the call."""
        self._readers += 1
        seen = self._newest
        try:
            while True:
                if self._newest is not None and self._newest is not seen:
                    seen = self._newest
                    yield seen
                elif self._closed:
                    return
                else:
                    await self._changed.wait()
        finally:
            self._readers -= 1
