"""Which frame is due, and what the caller has heard of it.

What does it do: holds the audio of one reply, releases it at most ``lead_ms`` ahead of the caller's
ear, puts a mark after every clause, and knows at any moment which words have been heard.

How does it work: the carrier plays what we send in order and without gaps, so the ear is where the
clock says it must be: the moment the first frame went into an empty buffer, plus what has passed
since, but never past what was sent. Returning marks tell how far behind that the line really is. A
mark also comes back when it was *cleared* (Twilio, "WebSocket Messages"), so marks sent before a
clear are ignored.

How do I use it: ``push`` clauses, ``finish`` after the last one, send what ``due`` returns, tell it
of returned marks; ``pause`` on barge-in, then ``resume`` or ``drop``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from audiocore.events import SendAudio, SendMark, TransportCommand
from audiocore.units import FRAME_MS, FRAME_SAMPLES, SAMPLES_PER_MS


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of a clause."""

    text: str
    end_samples: int
    """8 kHz samples from the start of the clause, or of the part of it."""


@dataclass(frozen=True, slots=True)
class SpokenClause:
    """One clause, or a part of one, as it goes on the wire."""

    ulaw_8k: bytes
    """Whole 20 ms frames."""
    words: tuple[SpokenWord, ...]
    """In speaking order; of a part, the words that end in it."""
    protected: bool = False
    """Speech of the caller does not interrupt it."""


@dataclass(slots=True)
class _Placed:
    """A clause and where it lies in the reply."""

    start: int
    clause: SpokenClause

    @property
    def end(self) -> int:
        return self.start + len(self.clause.ulaw_8k)


