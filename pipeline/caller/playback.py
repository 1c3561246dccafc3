"""The carrier's playback queue: what the caller hears, when, and which marks that returns.

Twilio plays what it is sent in order and in real time; a mark comes back once everything before it
has been played, at once if nothing is queued; ``clear`` empties the queue and returns every pending
mark.

Source: https://www.twilio.com/docs/voice/media-streams/websocket-messages, mark and clear.
"""

from __future__ import annotations

from collections import deque

from audiocore.events import SendAudio, SendClear, SendMark, TransportCommand
from audiocore.units import FRAME_SAMPLES, ULAW_SILENCE


class Playback:
    """Driven by media time: every :meth:`play` is 20 ms."""

    def __init__(self) -> None:
        self._queued = bytearray()
        self._played = 0
        self._marks: deque[tuple[int, str]] = deque()
        """Mark names with the stream position, in samples ever queued, that returns them."""

    @property
    def empty(self) -> bool:
        """Nothing is waiting to be played."""
        return not self._queued

    def receive(self, command: TransportCommand) -> list[str]:
        """Do what the agent asks; the marks that return at once."""
        match command:
            case SendAudio(ulaw_8k):
                self._queued += ulaw_8k
            case SendMark(name):
                self._marks.append((self._played + len(self._queued), name))
            case SendClear():
                self._queued.clear()
                cleared = [name for _, name in self._marks]
                self._marks.clear()
                return cleared
        return self._due()

    def play(self) -> tuple[bytes, list[str]]:
        """The next 160 mu-law bytes that the caller hears, and the marks passed by them."""
        frame = bytes(self._queued[:FRAME_SAMPLES])
        del self._queued[:FRAME_SAMPLES]
        self._played += len(frame)
        return frame + ULAW_SILENCE * (FRAME_SAMPLES - len(frame)), self._due()

    def _due(self) -> list[str]:
        due = []
        while self._marks and self._marks[0][0] <= self._played:
            due.append(self._marks.popleft()[1])
        return due
