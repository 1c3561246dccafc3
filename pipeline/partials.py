"""Recognises ahead, so that the words are there when the pause is, and sooner where that helps.

What does it do: whenever the caller is silent for a moment, too short to be a pause, what was said
so far is recognised. If the moment becomes a pause, the attempt that begins then takes these words
instead of asking for its own. Where words are of use while the caller still speaks, what was said
so far is also recognised again and again, and two results in a row tell which words are stable.

How does it work: the audio of a pause is the audio of the moment before it and a little more
silence, so the words are the same. A recogniser that is busy is not asked, and everybody else's
work goes before.

How do I use it: ``listen`` after every frame; ``take`` when a pause has come; ``forget`` when what
was said belongs to no turn to come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from audiocore.agreement import Agreement, Caption
from audiocore.units import ms_to_samples
from pipeline.interfaces.engines import Recognizer, Transcript
from pipeline.listener import Listener
from pipeline.workers import Errand, Priority, Worker, errand

DIP_MS = 60
"""Silence after which no sound of the last word is missing."""


class Partial:
    """What has been said up to a moment, recognised or about to be."""

    def __init__(
        self,
        pcm_16k: bytes,
        began_ms: float,
        recognizer: Recognizer,
        worker: Worker,
        heard: Callable[[Transcript], None],
    ) -> None:
        """Begin at once, as work that gives way to all other; ``heard`` is told the words."""
        self.began_ms = began_ms
        self.priority: Callable[[], Priority] = lambda: Priority.PARTIAL
        """Whoever comes to need the words says how badly."""
        self._task = asyncio.create_task(self._recognise(pcm_16k, recognizer, worker, heard))
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _recognise(
        self,
        pcm_16k: bytes,
        recognizer: Recognizer,
        worker: Worker,
        heard: Callable[[Transcript], None],
    ) -> Transcript:
        errand.set(Errand(priority=lambda: self.priority()))
        words = await worker.run(recognizer.transcribe, pcm_16k)
        heard(words)
        return words

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

    def __init__(
        self,
        recognizer: Recognizer,
        worker: Worker,
        every_ms: int = 0,
        heard: Callable[[Caption], None] = lambda caption: None,
    ) -> None:
        """Nothing begins yet.

        Args:
            recognizer, worker: who recognises.
            every_ms: of speech that is recognised while it goes on, if wanted; 0 is never.
            heard: told whenever words come.
        """
        self._recognizer = recognizer
        self._worker = worker
        self._every = ms_to_samples(every_ms)
        self._heard = heard
        self._partial: Partial | None = None
        self._agreement = Agreement()
        self._until = -1
        self._asked = 0

    def listen(self, listener: Listener, now_ms: float, *, speaking: bool = False) -> None:
        """Begin to recognise if this is the moment to; ``speaking``: words are wanted while the
        caller speaks."""
        silence_ms, now = listener.silence_ms, listener.now_samples
        if silence_ms is None:
            self._asked = now
            return
        said_more = self._until < now - ms_to_samples(silence_ms)
        dips = silence_ms >= DIP_MS and said_more
        grows = speaking and silence_ms == 0 and 0 < self._every <= now - self._asked
        if not self._worker.idle or not (dips or (grows and self._free)):
            return
        self.cancel()
        self._until = self._asked = now
        agreement = self._agreement

        def heard(words: Transcript) -> None:
            if agreement is self._agreement:
                self._heard(agreement.hear(words.text))

        self._partial = Partial(listener.pcm_16k(), now_ms, self._recognizer, self._worker, heard)

    @property
    def _free(self) -> bool:
        return self._partial is None or self._partial.done

    def take(self, last_sound_samples: int) -> Partial | None:
        """The partial that holds everything up to ``last_sound_samples``; the taker's from now."""
        partial, self._partial = self._partial, None
        current = self._until > last_sound_samples
        self._until = max(self._until, last_sound_samples)
        return partial if current else None

    def forget(self) -> None:
        """What was said so far belongs to no turn to come."""
        self.cancel()
        self._agreement = Agreement()

    def cancel(self) -> None:
        """Stop what is under way. Idempotent."""
        if self._partial is not None:
            self._partial.cancel()
            self._partial = None
