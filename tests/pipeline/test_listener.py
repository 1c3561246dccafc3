"""The ear: from the wire to speech events and the utterance."""

import math
import struct

from audiocore.endpointing import EndpointingOptions
from audiocore.events import DtmfReceived, SpeechEnded, SpeechEvent, SpeechPaused, SpeechStarted
from audiocore.g711 import ulaw_decode, ulaw_encode
from pipeline.listener import Listener
from tests.pipeline.conftest import SILENT, VOICE, LoudnessVad


class HoldingVad(LoudnessVad):
    """Lets go of speech only 100 ms after it."""

    def __init__(self) -> None:
        self.held = 0

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        self.held = 6 if super().probability(pcm_8k, pcm_16k) else max(0, self.held - 1)
        return float(self.held > 0)


def listen(listener: Listener, *audio: bytes) -> list[SpeechEvent | DtmfReceived]:
    return [event for piece in audio for event in listener.receive(piece, None, 0.0)]


def test_one_utterance_from_any_cut_of_the_stream() -> None:
    audio = SILENT * 10 + VOICE * 20 + SILENT * 60
    whole = listen(Listener(LoudnessVad(), EndpointingOptions(), 300), audio)
    assert [type(event) for event in whole] == [SpeechStarted, SpeechPaused, SpeechEnded]
    pieces = [audio[at : at + 37] for at in range(0, len(audio), 37)]
    assert listen(Listener(LoudnessVad(), EndpointingOptions(), 300), *pieces) == whole


def test_silence_counts_from_the_sound_and_not_from_the_detector() -> None:
    listener = Listener(HoldingVad(), EndpointingOptions(), 300)
    events = listen(listener, SILENT * 10 + VOICE * 20 + SILENT * 5)
    assert listener.silence_ms == 100
    assert events[-1] == SpeechPaused(30 * 160)
    assert listener.last_sound_samples == 30 * 160


class HalfSureVad(LoudnessVad):
    """Half believes what is loud."""

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        return 0.4 * super().probability(pcm_8k, pcm_16k)


def test_who_may_be_speaking_over_us_is_heeded_at_once_and_believed_no_more_than_that() -> None:
    listener = Listener(HalfSureVad(), EndpointingOptions(), 300)
    assert listen(listener, VOICE * 20) == []
    assert list(listener.receive(VOICE, None, 0.0, interrupting=True)) == [SpeechStarted(20 * 160)]
    assert listener.sound.speech_ms == 20
    assert listener.sound.voice == 0.4
    listener = Listener(HalfSureVad(), EndpointingOptions(), 300)
    listener.mistaken()
    assert not list(listener.receive(VOICE, None, 0.0, interrupting=True))


def louder(ulaw_8k: bytes, times: float) -> bytes:
    samples = struct.iter_unpack("<h", ulaw_decode(ulaw_8k))
    return ulaw_encode(b"".join(struct.pack("<h", round(s * times)) for (s,) in samples))


def test_our_own_voice_is_not_for_the_recogniser() -> None:
    listener = Listener(LoudnessVad(), EndpointingOptions(), 300, played=lambda now_ms: VOICE)
    for number in range(40):
        frame = louder(VOICE, 3.0 if number >= 30 else 0.25)
        list(listener.receive(frame, None, 20.0 * number, interrupting=True))
    heard = listener.pcm_16k()
    caller = 10 * 640
    assert len(heard) > caller
    assert not any(heard[:-caller])
    assert all(any(heard[at : at + 640]) for at in range(len(heard) - caller, len(heard), 640))


def test_keys_are_heard_where_they_are_not_signalled_and_are_no_speech() -> None:
    tones = [
        sum(8_000 * math.sin(2 * math.pi * hertz * i / 8_000) for hertz in (770, 1_336))
        for i in range(800)
    ]
    five = ulaw_encode(struct.pack("<800h", *map(round, tones)))
    audio = SILENT * 10 + five + SILENT * 60
    hearing = Listener(LoudnessVad(), EndpointingOptions(), 300, inband_digits=True)
    assert listen(hearing, audio) == [DtmfReceived("5")]
    deaf = listen(Listener(LoudnessVad(), EndpointingOptions(), 300), audio)
    assert [type(event) for event in deaf] == [SpeechStarted, SpeechPaused, SpeechEnded]


def test_a_wait_can_be_told() -> None:
    listener = Listener(LoudnessVad(), EndpointingOptions(), 300)
    listen(listener, VOICE * 20 + SILENT * 6)
    listener.expect(200)
    assert listen(listener, SILENT * 3) == []
    assert listen(listener, SILENT) == [SpeechEnded(20 * 160)]
    assert listener.silence_ms is None


def test_the_utterance_begins_before_it_was_noticed_and_is_forgotten() -> None:
    listener = Listener(LoudnessVad(), EndpointingOptions(), 100)
    listen(listener, SILENT * 50 + VOICE * 20)
    assert len(listener.pcm_16k()) > 400 * 32
    listener.forget()
    assert len(listener.pcm_16k()) == 100 * 32
