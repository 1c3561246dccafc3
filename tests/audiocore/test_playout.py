"""Playout: pacing, marks, and what was heard, against a carrier that plays in order."""

from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.events import SendAudio, SendMark
from audiocore.playout import Playout, SpokenClause, SpokenWord
from audiocore.units import FRAME_MS, FRAME_SAMPLES


def clause(*words: str, frames_each: int = 5) -> SpokenClause:
    """A clause whose words are equally long and whose audio names its frames."""
    each = frames_each * FRAME_SAMPLES
    return SpokenClause(
        b"".join(bytes([i % 251]) * FRAME_SAMPLES for i in range(frames_each * len(words))),
        tuple(SpokenWord(word, (i + 1) * each) for i, word in enumerate(words)),
    )


@dataclass
class Carrier:
    """Plays what it was sent, in order; returns marks when they are reached."""

    queue: list[SendAudio | SendMark] = field(default_factory=list)
    played: list[bytes] = field(default_factory=list)

    def tick(self) -> list[str]:
        """Play one frame; the names of the marks reached."""
        if self.queue and isinstance(self.queue[0], SendAudio):
            self.played.append(self.queue.pop(0).ulaw_8k)
        marks = []
        while self.queue and isinstance(self.queue[0], SendMark):
            marks.append(self.queue.pop(0).name)
        return marks


def play(playout: Playout, carrier: Carrier, now: float, ticks: int) -> float:
    for _ in range(ticks):
        carrier.queue += list(playout.due(now))  # type: ignore[arg-type]
        now += FRAME_MS
        for name in carrier.tick():
            playout.mark_returned(name, now)
    return now


def test_everything_is_played_in_order_and_heard() -> None:
    playout, carrier = Playout(lead_ms=100), Carrier()
    said = [clause("good", "morning"), clause("how", "can", "i", "help")]
    for one in said:
        playout.push(one)
    playout.finish()
    now = play(playout, carrier, 0.0, 29)
    assert not playout.finished(now)
    now = play(playout, carrier, now, 2)
    assert playout.finished(now)
    assert b"".join(carrier.played) == said[0].ulaw_8k + said[1].ulaw_8k
    assert playout.heard(now) == "good morning how can i help"


@given(lead=st.integers(1, 20), waits=st.lists(st.integers(0, 200), max_size=60))
def test_never_more_than_the_lead_is_ahead_of_the_ear(lead: int, waits: list[int]) -> None:
    playout = Playout(lead_ms=lead * FRAME_MS)
    playout.push(clause(*"abcdefghijklmnopqrst"))
    now, sent, empty_since = 0.0, 0.0, 0.0
    for wait in waits:
        for command in playout.due(now):
            if isinstance(command, SendAudio):
                empty_since = max(empty_since, now)  # when what was sent before has been played
                empty_since += FRAME_MS
                sent = empty_since - now
        assert sent <= lead * FRAME_MS
        now += wait


def test_a_late_tick_does_not_speed_up_the_rest() -> None:
    playout = Playout(lead_ms=40)
    playout.push(clause(*"abcdef"))
    assert len([c for c in playout.due(0.0) if isinstance(c, SendAudio)]) == 2
    assert len([c for c in playout.due(1_000.0) if isinstance(c, SendAudio)]) == 2


def test_nothing_is_sent_while_paused_and_the_cut_word_is_said_again() -> None:
    playout, carrier = Playout(lead_ms=100), Carrier()
    playout.push(clause("one", "two", "three"))
    playout.finish()
    now = play(playout, carrier, 0.0, 7)  # 7 of 15 frames heard: in the middle of "two"
    playout.pause(now)
    carrier.queue.clear()
    assert playout.heard(now) == "one"
    assert list(playout.due(now + 500)) == []
    assert not playout.finished(now + 60_000)
    heard_before = len(carrier.played)
    playout.resume()
    now = play(playout, carrier, now + 500, 12)
    assert carrier.played[heard_before:] == [bytes([i]) * FRAME_SAMPLES for i in range(5, 15)]
    assert playout.finished(now)
    assert playout.heard(now) == "one two three"


def test_a_pause_stops_a_send_that_is_under_way() -> None:
    playout = Playout(lead_ms=200)
    playout.push(clause(*"abcdef"))
    sending = playout.due(0.0)
    next(sending)
    playout.pause(0.0)
    assert list(sending) == []


