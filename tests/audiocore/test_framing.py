"""Framing: any payload length, stamped with media time."""

from hypothesis import given
from hypothesis import strategies as st

from audiocore.framing import Framer


@given(st.binary(max_size=2_000), st.lists(st.integers(1, 400), max_size=40), st.booleans())
def test_frames_are_the_audio_whatever_the_chunks(
    audio: bytes, chunks: list[int], stamped: bool
) -> None:
    framer = Framer()
    frames, at = [], 0
    for size in [*chunks, len(audio)]:
        chunk, stamp = audio[at : at + size], at // 8
        frames += framer.push(chunk, stamp if stamped else None)
        at += len(chunk)
    assert b"".join(frame for _, frame in frames) == audio[: len(audio) - len(audio) % 160]
    for index, (begins_ms, frame) in enumerate(frames):
        assert len(frame) == 160
        assert abs(begins_ms - index * 20) < 1


def test_a_jump_in_time_shows_in_the_frames() -> None:
    framer = Framer()
    framer.push(bytes(160), 0)
    assert [at for at, _ in framer.push(bytes(320), 100)] == [100, 120]


def test_a_fragment_does_not_travel_across_a_gap() -> None:
    framer = Framer()
    framer.push(b"\x01" * 80, 0)
    assert framer.push(b"\x02" * 160, 500) == [(500, b"\x02" * 160)]
