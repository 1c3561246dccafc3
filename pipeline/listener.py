"""One call's ear: caller audio in, speech events and the utterance out.

What does it do: puts frames in order, bridges gaps, decodes, asks the detector, and turns its
decisions into speech events. Our own echo, and a room that was found to speak to nobody, are not
speech.

How does it work: media time only, synchronous: no await, no thread, no model but the VAD.

How do I use it: ``receive`` what the carrier sends and take the events in order; ``pcm_16k`` is
what the caller has said in this turn; ``forget`` once it belongs to no turn to come.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from audiocore import g711
from audiocore.conceal import Concealer
from audiocore.crowd import Background, CrowdOptions, Sound
from audiocore.dtmf import DtmfDetector
from audiocore.echo import EchoGuard, EchoOptions
from audiocore.endpointing import Endpointer, EndpointingOptions
from audiocore.events import DtmfReceived, SpeechEvent, SpeechStarted
from audiocore.framing import Framer
from audiocore.jitter import JitterRing
from audiocore.level import Level, dbfs
from audiocore.resample import Upsampler2
from audiocore.units import FRAME_MS, FRAME_SAMPLES
from audiocore.utterance import Utterance
from audiocore.voice import Voice, VoiceOptions
from pipeline.interfaces.engines import Vad

MAX_AGE_MS = 60_000
"""Caller audio that a stalled connection delivers later than this is dropped."""

LATEST_MS = 500
"""Caller audio that comes later than this is taken to have been spoken that much later."""


class Listener:
    """From the wire to speech events."""

    def __init__(
        self,
        vad: Vad,
        options: EndpointingOptions,
        pre_roll_ms: int,
        *,
        inband_digits: bool = False,
        voice: VoiceOptions = VoiceOptions(),  # noqa: B008 (it is frozen)
        crowd: CrowdOptions = CrowdOptions(),  # noqa: B008 (it is frozen)
        echo: EchoOptions = EchoOptions(),  # noqa: B008 (it is frozen)
        played: Callable[[float], bytes] = lambda now_ms: b"",
        observe: Callable[[bytes, bool], None] = lambda ulaw_8k, speech: None,
    ) -> None:
        """One call's.

        Args:
            vad: belongs to this call.
            options: how eager the ear is.
            pre_roll_ms: kept from before speech was noticed.
            inband_digits: keys are heard in the audio, and are no speech.
            voice: what a detector's probability is worth.
            crowd: what is no single voice.
            echo: what our own voice may come back like.
            played: the mu-law at the caller's ear in the 20 ms until then; empty in silence.
            observe: told of every 20 ms, as mu-law, and whether it was speech.
        """
        self._vad = vad
        self._voice = Voice(voice)
        self._played = played
        self._observe = observe
        self._echo = EchoGuard(echo)
        self._crowd = crowd
        self._background = Background(crowd)
        self._arrival_ms = math.inf
        self._interrupting = self._deaf = False
        self.sound = Sound()
        """What has sounded since speech last started."""
        self._dtmf = DtmfDetector() if inband_digits else None
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
        self,
        ulaw_8k: bytes,
        timestamp_ms: int | None,
        now_ms: float,
        *,
        interrupting: bool = False,
        deaf: bool = False,
    ) -> Iterator[SpeechEvent | DtmfReceived]:
        """Take audio of any length; what happened, frame by frame.

        Args:
            ulaw_8k: what the carrier sent.
            timestamp_ms: when it begins, where the carrier tells.
            now_ms: the clock.
            interrupting: whoever begins to speak now speaks over us.
            deaf: speech is not heeded now.
        """
        self._interrupting, self._deaf = interrupting, deaf
        for at_ms, frame in self._framer.push(ulaw_8k, timestamp_ms):
            self._jitter.push_at(at_ms, frame, now_ms)
            while (due := self._jitter.pop_ready(now_ms)) is not None:
                if due:
                    yield from self._hear(self._concealer.receive(g711.ulaw_decode(due)), now_ms)
                else:
                    yield from self._hear(self._concealer.conceal(FRAME_SAMPLES), now_ms)

    def _hear(self, pcm_8k: bytes, now_ms: float) -> Iterator[SpeechEvent | DtmfReceived]:
        if self._dtmf is not None:
            yield from map(DtmfReceived, self._dtmf.process(pcm_8k))
        pcm_16k = self._upsampler.process(pcm_8k)
        echo = self._is_echo(pcm_8k, now_ms)
        # Our own words are not for the recogniser to find.
        self._utterance.append(bytes(len(pcm_16k)) if echo else pcm_16k)
        level = dbfs(pcm_8k)
        beginning = self._endpointer.silence_ms is None
        probability = self._vad.probability(pcm_8k, pcm_16k)
        speech = (
            self._voice.step(probability, eager=self._interrupting and beginning)
            & (not echo)
            & (self._dtmf is None or not self._dtmf.held)
            & (not (self._background.covers(level) and self._interrupting))
        )
        self._observe(g711.ulaw_encode(pcm_8k), speech)
        self.sound.add(level, speech, probability)
        quiet = self._level.quiet(level, speech)
        heeded = speech and not self._deaf
        for event in self._endpointer.step(heeded, quiet, interrupting=self._interrupting):
            if isinstance(event, SpeechStarted):
                self._utterance.hold()
                self.sound = Sound()
                self.sound.add(level, speech, probability)
            yield event

    def _is_echo(self, pcm_8k: bytes, now_ms: float) -> bool:
        # A frame that was held up on its way was sent when the ones before it suggest.
        self._arrival_ms = max(min(self._arrival_ms + FRAME_MS, now_ms), now_ms - LATEST_MS)
        played = g711.ulaw_decode(self._played(self._arrival_ms))
        return self._echo.explains(pcm_8k, played)

    @property
    def crowded(self) -> bool:
        """Whether a crowd has sounded for so long that it need not be listened to."""
        options = self._crowd
        return self.sound.length_ms >= options.dismiss_ms and self.sound.is_crowd(options)

    def dismiss(self) -> None:
        """What sounds is a crowd: nobody speaks, and over us it is not speech from now on."""
        self._background.dismiss(self.sound)
        self._endpointer.dismiss()

    def mistaken(self) -> None:
        """What sounded over us was nobody who wanted to interrupt."""
        self._voice.mistaken()

    def pcm_16k(self) -> bytes:
        """What the caller has said so far in this turn, with a little from before it."""
        return self._utterance.pcm_16k()

    def forget(self) -> None:
        """What was said so far belongs to no turn to come."""
        self._utterance.forget()
