"""Sessions by CallSid: their order of states, their tokens, their bounds."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pipeline.interfaces.conversation import CallInfo
from pipeline.server.sessions import (
    NEVER_CONNECTED_MS,
    REMEMBER_ENDED_MS,
    SessionRegistry,
)

ORDER = ["initializing", "active", "terminated"]
MAX_CALLS = 3
SIDS = st.sampled_from(["CA1", "CA2", "CA3", "CA4", "CA5"])


def info(call_sid: str) -> CallInfo:
    return CallInfo(call_sid, "+1", "+2")


class Sessions(RuleBasedStateMachine):
    """Whatever happens in whatever order, statuses only advance and tokens work once."""

    def __init__(self) -> None:
        super().__init__()
        self.registry = SessionRegistry(MAX_CALLS)
        self.now_ms = 0.0
        self.status: dict[int, str] = {}
        self.used: set[str] = set()
        self.tokens: dict[str, str] = {}

    @rule(sid=SIDS)
    def webhook(self, sid: str) -> None:
        known = self.registry.get(sid)
        session = self.registry.open(info(sid), "AC", self.now_ms)
        if known is not None:
            assert session is known
        if session is not None:
            self.tokens[sid] = session.token

    @rule(sid=SIDS, other=SIDS, account=st.sampled_from(["AC", "", "ACx"]))
    def media(self, sid: str, other: str, account: str) -> None:
        token = self.tokens.get(other, "")
        session = self.registry.claim(sid, account, token, self.now_ms)
        if session is not None:
            assert session.token == token
            assert account != "ACx"
            assert token not in self.used
            self.used.add(token)

    @rule(sid=SIDS)
    def end(self, sid: str) -> None:
        if self.registry.terminate(sid, self.now_ms):
            assert not self.registry.terminate(sid, self.now_ms)

    @rule(ms=st.sampled_from([1_000.0, REMEMBER_ENDED_MS + 1.0, NEVER_CONNECTED_MS + 1.0]))
    def time_passes(self, ms: float) -> None:
        self.now_ms += ms
        before = {s.info.call_sid: s for s in self.registry.live()}
        for session in self.registry.forget_stale(self.now_ms):
            assert session.status == "initializing"
            assert session.info.call_sid in before
        for session in before.values():
            if session.status == "active":
                assert self.registry.get(session.info.call_sid) is session

    @invariant()
    def statuses_advance_and_lines_are_bounded(self) -> None:
        assert len(self.registry.live()) <= MAX_CALLS
        for sid in ("CA1", "CA2", "CA3", "CA4", "CA5"):
            session = self.registry.get(sid)
            if session is None:
                continue
            last = self.status.get(id(session), "initializing")
            assert ORDER.index(session.status) >= ORDER.index(last)
            self.status[id(session)] = session.status
            self.keep = [*getattr(self, "keep", []), session]  # ids stay unique while kept


TestSessions = Sessions.TestCase
TestSessions.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_a_call_that_never_connects_is_forgotten_after_ten_minutes() -> None:
    registry = SessionRegistry(1)
    session = registry.open(info("CA1"), "", 0.0)
    assert session is not None
    assert registry.forget_stale(NEVER_CONNECTED_MS) == []
    assert registry.open(info("CA2"), "", NEVER_CONNECTED_MS) is None
    assert registry.forget_stale(NEVER_CONNECTED_MS + 1) == [session]
    assert registry.open(info("CA2"), "", NEVER_CONNECTED_MS + 1) is not None
    assert len(registry) == 1


def test_an_ended_call_is_remembered_a_while_and_frees_its_line() -> None:
    registry = SessionRegistry(1)
    registry.open(info("CA1"), "", 0.0)
    assert registry.terminate("CA1", 0.0)
    ended = registry.open(info("CA1"), "", 1.0)
    assert ended is not None
    assert ended.status == "terminated"
    assert registry.open(info("CA2"), "", 1.0) is not None
    assert registry.forget_stale(REMEMBER_ENDED_MS + 1) == []
    assert registry.get("CA1") is None


def test_tokens_are_not_shown() -> None:
    registry = SessionRegistry(1)
    session = registry.open(info("CA1"), "", 0.0)
    assert session is not None
    assert session.token not in repr(session)
