"""Our own voice coming back is known as such; the caller's is not taken for it."""

import math
import random
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore.echo import EchoGuard, EchoOptions
from audiocore.g711 import ulaw_decode, ulaw_encode
from audiocore.units import FRAME_SAMPLES, ms_to_samples

DELAYS = st.integers(0, 470)
GAINS = st.integers(-40, -8)


def voice(seed: int, seconds: float, level: float = 6_000) -> list[float]:
    """Something with the envelope of speech: syllables of noise, of any length and level."""
    rng = random.Random(seed)
    samples: list[float] = []
    while len(samples) < seconds * 8_000:
        length = rng.randrange(600, 2_400)
        height = level * rng.uniform(0.1, 1)
        samples += [
            height * math.sin(math.pi * i / length) * rng.uniform(-1, 1) for i in range(length)
        ]
        samples += [0.0] * rng.choice([0, 0, 400, 1_600])
    return samples[: round(seconds * 8_000)]


def line(samples: list[float]) -> list[bytes]:
    """Through mu-law, as 20 ms frames."""
    pcm = struct.pack(f"<{len(samples)}h", *(round(max(-32768, min(32767, s))) for s in samples))
    pcm = ulaw_decode(ulaw_encode(pcm))
    return [pcm[i : i + 320] for i in range(0, len(pcm) - 319, 320)]


def echo(samples: list[float], gain_db: float, delay_ms: int) -> list[float]:
    """Late and soft, with a second path 20 ms behind the first."""
    gain = 10 ** (gain_db / 20)
    delayed = [0.0] * ms_to_samples(delay_ms) + samples
    second = [0.0] * ms_to_samples(delay_ms + 20) + samples
    return [gain * (a + 0.4 * b) for a, b in zip(delayed, second, strict=False)][: len(samples)]


def level(frame: bytes) -> float:
    samples = struct.unpack("<160h", frame)
    return math.sqrt(sum(s * s for s in samples) / FRAME_SAMPLES)


@given(st.integers(0, 99), GAINS, DELAYS)
def test_echo_is_explained_from_the_first_frame_on(seed: int, gain_db: int, delay_ms: int) -> None:
    agent = voice(seed, 4)
    guard = EchoGuard()
    explained = [
        guard.explains(received, played)
        for received, played in zip(line(echo(agent, gain_db, delay_ms)), line(agent), strict=True)
    ]
    assert explained.count(False) <= 0.02 * len(explained)


@given(st.integers(0, 99), st.integers(-40, -20), DELAYS)
def test_the_caller_is_heard_over_echo(seed: int, gain_db: int, delay_ms: int) -> None:
    agent, caller = voice(seed, 4), [0.0] * 24_000 + voice(seed + 100, 1)
    mixed = [a + b for a, b in zip(echo(agent, gain_db, delay_ms), caller, strict=True)]
    guard = EchoGuard()
    heard = [
        not guard.explains(received, played)
        for received, played in zip(line(mixed), line(agent), strict=True)
    ]
    loud = [at for at, frame in enumerate(line(caller)) if level(frame) > 1_500]
    assert sum(heard[at] for at in loud) >= 0.9 * len(loud)


def test_without_echo_the_caller_is_heard_soon_after_we_began_to_speak() -> None:
    agent, caller = voice(1, 3), [0.0] * 12_000 + voice(2, 1.5, level=1_500)
    guard = EchoGuard()
    heard = [not guard.explains(r, p) for r, p in zip(line(caller), line(agent), strict=True)]
    loud = [at for at, frame in enumerate(line(caller)) if level(frame) > 300]
    assert sum(heard[at] for at in loud) >= 0.95 * len(loud)
    assert guard.gain_db < -30


def test_delay_and_gain_are_found() -> None:
    agent = voice(3, 6)
    guard = EchoGuard()
    for received, played in zip(line(echo(agent, -20, 150)), line(agent), strict=True):
        guard.explains(received, played)
    assert guard.delay_ms == pytest.approx(160, abs=20)
    assert guard.gain_db == pytest.approx(-19, abs=4)


def test_while_we_are_silent_nothing_is_echo() -> None:
    guard = EchoGuard()
    assert not any(guard.explains(frame, b"") for frame in line(voice(4, 1)))


def test_what_we_said_half_a_second_ago_may_still_come_back_and_later_it_may_not() -> None:
    agent = voice(5, 2)
    guard = EchoGuard()
    returning = line(echo(agent, -20, 400) + [0.0] * 16_000)
    for received, played in zip(returning, line(agent), strict=False):
        guard.explains(received, played)
    assert guard.explains(line(echo(agent[-4_000:], -20, 0))[5], b"")
    for _ in range(40):
        guard.explains(bytes(320), b"")
    assert not guard.explains(returning[60], b"")


def test_options_that_cannot_work_are_refused() -> None:
    with pytest.raises(ValueError, match="longest_ms"):
        EchoOptions(longest_ms=0)
    with pytest.raises(ValueError, match="start_db"):
        EchoOptions(start_db=3)
