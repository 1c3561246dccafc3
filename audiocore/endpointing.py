"""Voice activity to speech events: when someone began, paused, went on, and was done.

What does it do: smooths one decision per 20 ms frame into ``SpeechStarted`` / ``SpeechPaused`` /
``SpeechResumed`` / ``SpeechEnded``.

How does it work: media time only. Speech starts when enough of the last frames were speech, pauses
after a short silence (work may begin), and ends after a longer one: how long is told while the
speaker pauses, by how finished the words sound (:func:`wait_ms`). A pause that is broken resumes.
Silence counts from the last frame that sounded; a detector may hold on to speech for longer, and
nobody is finished while it does.

How do I use it: one :class:`Endpointer` per call; ``step`` every frame; give the events to the turn
table; ``expect`` a wait as soon as something is known about the words.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import Literal

from audiocore.events import SpeechEnded, SpeechEvent, SpeechPaused, SpeechResumed, SpeechStarted
from audiocore.units import FRAME_MS, FRAME_SAMPLES

Patience = Literal["eager", "balanced", "patient"]
"""How long a silence is waited out before the speaker counts as finished."""

UNKNOWN = 0.5
"""Probability of being finished while nothing is known about the words."""


@dataclass(frozen=True, slots=True)
class EndpointingOptions:
    """How eager the ear is. All values but ``patience`` are milliseconds, rounded up to frames."""

    patience: Patience = "balanced"
    """The assistant's own; a node of its flow may be more eager or more patient by one step."""
    start_ms: int = 80
    """Speech needed within ``start_window_ms`` before someone is taken to speak."""
    start_window_ms: int = 120
    interrupt_ms: int = 20
    """Speech needed within ``interrupt_window_ms`` while we speak: being silent for a moment costs
    less than talking on."""
    interrupt_window_ms: int = 60
    resume_ms: int = 40
    """Unbroken sound that ends a pause."""
    pause_ms: int = 100
    """Silence after which a reply is prepared."""
    min_end_ms: int = 200
    """Silence after which a speaker who sounds finished is taken to be."""
    max_end_ms: int = 1_200
    """Silence after which any speaker is."""
    max_utterance_ms: int = 28_000
    """A longer utterance is ended by force; recognisers take at most 30 s."""

    def __post_init__(self) -> None:
        if self.patience not in _PATIENCE:
            raise ValueError(f"patience must be one of {', '.join(_PATIENCE)}")
        if not 0 < self.start_ms <= self.start_window_ms:
            raise ValueError("start_ms must be positive and at most start_window_ms")
        if not 0 < self.interrupt_ms <= self.interrupt_window_ms <= self.start_window_ms:
            raise ValueError(
                "interrupt_ms must be positive, at most interrupt_window_ms, and that at most "
                "start_window_ms"
            )
        if not 0 < self.pause_ms < self.min_end_ms:
            raise ValueError("pause_ms must be positive and less than min_end_ms")
        if self.min_end_ms > self.max_end_ms:
            raise ValueError("min_end_ms must be at most max_end_ms")
        if self.resume_ms <= 0:
            raise ValueError("resume_ms must be positive")
        if self.max_utterance_ms <= self.max_end_ms:
            raise ValueError("max_utterance_ms must be more than max_end_ms")


_PATIENCE: dict[Patience, float] = {"eager": 2.0, "balanced": 1.0, "patient": 0.5}
"""Exponent of doubt: the larger, the less a doubt makes us wait."""


def combined(assistant: Patience, node: Patience) -> Patience:
    """The assistant's patience, one step more eager or more patient where the flow wants it."""
    order: list[Patience] = list(_PATIENCE)
    balanced = order.index("balanced")
    step = order.index(assistant) + order.index(node) - balanced
    return order[min(max(step, 0), len(order) - 1)]


def believed(finished: float, confidence: float) -> float:
    """Probability of being finished, as judged by words that are right with ``confidence``, 0..1.

    Words that were not understood say nothing: the less they can be relied on, the nearer to
    :data:`UNKNOWN`.
    """
    return UNKNOWN + (finished - UNKNOWN) * confidence


