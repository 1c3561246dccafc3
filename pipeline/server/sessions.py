"""Which calls exist right now, from webhook to hang-up; one session per CallSid.

initializing -> active -> terminated, never back. A session is made by the voice webhook, claimed
once by the media socket that presents its token, and ended by whichever of ``stop``, socket close
and status callback comes first. Time is passed in; nothing here waits.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.captions import Captions
from pipeline.interfaces.conversation import CallInfo
from pipeline.interfaces.stores import CallStatus

NEVER_CONNECTED_MS = 10 * 60 * 1000
"""A webhook whose media socket never comes is forgotten after ten minutes."""
REMEMBER_ENDED_MS = 60 * 1000
"""An ended call is remembered this long, so that late retries do not start it again."""


@dataclass(slots=True)
class Session:
    """One call as the edge knows it."""

    info: CallInfo
    account_sid: str
    token: str = field(repr=False)
    """Presented once by the media socket that this call's TwiML asked for."""
    since_ms: float
    """When the present status began."""
    status: CallStatus = "initializing"
    last_sequence: int = -1
    """Highest SequenceNumber among status callbacks."""
    hang_up: Callable[[str], None] | None = None
    """Ends the running call; set while a media socket is up."""
    captions: Captions | None = None
    """Of the running call; set while a media socket is up."""


class SessionRegistry:
    """All sessions by CallSid, bounded in number and in time."""

    def __init__(self, max_calls: int) -> None:
        self._max_calls = max_calls
        self._sessions: dict[str, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def open(self, info: CallInfo, account_sid: str, now_ms: float) -> Session | None:
        """The session of this call, made if there is none yet; None when all lines are taken.

        Asking again for a CallSid gives the same session: Twilio retries webhooks.
        """
        known = self._sessions.get(info.call_sid)
        if known is not None:
            return known
        if len(self.live()) >= self._max_calls:
            return None
        session = Session(info, account_sid, secrets.token_urlsafe(32), now_ms)
        self._sessions[info.call_sid] = session
        return session

    def get(self, call_sid: str) -> Session | None:
        return self._sessions.get(call_sid)

    def claim(self, call_sid: str, account_sid: str, token: str, now_ms: float) -> Session | None:
        """Make the call active if this token was issued for it and never used; None otherwise."""
        session = self._sessions.get(call_sid)
        if session is None or session.status != "initializing":
            return None
        if not hmac.compare_digest(session.token.encode(), token.encode()):
            return None
        if session.account_sid and account_sid and session.account_sid != account_sid:
            return None
        session.status, session.since_ms = "active", now_ms
        return session

    def terminate(self, call_sid: str, now_ms: float) -> bool:
        """End a call; False when it was unknown or already ended."""
        session = self._sessions.get(call_sid)
        if session is None or session.status == "terminated":
            return False
        session.status, session.since_ms = "terminated", now_ms
        session.hang_up = session.captions = None
        return True

    def live(self) -> list[Session]:
        """Sessions that are not terminated."""
        return [s for s in self._sessions.values() if s.status != "terminated"]

    def forget_stale(self, now_ms: float) -> list[Session]:
        """Drop sessions past their time; returns those whose caller never connected."""
        limits = {"initializing": NEVER_CONNECTED_MS, "terminated": REMEMBER_ENDED_MS}
        stale = [
            session
            for session in self._sessions.values()
            if now_ms - session.since_ms > limits.get(session.status, math.inf)
        ]
        for session in stale:
            del self._sessions[session.info.call_sid]
        return [session for session in stale if session.status == "initializing"]