def test_marks_of_a_cleared_reply_are_not_heard() -> None:
    playout = Playout(lead_ms=400)
    playout.push(clause("one", "two"))
    stale = [c.name for c in playout.due(0.0) if isinstance(c, SendMark)]
    playout.pause(60.0)
    for name in stale:
        playout.mark_returned(name, 80.0)
    assert stale
    assert playout.heard(80.0) == ""
    playout.drop()
    playout.push(clause("new"))
    fresh = [c.name for c in playout.due(100.0) if isinstance(c, SendMark)]
    assert not set(fresh) & set(stale)


def test_a_slow_line_is_never_credited_with_more_than_was_heard() -> None:
    playout = Playout(lead_ms=400)
    playout.push(clause("one"))
    playout.push(clause("two", "three"))
    (mark,) = [c.name for c in playout.due(0.0) if isinstance(c, SendMark)][:1]
    playout.mark_returned(mark, 100.0 + 150.0)  # the line runs 150 ms behind
    assert playout.heard(290.0) == "one"
    assert playout.heard(360.0) == "one two"


def test_a_lost_mark_does_not_hold_the_call() -> None:
    playout = Playout(lead_ms=400, mark_grace_ms=2_000)
    playout.push(clause("bye"))
    playout.finish()
    list(playout.due(0.0))
    assert not playout.finished(2_000.0)
    assert playout.finished(2_100.0)
    assert playout.next_due_ms(50.0) == pytest.approx(2_100.0)


def test_an_empty_reply_is_finished_at_once() -> None:
    playout = Playout()
    assert not playout.finished(0.0)
    playout.finish()
    assert playout.finished(0.0)


def test_audio_that_is_not_whole_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="160"):
        Playout().push(SpokenClause(b"\xff" * 161, ()))


def test_a_lead_that_makes_clear_useless_is_refused() -> None:
    with pytest.raises(ValueError, match="400"):
        Playout(lead_ms=401)


def test_what_is_at_the_ear_is_what_the_carrier_played_last() -> None:
    playout, carrier, now = Playout(lead_ms=100), Carrier(), 0.0
    playout.push(clause("one", "two"))
    playout.push(clause("three"))
    assert playout.at_ear(now) == b""
    for _ in range(15):
        now = play(playout, carrier, now, 1)
        assert playout.at_ear(now) == carrier.played[-1]
    assert len(carrier.played) == 15
    assert playout.at_ear(now + 10) == carrier.played[-1]
    assert playout.at_ear(now + 20) == b"", "and then there is silence"


def test_between_two_frames_the_ear_has_a_part_of_each() -> None:
    playout = Playout(lead_ms=100)
    playout.push(clause("one"))
    list(playout.due(0.0))
    assert playout.at_ear(30.0) == bytes([0]) * 80 + bytes([1]) * 80


def test_nothing_is_at_the_ear_while_paused() -> None:
    playout, carrier = Playout(lead_ms=100), Carrier()
    playout.push(clause("one", "two"))
    now = play(playout, carrier, 0.0, 3)
    playout.pause(now)
    assert playout.at_ear(now) == b""
    assert playout.at_ear(now + 40) == b""


def test_the_words_near_the_ear() -> None:
    playout, carrier = Playout(lead_ms=200), Carrier()
    playout.push(clause("would", "tuesday", "do?"))
    playout.push(clause("or", "friday"))
    now = play(playout, carrier, 0.0, 16)
    assert playout.words_near(now, 120, 0) == "tuesday do?"
    assert playout.words_near(now, 50, 100) == "do? or"
    playout.pause(now)
    assert playout.words_near(now + 9_000, 120, 0) == "tuesday do?", "a pause stops time"


def test_a_protected_clause_is_protected_from_when_it_is_sent_until_it_is_heard() -> None:
    playout, carrier = Playout(lead_ms=100), Carrier()
    playout.push(clause("one"))
    playout.push(replace(clause("two"), protected=True))
    playout.push(clause("three"))
    protected, now = [], 0.0
    for _ in range(15):
        now = play(playout, carrier, now, 1)
        protected.append(playout.protected(now))
    # Sent five frames ahead: from the second frame on parts of it lie at the carrier.
    assert protected == [False] + [True] * 8 + [False] * 6
