"""Time, injected so that a test can hold it still."""

from __future__ import annotations

import asyncio
from typing import Protocol


class Clock(Protocol):
    """Time is injected so that a test can hold it still."""

    def now_ms(self) -> float:
        """Monotonic milliseconds."""
        ...

    def wall(self) -> str:
        """ISO 8601 UTC."""
        ...

    async def wait(self, event: asyncio.Event, until_ms: float | None) -> None:
        """Return when ``event`` is set or the time has come, whichever is first."""
        ...
