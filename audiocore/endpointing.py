"""Voice activity to speech events: when someone began, paused, went on, and was done.

What does it do: smooths one decision per 20 ms frame into ``SpeechStarted`` / ``SpeechPaused`` /
``SpeechResumed`` / ``SpeechEnded``.

How does it work: media time only. Speech starts when enough of the last frames were speech, pauses
after a short silence (work may begin), and ends after a longer one. A pause that is broken resumes.

How do I use it: one :class:`Endpointer` per call; ``step`` every frame; give the events to the turn
table.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from audiocore.events import SpeechEnded, SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted
from audiocore.units import FRAME_MS, FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class EndpointingOptions:
    """How eager the ear is. All values are milliseconds, rounded up to whole frames."""

    start_ms: int = 80
    """Speech needed within ``start_window_ms`` before someone is taken to speak."""
    start_window_ms: int = 120
    resume_ms: int = 40
    """Unbroken speech that ends a pause."""
    pause_ms: int = 140
    """Silence after which a reply is prepared."""
    end_ms: int = 420
    """Silence after which the caller is taken to be finished. The neural VAD hears 120 to 140 ms of
    it still as speech, so what a caller notices is about 550."""
    max_utterance_ms: int = 28_000
    """A longer utterance is ended by force; recognisers take at most 30 s."""

    def __post_init__(self) -> None:
        if not 0 < self.start_ms <= self.start_window_ms:
            raise ValueError("start_ms must be positive and at most start_window_ms")
        if not 0 < self.pause_ms < self.end_ms:
            raise ValueError("pause_ms must be positive and less than end_ms")
        if self.resume_ms <= 0:
            raise ValueError("resume_ms must be positive")
        if self.max_utterance_ms <= self.end_ms:
            raise ValueError("max_utterance_ms must be more than end_ms")


def _frames(ms: int) -> int:
    return -(-ms // FRAME_MS)


class Endpointer:
    """One call's endpointing."""

    def __init__(self, options: EndpointingOptions = EndpointingOptions()) -> None:
        self._options = options
        self._now = 0
        self._recent: deque[bool] = deque(maxlen=_frames(options.start_window_ms))
        self._speaking = False
        self._paused = False
        self._started = 0
        self._last_speech = 0
        self._run = 0

    @property
    def now_samples(self) -> int:
        """Media time: samples of all frames so far."""
        return self._now

    def step(self, speech: bool) -> tuple[SpeechEvent, ...]:
        """Advance by one 20 ms frame and return what happened, in order."""
        began = self._now
        self._now += FRAME_SAMPLES
        self._recent.append(speech)
        self._run = self._run + 1 if speech else 0
        if not self._speaking:
            return self._wait_for_speech(speech, began)
        if speech and (not self._paused or self._run >= _frames(self._options.resume_ms)):
            self._last_speech = self._now
        return self._follow_speech()

    def _wait_for_speech(self, speech: bool, began: int) -> tuple[SpeechEvent, ...]:
        if not speech or sum(self._recent) < _frames(self._options.start_ms):
            return ()
        first = list(self._recent).index(True)
        self._speaking, self._paused = True, False
        self._started = began - (len(self._recent) - 1 - first) * FRAME_SAMPLES
        self._last_speech = self._now
        return (SpeechStarted(self._started),)

    def _follow_speech(self) -> tuple[SpeechEvent, ...]:
        silence = (self._now - self._last_speech) // FRAME_SAMPLES
        forced = (
            self._now - self._started >= _frames(self._options.max_utterance_ms) * FRAME_SAMPLES
        )
        events: list[SpeechEvent] = []
        if self._paused and silence == 0:
            self._paused = False
            events.append(SpeechResumed(self._now - self._run * FRAME_SAMPLES))
        if not self._paused and (forced or silence >= _frames(self._options.pause_ms)):
            self._paused = True
            events.append(SpeechPaused(self._last_speech))
        if forced or silence >= _frames(self._options.end_ms):
            self._speaking = self._paused = False
            self._recent.clear()
            events.append(SpeechEnded(self._last_speech))
        return tuple(events)
