"""One call's ear: caller audio in, speech events and the utterance out.

What does it do: puts frames in order, bridges gaps, decodes, asks the detector, and turns its
decisions into speech events.

How does it work: media time only, synchronous: no await, no thread, no model but the VAD.

How do I use it: ``receive`` what the carrier sends and take the events in order; ``pcm_16k`` is
what the caller has said in this turn; ``forget`` once it belongs to no turn to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from audiocore import g711
from audiocore.conceal import Concealer
from audiocore.endpointing import Endpointer, EndpointingOptions
from audiocore.events import SpeechEvent, SpeechStarted
from audiocore.framing import Framer
from audiocore.jitter import JitterRing
from audiocore.level import Level
from audiocore.resample import Upsampler2
from audiocore.units import FRAME_SAMPLES
from audiocore.utterance import Utterance
from pipeline.interfaces import Vad

MAX_AGE_MS = 60_000
"""Caller audio that a stalled connection delivers later than this is dropped."""


class Listener:
    """From the wire to speech events."""

    def __init__(
        self,
        vad: Vad,
        options: EndpointingOptions,
        pre_roll_ms: int,
        observe: Callable[[bytes, bool], None] = lambda ulaw_8k, speech: None,
    ) -> None:
        """Nothing has been heard yet.

        Args:
            vad: belongs to this call.
            options: of endpointing.
            pre_roll_ms: audio kept from before speech was noticed.
            observe: told of every frame, and of what the detector says of it.
        """
        self._vad = vad
        self._observe = observe
        self._framer = Framer()
        # Carriers over TCP deliver in order and late rather than never: no frame waits, none is
        # too old, and a missing one is known as soon as the next is there.
        self._jitter = JitterRing(FRAME_SAMPLES, target_ms=0, max_age_ms=MAX_AGE_MS)
        self._concealer = Concealer()
        self._upsampler = Upsampler2()
        self._level = Level()
        self._endpointer = Endpointer(options)
        self._utterance = Utterance(pre_roll_ms)

    @property
    def now_samples(self) -> int:
        """Media time: 8 kHz samples of caller audio since the stream began."""
        return self._endpointer.now_samples

    @property
    def silence_ms(self) -> int | None:
        """How long a caller who speaks has been silent; None when nobody speaks."""
        return self._endpointer.silence_ms

    @property
    def last_sound_samples(self) -> int:
        """Media time up to which the caller has made a sound."""
        return self._endpointer.last_sound_samples

    def expect(self, wait_ms: int) -> None:
        """End the present pause after this much silence."""
        self._endpointer.expect(wait_ms)

    def receive(
        self, ulaw_8k: bytes, timestamp_ms: int | None, now_ms: float
    ) -> Iterator[SpeechEvent]:
        """Take audio of any length; what happened, frame by frame."""
        for at_ms, frame in self._framer.push(ulaw_8k, timestamp_ms):
            self._jitter.push_at(at_ms, frame, now_ms)
            while (due := self._jitter.pop_ready(now_ms)) is not None:
                if due:
                    yield from self._hear(self._concealer.receive(g711.ulaw_decode(due)))
                else:
                    yield from self._hear(self._concealer.conceal(FRAME_SAMPLES))

    def _hear(self, pcm_8k: bytes) -> Iterator[SpeechEvent]:
        pcm_16k = self._upsampler.process(pcm_8k)
        self._utterance.append(pcm_16k)
        speech = self._vad.is_speech(pcm_8k, pcm_16k)
        self._observe(g711.ulaw_encode(pcm_8k), speech)
        quiet = self._level.quiet(pcm_8k, speech)
        for event in self._endpointer.step(speech, quiet):
            if isinstance(event, SpeechStarted):
                self._utterance.hold()
            yield event

    def pcm_16k(self) -> bytes:
        """What the caller has said so far in this turn, with a little from before it."""
        return self._utterance.pcm_16k()

    def forget(self) -> None:
        """What was said so far belongs to no turn to come."""
        self._utterance.forget()
