"""Recognises ahead, so that the words are there when the pause is.

What does it do: whenever the caller is silent for a moment, too short to be a pause, what was said
so far is recognised. If the moment becomes a pause, the attempt that begins then takes these words
instead of asking for its own.

How does it work: the audio of a pause is the audio of the moment before it and a little more
silence, so the words are the same. A recogniser that is busy is not asked, and everybody else's
work goes before.

How do I use it: ``listen`` after every frame; ``take`` when a pause has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from audiocore.units import ms_to_samples
from pipeline.interfaces import Recognizer, Transcript
from pipeline.listener import Listener
from pipeline.workers import Errand, Priority, Worker, errand

DIP_MS = 60
"""Silence after which no sound of the last word is missing."""


class Partial:
    """What has been said up to a moment, recognised or about to be."""

    def __init__(self, pcm_16k: bytes, began_ms: float, recognizer: Recognizer, worker: Worker):
        """Begin at once, as work that gives way to all other."""
        self.began_ms = began_ms
        self.priority: Callable[[], Priority] = lambda: Priority.PARTIAL
        """Whoever comes to need the words says how badly."""
        self._task = asyncio.create_task(self._recognise(pcm_16k, recognizer, worker))
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _recognise(
        self, pcm_16k: bytes, recognizer: Recognizer, worker: Worker
    ) -> Transcript:
        errand.set(Errand(priority=lambda: self.priority()))
        return await worker.run(recognizer.transcribe, pcm_16k)

    @property
    def done(self) -> bool:
        """Nothing runs any more."""
        return self._task.done()

    async def transcript(self) -> Transcript:
        """The words. Whoever is cancelled while waiting for them cancels the work.

        Raises:
            EngineError: the recogniser failed, or was too busy.
        """
        return await self._task

    def cancel(self) -> None:
        """Nobody will need it. Idempotent."""
        self._task.cancel()


class Partials:
    """One call's partial, the newest."""

    def __init__(self, recognizer: Recognizer, worker: Worker) -> None:
        self._recognizer = recognizer
        self._worker = worker
        self._partial: Partial | None = None
        self._until = -1

    def listen(self, listener: Listener, now_ms: float) -> None:
        """Begin to recognise if this is the moment to."""
        silence_ms = listener.silence_ms
        if silence_ms is None or silence_ms < DIP_MS or not self._worker.idle:
            return
        if self._until >= listener.now_samples - ms_to_samples(silence_ms):
            return  # nothing was said since
        self.cancel()
        self._until = listener.now_samples
        self._partial = Partial(listener.pcm_16k(), now_ms, self._recognizer, self._worker)

    def take(self, last_sound_samples: int) -> Partial | None:
        """The partial that holds everything up to ``last_sound_samples``; the taker's from now."""
        partial, self._partial = self._partial, None
        current = self._until > last_sound_samples
        self._until = max(self._until, last_sound_samples)
        return partial if current else None

    def cancel(self) -> None:
        """Stop what is under way. Idempotent."""
        if self._partial is not None:
            self._partial.cancel()
            self._partial = None
