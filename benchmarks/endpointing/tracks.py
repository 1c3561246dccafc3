"""What a call's ear makes of a clip: every decision that endpointing takes, made once."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from audiocore.endpointing import Endpointer, EndpointingOptions, believed
from audiocore.events import SpeechPaused, SpeechResumed
from audiocore.g711 import ulaw_decode
from audiocore.level import Level, dbfs
from audiocore.resample import Upsampler2
from audiocore.units import FRAME_SAMPLES
from audiocore.voice import Voice
from pipeline import app
from pipeline.engines.silero import GatedVad, SileroModel
from pipeline.engines.webrtc_vad import WebrtcVad
from pipeline.flow import end_of_turn
from pipeline.workers import Worker

WITHIN_DB = 30.0
"""Of the level that a tenth of all frames reach: what lies below is silence."""
SHORTEST_PAUSE_MS = 200
"""Inner pauses from here on count, as in livekit/eot-bench."""
ENDLESS = EndpointingOptions(min_end_ms=60_000, max_end_ms=60_000, max_utterance_ms=600_000)


@dataclass(frozen=True, slots=True)
class Track:
    """One clip, frame by frame."""

    decisions: tuple[tuple[bool, bool], ...]
    """Speech, and quiet: what :meth:`audiocore.endpointing.Endpointer.step` takes."""
    finished: dict[int, float]
    """By the frame of a pause: probability that its words were all."""
    end: int
    """First frame after the last sound."""
    pauses: int
    """Inner pauses of :data:`SHORTEST_PAUSE_MS` or more."""


class Ear:
    """The models of a call, as configured."""

    def __init__(self) -> None:
        configured = app.configuration()
        self._silero = SileroModel()
        self._recognizer = app.load_recognizer(configured, lambda _: None)
        self._model = app.load_language_model(configured, lambda _: None)
        self._worker = Worker("llm")

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def hear(self, ulaw_8k: bytes) -> Track:
        """Listen to one clip."""
        vad, voice = GatedVad(WebrtcVad(), self._silero), Voice()
        level, upsampler = Level(), Upsampler2()
        levels, decisions, pcm_16k = [], [], bytearray()
        for frame in _frames(ulaw_decode(ulaw_8k)):
            up = upsampler.process(frame)
            speech = voice.step(vad.probability(frame, up))
            decisions.append((speech, level.quiet(dbfs(frame), speech)))
            levels.append(dbfs(frame))
            pcm_16k += up
        loud = sorted(levels)[-len(levels) // 10]
        end = max(i for i, db in enumerate(levels) if db > loud - WITHIN_DB) + 1

        finished: dict[int, float] = {}
        pauses, paused_at = 0, 0
        endpointer = Endpointer(ENDLESS)
        for number, (speech, quiet) in enumerate(decisions):
            for event in endpointer.step(speech, quiet):
                match event:
                    case SpeechPaused(at):
                        paused_at = at
                        words = bytes(pcm_16k[: (number + 1) * FRAME_SAMPLES * 4])
                        finished[number] = self._finished(words)
                    case SpeechResumed(at) if (at - paused_at) // 8 >= SHORTEST_PAUSE_MS:
                        pauses += 1
        return Track(tuple(decisions), finished, end, pauses)

    def _finished(self, pcm_16k: bytes) -> float:
        heard = self._recognizer.transcribe(pcm_16k)
        asked = end_of_turn.finished(self._model, self._worker, "help", heard.text)
        return believed(asyncio.run(asked), heard.confidence)


def _frames(pcm_8k: bytes) -> Iterator[bytes]:
    size = 2 * FRAME_SAMPLES
    for at in range(0, len(pcm_8k) - size + 1, size):
        yield pcm_8k[at : at + size]