def wait_ms(finished: float, patience: Patience, options: EndpointingOptions) -> int:
    """Silence to wait out when the words are finished with probability ``finished``, 0..1, in whole
    frames.

    From ``min_end_ms`` at 1 to ``max_end_ms`` at 0, geometrically in the doubt, because a wait is
    felt by its ratio to others; the patience bends the way between. With the defaults, a speaker of
    whom nothing is known is given 320, 480 or 720 ms.
    """
    doubt = math.pow(1 - min(max(finished, 0.0), 1.0), _PATIENCE[patience])
    wait = options.min_end_ms * math.pow(options.max_end_ms / options.min_end_ms, doubt)
    return round(wait / FRAME_MS) * FRAME_MS


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
        self._wait = 0
        self._started = 0
        self._last_sound = 0
        self._run = 0

    @property
    def now_samples(self) -> int:
        """Media time: samples of all frames so far."""
        return self._now

    def dismiss(self) -> None:
        """Nobody speaks, whatever it was that sounded like it."""
        self._speaking = self._paused = False
        self._recent.clear()

    @property
    def last_sound_samples(self) -> int:
        """Media time up to which somebody who speaks, or spoke last, made a sound."""
        return self._last_sound

    @property
    def silence_ms(self) -> int | None:
        """How long somebody who speaks has been silent; None when nobody speaks."""
        if not self._speaking:
            return None
        return (self._now - self._last_sound) // FRAME_SAMPLES * FRAME_MS

    def expect(self, wait_ms: int) -> None:
        """End the present pause after this much silence, at once if it has been that long.

        It is kept within the options' bounds. The next pause knows nothing of it; outside of a
        pause nothing changes.
        """
        if self._paused:
            self._wait = wait_ms

    def step(
        self, speech: bool, quiet: bool = False, *, interrupting: bool = False
    ) -> tuple[SpeechEvent, ...]:
        """Advance by one 20 ms frame and return what happened, in order.

        Args:
            speech: what the detector says.
            quiet: the level has sunk to where no speech is, though the detector may hold on.
            interrupting: whoever begins to speak now speaks over us.
        """
        sounds = speech and not quiet
        began = self._now
        self._now += FRAME_SAMPLES
        self._recent.append(speech)
        self._run = self._run + 1 if sounds else 0
        if not self._speaking:
            return self._wait_for_speech(speech, began, interrupting)
        if sounds and (not self._paused or self._run >= _frames(self._options.resume_ms)):
            self._last_sound = self._now
        return self._follow_speech(speech)

    def _wait_for_speech(
        self, speech: bool, began: int, interrupting: bool
    ) -> tuple[SpeechEvent, ...]:
        options = self._options
        needed, window = (
            (options.interrupt_ms, options.interrupt_window_ms)
            if interrupting
            else (options.start_ms, options.start_window_ms)
        )
        if not speech or sum(list(self._recent)[-_frames(window) :]) < _frames(needed):
            return ()
        first = list(self._recent).index(True)
        self._speaking, self._paused = True, False
        self._started = began - (len(self._recent) - 1 - first) * FRAME_SAMPLES
        self._last_sound = self._now
        return (SpeechStarted(self._started),)

    def _follow_speech(self, speech: bool) -> tuple[SpeechEvent, ...]:
        options = self._options
        silence = (self._now - self._last_sound) // FRAME_SAMPLES
        forced = self._now - self._started >= _frames(options.max_utterance_ms) * FRAME_SAMPLES
        events: list[SpeechEvent] = []
        if self._paused and silence == 0:
            self._paused = False
            events.append(SpeechResumed(self._now - self._run * FRAME_SAMPLES))
        if not self._paused and (forced or silence >= _frames(options.pause_ms)):
            self._paused = True
            self._wait = wait_ms(UNKNOWN, options.patience, options)
            events.append(SpeechPaused(self._last_sound))
        wait = min(max(self._wait, options.min_end_ms), options.max_end_ms)
        waited = silence >= _frames(options.max_end_ms if speech else wait)
        if forced or waited:
            self.dismiss()
            events.append(SpeechEnded(self._last_sound))
        return tuple(events)
