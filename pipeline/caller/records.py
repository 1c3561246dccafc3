"""What the called server says about its calls: ``GET /calls/{call_sid}`` and ``GET
/appointments``."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pipeline.caller import web

FINISH_POLLS = 30
FINISH_POLL_S = 0.1


@dataclass(frozen=True, slots=True)
class Records:
    """A server's records, by its base address."""

    url: str
    api_token: str | None = field(default=None, repr=False)

    async def call(self, call_sid: str) -> Mapping[str, Any]:
        """One call's record; empty when the server does not tell."""
        return await self._get(f"/calls/{call_sid}")

    async def finished_call(self, call_sid: str) -> Mapping[str, Any]:
        """One call's record once the server has ended it, or as it is after a while."""
        for _ in range(FINISH_POLLS):
            record = await self.call(call_sid)
            if record.get("status") in (None, "terminated"):
                break
            await asyncio.sleep(FINISH_POLL_S)
        return record

    async def timeline(self, call_sid: str) -> Mapping[str, Any]:
        """A finished call's timeline; empty when the server does not tell."""
        return await self._get(f"/calls/{call_sid}/timeline?format=json")

    async def appointments(self) -> Sequence[Mapping[str, Any]]:
        """What is booked; empty when the server does not tell."""
        appointments: Sequence[Mapping[str, Any]] = (await self._get("/appointments")).get(
            "appointments", []
        )
        return appointments

    async def _get(self, path: str) -> Mapping[str, Any]:
        parts = urlsplit(self.url)
        headers = [("Authorization", f"Bearer {self.api_token}")] if self.api_token else []
        try:
            answer = await web.get(f"{parts.scheme}://{parts.netloc}{path}", headers)
            content = answer.json() if answer.status == 200 else {}
        except (web.WebError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}