class Playout:
    """The audio of one reply at a time. Positions are 8 kHz samples since the reply's start."""

    def __init__(self, lead_ms: int = 200, mark_grace_ms: int = 2_000) -> None:
        """Bounds: audio ever ahead of the ear, and how long a lost mark is waited for.

        Raises:
            ValueError: ``lead_ms`` is outside 20..400.
        """
        if not FRAME_MS <= lead_ms <= 400:
            raise ValueError(
                f"lead_ms is {lead_ms}: choose {FRAME_MS} to 400, or clear is no longer precise"
            )
        self._lead = lead_ms * SAMPLES_PER_MS
        self._grace = mark_grace_ms * SAMPLES_PER_MS
        self._generation = 0
        self._start_reply()

    def _start_reply(self) -> None:
        self._generation += 1
        self._clauses: list[_Placed] = []
        self._next = 0
        self._sent = 0
        self._epoch_ms = 0.0
        self._epoch = 0
        self._lag = 0
        self._marks: dict[str, int] = {}
        self._complete = False
        self._paused = False

    # --- filling -------------------------------------------------------------------------------

    def push(self, clause: SpokenClause) -> None:
        """Append one clause to the reply.

        Raises:
            ValueError: its audio is not whole 20 ms frames.
        """
        if len(clause.ulaw_8k) % FRAME_SAMPLES:
            raise ValueError(
                f"clause of {len(clause.ulaw_8k)} bytes: pad it to a multiple of {FRAME_SAMPLES}"
            )
        self._clauses.append(_Placed(self._length, clause))

    def finish(self) -> None:
        """No clause follows."""
        self._complete = True

    @property
    def unsent_ms(self) -> int:
        """Audio pushed and not yet sent: what a producer watches to stay only so far ahead."""
        return (self._length - self._sent) // SAMPLES_PER_MS

    # --- playing -------------------------------------------------------------------------------

    def due(self, now_ms: float) -> Iterator[TransportCommand]:
        """What to send now, in order; a pause between two commands stops it."""
        while not self._paused and self._sent < self._length:
            ear = self._ear(now_ms)
            if self._sent - ear > self._lead - FRAME_SAMPLES:
                break
            if ear == self._sent:  # the buffer ran empty: what comes now is heard from now
                self._epoch_ms, self._epoch = now_ms, self._sent
            frame = self._frame_at(self._sent)
            self._sent += FRAME_SAMPLES
            yield SendAudio(frame)
            while self._next < len(self._clauses) and self._clauses[self._next].end == self._sent:
                name = f"{self._generation}.{self._next}"
                self._marks[name] = self._sent
                self._next += 1
                yield SendMark(name)

    def next_due_ms(self, now_ms: float) -> float | None:
        """When to look at ``due`` and ``finished`` again; None while nothing waits for time."""
        if self._paused or (self._sent == self._length and not self._complete):
            return None
        if self._sent < self._length:
            ahead = self._sent - self._ear(now_ms) - (self._lead - FRAME_SAMPLES)
            return now_ms + max(0.0, ahead / SAMPLES_PER_MS)
        return self._epoch_ms + (self._sent - self._epoch + self._grace) / SAMPLES_PER_MS

    def mark_returned(self, name: str, now_ms: float) -> None:
        """The carrier gave a mark back; unknown ones (cleared, of an earlier reply) are ignored."""
        position = self._marks.pop(name, None)
        if position is not None:
            self._lag = max(0, self._ear(now_ms) - position)

    def finished(self, now_ms: float) -> bool:
        """The caller has heard it all: every mark came back, or had time enough to."""
        if not self._complete or self._paused or self._sent < self._length:
            return False
        overdue = self._epoch + (now_ms - self._epoch_ms) * SAMPLES_PER_MS - self._sent
        return not self._marks or overdue >= self._grace

    # --- barge-in ------------------------------------------------------------------------------

    def pause(self, now_ms: float) -> None:
        """Stop sending; the caller of this method sends ``clear``. What was not heard is kept."""
        self._sent = self._heard_samples(now_ms)
        self._epoch_ms, self._epoch = now_ms, self._sent
        self._marks.clear()
        self._generation += 1
        self._paused = True

    def resume(self) -> None:
        """Play on from the start of the word that was cut off."""
        self._paused = False
        word_start = max((end for end, _ in self._word_ends() if end <= self._sent), default=0)
        self._sent = word_start - word_start % FRAME_SAMPLES
        self._epoch = self._sent
        self._next = sum(placed.end <= self._sent for placed in self._clauses)

    def drop(self) -> None:
        """Forget this reply; the next ``push`` begins a new one."""
        self._start_reply()

    def heard(self, now_ms: float) -> str:
        """The words that have reached the caller's ear, never more."""
        position = self._heard_samples(now_ms)
        return " ".join(text for end, text in self._word_ends() if end <= position)

    def words_near(self, now_ms: float, before_ms: int, after_ms: int) -> str:
        """The words that end up to so long before the caller's ear, or after it."""
        ear = self._heard_samples(now_ms)
        first, last = ear - before_ms * SAMPLES_PER_MS, ear + after_ms * SAMPLES_PER_MS
        return " ".join(text for end, text in self._word_ends() if first <= end <= last)

    def protected(self, now_ms: float) -> bool:
        """Whether a protected clause is at the caller's ear, or on its way there."""
        ear = self._ear(now_ms)
        return any(
            placed.clause.protected and ear < placed.end and placed.start < self._sent
            for placed in self._clauses
        )

    def at_ear(self, now_ms: float) -> bytes:
        """The 20 ms of mu-law that the caller's ear takes in until ``now_ms``; empty in silence."""
        end = self._ear(now_ms)
        elapsed = self._epoch + (now_ms - self._epoch_ms) * SAMPLES_PER_MS
        if self._paused or end == 0 or elapsed >= end + FRAME_SAMPLES:
            return b""
        start = max(0, end - FRAME_SAMPLES)
        pieces = (
            placed.clause.ulaw_8k[max(0, start - placed.start) : max(0, end - placed.start)]
            for placed in self._clauses
            if placed.start < end and start < placed.end
        )
        return b"".join(pieces)

    # --- where we are --------------------------------------------------------------------------

    @property
    def _length(self) -> int:
        return self._clauses[-1].end if self._clauses else 0

    def _ear(self, now_ms: float, lag: int = 0) -> int:
        """Where the carrier's player must be if it started on time, or ``lag`` samples late."""
        if self._paused:
            return self._sent
        elapsed = int((now_ms - self._epoch_ms) * SAMPLES_PER_MS)
        return min(self._sent, max(0, self._epoch + max(0, elapsed) - lag))

    def _heard_samples(self, now_ms: float) -> int:
        return self._ear(now_ms, self._lag if self._marks else 0)

    def _frame_at(self, position: int) -> bytes:
        placed = self._clauses[self._next]
        offset = position - placed.start
        return placed.clause.ulaw_8k[offset : offset + FRAME_SAMPLES]

    def _word_ends(self) -> list[tuple[int, str]]:
        return [
            (placed.start + word.end_samples, word.text)
            for placed in self._clauses
            for word in placed.clause.words
        ]
