"""The ear: from the wire to speech events and the utterance."""

from audiocore.endpointing import EndpointingOptions
from audiocore.events import SpeechEnded, SpeechEvent, SpeechPaused, SpeechStarted
from pipeline.listener import Listener
from tests.pipeline.conftest import SILENT, VOICE, LoudnessVad


class HoldingVad(LoudnessVad):
    """Lets go of speech only 100 ms after it."""

    def __init__(self) -> None:
        self.held = 0

    def probability(self, pcm_8k: bytes, pcm_16k: bytes) -> float:
        self.held = 6 if super().probability(pcm_8k, pcm_16k) else max(0, self.held - 1)
        return float(self.held > 0)


def listen(listener: Listener, *audio: bytes) -> list[SpeechEvent]:
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
