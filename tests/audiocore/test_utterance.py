"""The utterance buffer: pre-roll, hold, forget, bounds."""

from audiocore.utterance import Utterance


def frame(value: int) -> bytes:
    return bytes([value]) * 640


def test_speech_is_kept_with_a_little_from_before() -> None:
    utterance = Utterance(pre_roll_ms=40, max_ms=1_000)
    for value in range(5):
        utterance.append(frame(value))
    utterance.hold()
    for value in range(5, 8):
        utterance.append(frame(value))
    assert utterance.pcm_16k() == b"".join(frame(value) for value in range(3, 8))


def test_forgetting_keeps_the_latest_moments() -> None:
    utterance = Utterance(pre_roll_ms=40, max_ms=1_000)
    utterance.hold()
    for value in range(5):
        utterance.append(frame(value))
    utterance.forget()
    assert utterance.pcm_16k() == frame(3) + frame(4)
    utterance.append(frame(5))
    assert utterance.pcm_16k() == frame(4) + frame(5)


def test_memory_is_bounded_and_the_latest_wins() -> None:
    utterance = Utterance(pre_roll_ms=40, max_ms=100)
    utterance.hold()
    for value in range(50):
        utterance.append(frame(value))
    assert utterance.pcm_16k() == b"".join(frame(value) for value in range(45, 50))
