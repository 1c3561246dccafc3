"""Streaming resamplers: exact bits, chunking, delay, quality, flushing."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore import g711
from audiocore.resample import Downsampler2, Resampler, StreamResampler, Upsampler2

RAMP = ((np.arange(8000) * 7919) % 65536 - 32768).astype("<i2")
STREAMS = {
    "up-minimum": lambda: Upsampler2(),
    "up-linear": lambda: Upsampler2("linear"),
    "down-minimum": lambda: Downsampler2(),
    "down-linear": lambda: Downsampler2("linear"),
    **{
        f"{a}-{b}": lambda a=a, b=b: Resampler(a, b)
        for a, b in [
            *((rate, 8000) for rate in (16000, 22050, 24000, 44100, 48000)),
            *((8000, rate) for rate in (16000, 22050, 24000, 44100, 48000)),
            (22050, 16000),
            (44100, 48000),
            (8000, 8000),
        ]
    },
}
every_stream = pytest.mark.parametrize("name", STREAMS)


def rates(name: str) -> tuple[int, int]:
    if name.startswith("up"):
        return 8000, 16000
    if name.startswith("down"):
        return 16000, 8000
    a, b = name.split("-")
    return int(a), int(b)


def samples(pcm: bytes) -> np.ndarray:
    return np.frombuffer(pcm, "<i2").astype(float)


def tone(hz: float, rate: int, seconds: float = 1.0, amplitude: float = 20000.0) -> np.ndarray:
    return np.rint(
        amplitude * np.sin(2 * np.pi * hz / rate * np.arange(round(rate * seconds)))
    ).astype("<i2")


def level_db(pcm: np.ndarray, hz: float, rate: int, amplitude: float = 20000.0) -> float:
    """Level of one tone relative to `amplitude`, over the second half."""
    x = pcm[len(pcm) // 2 :]
    basis = np.exp(-2j * np.pi * hz / rate * np.arange(len(x)))
    return 20 * np.log10(max(abs(2 * np.mean(x * basis)) / amplitude, 1e-9))


@pytest.mark.parametrize(
    ("stream", "crc"),
    [
        (Upsampler2("linear"), 0x4510F1A3),
        (Downsampler2("linear"), 0x9030B3B3),
        (Upsampler2("minimum"), 0x204F6F3A),
        (Downsampler2("minimum"), 0x8BB84864),
    ],
)
def test_exact_bits(stream: StreamResampler, crc: int) -> None:
    assert zlib.crc32(stream.process(RAMP)) == crc


@every_stream
@given(data=st.data())
def test_chunking_changes_nothing(name: str, data: st.DataObject) -> None:
    pcm = RAMP[: data.draw(st.integers(0, 2500))]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(pcm)), max_size=8)))
    whole, chunked = STREAMS[name](), STREAMS[name]()
    parts = []
    for chunk in np.split(pcm, cuts):
        expected = chunked.max_output(len(chunk))
        if data.draw(st.booleans()):
            out = bytearray(2 * expected)
            assert chunked.process_into(chunk, out) == expected
            parts.append(bytes(out))
        else:
            parts.append(chunked.process(chunk))
            assert len(parts[-1]) == 2 * expected
    assert b"".join(parts) == whole.process(pcm)
    assert chunked.flush() == whole.flush()


@every_stream
def test_20_ms_give_20_ms_from_the_first_frame(name: str) -> None:
    in_rate, out_rate = rates(name)
    stream = STREAMS[name]()
    for i in range(5):
        pcm = np.resize(RAMP, in_rate // 50)
        assert len(stream.process(pcm)) == 2 * (out_rate // 50), i


@every_stream
def test_flush_completes_the_response_and_starts_anew(name: str) -> None:
    stream, again = STREAMS[name](), STREAMS[name]()
    first = stream.process(RAMP[:777]) + stream.flush()
    long_enough = again.process(np.concatenate([RAMP[:777], np.zeros(5000, "<i2")]))
    assert long_enough.startswith(first)
    assert not any(long_enough[len(first) :])
    assert stream.process(RAMP[:777]) + stream.flush() == first
    assert not any(stream.flush())


@every_stream
def test_reset_forgets(name: str) -> None:
    stream = STREAMS[name]()
    first = stream.process(RAMP[:1001])
    stream.reset()
    assert stream.process(RAMP[:1001]) == first


@every_stream
def test_a_constant_stays_itself(name: str) -> None:
    for value in (-32768, -1, 1, 12345, 32767):
        out = samples(STREAMS[name]().process(np.full(4000, value, "<i2")))
        assert (out[len(out) // 2 :] == value).all()


@every_stream
def test_full_scale_saturates_and_never_wraps(name: str) -> None:
    """The input that makes every product of the worst phase positive, both ways round."""
    stream = STREAMS[name]()
    impulse = np.zeros(2000, "<i2")
    impulse[0] = 32767
    response = samples(stream.process(impulse) + stream.flush())
    in_rate, out_rate = rates(name)
    divisor = np.gcd(in_rate, out_rate)
    up, down = out_rate // divisor, in_rate // divisor
    for phase in {0, 1, up // 2, up - 1}:
        worst = np.where(response[phase::up][::-1] < 0, -32768, 32767).astype("<i2")
        for pcm in (worst, ~worst):
            got = samples(STREAMS[name]().process(np.concatenate([pcm] * down)))
            assert got.min() >= -32768
            assert got.max() <= 32767
    square = np.repeat(np.array([32767, -32768] * 20, "<i2"), 200)
    got = samples(STREAMS[name]().process(square))
    settled = np.abs(got[len(got) // 10 :])
    assert np.median(settled) > 32000


@every_stream
def test_fused_equals_separate(name: str) -> None:
    codes = g711.ulaw_encode(RAMP)
    a, b = STREAMS[name](), STREAMS[name]()
    for chunk in (codes[:160], codes[160:163], codes[163:]):
        assert a.process_ulaw(chunk) == b.process(g711.ulaw_decode(chunk))
    for pcm in (RAMP[:320], RAMP[320:321], RAMP[321:]):
        assert a.process_to_ulaw(pcm) == g711.ulaw_encode(b.process(pcm))


@every_stream
@pytest.mark.parametrize("shift", [0, 1])
def test_any_address(name: str, shift: int) -> None:
    source = memoryview(bytes(shift) + RAMP.tobytes())[shift:]
    a, b = STREAMS[name](), STREAMS[name]()
    n = a.max_output(len(RAMP))
    out = bytearray(b"?" * (2 * n + shift + 1))
    assert a.process_into(source, memoryview(out)[shift:]) == n
    assert out == b"?" * shift + b.process(RAMP) + b"?"


@every_stream
def test_pass_band_is_flat_and_images_are_gone(name: str) -> None:
    in_rate, out_rate = rates(name)
    low = min(in_rate, out_rate)
    for part in (0.0125, 0.125, 0.25, 0.375, 0.4125, 0.425):
        out = samples(STREAMS[name]().process(tone(part * low, in_rate)))
        assert abs(level_db(out, part * low, out_rate)) < 0.03, part
        if out_rate > in_rate:
            assert level_db(out, low - part * low, out_rate) < -64, part
    if out_rate < in_rate:
        for part in (0.575, 0.6, 0.7, 0.8, 0.9):
            out = samples(STREAMS[name]().process(tone(part * low, in_rate)))
            assert level_db(out, low - part * low, out_rate) < -64, part


@every_stream
def test_stated_delay_is_the_measured_one(name: str) -> None:
    """The phase of a low tone gives the delay; all filters are near linear phase there."""
    in_rate, out_rate = rates(name)
    hz = 100.0
    stream = STREAMS[name]()
    out = samples(stream.process(tone(hz, in_rate)))
    x = out[len(out) // 2 :]
    n = np.arange(len(out) // 2, len(out))
    measured = np.angle(np.mean(x * np.exp(-2j * np.pi * hz / out_rate * n)) * 1j)
    assert -measured / (2 * np.pi * hz) * out_rate == pytest.approx(stream.delay_samples, abs=0.05)


def test_delays() -> None:
    assert Upsampler2("linear").delay_samples / 16 == 1.9375
    assert Downsampler2("linear").delay_samples / 8 == 1.875
    assert Upsampler2().delay_samples / 16 < 0.2
    assert Downsampler2().delay_samples / 8 < 0.2
    for rate in (22050, 24000, 44100, 48000):
        assert Resampler(rate, 8000).delay_samples / 8 < 2.2


@given(st.binary(max_size=1000))
def test_frame_path_equals_its_parts(codes: bytes) -> None:
    fused, separate = Upsampler2(), Upsampler2()
    pcm, doubled = bytearray(2 * len(codes)), bytearray(4 * len(codes))
    for _ in range(2):
        assert fused.process_ulaw_into(codes, pcm, doubled) == len(codes)
        assert pcm == g711.ulaw_decode(codes)
        assert doubled == separate.process(pcm)


def test_frame_path_refuses_bad_destinations_before_any_write() -> None:
    stream = Upsampler2()
    codes = bytes(range(160))
    for pcm, doubled in (
        (bytearray(319), bytearray(640)),
        (bytearray(320), bytearray(639)),
        (bytearray(320), bytes(640)),
    ):
        with pytest.raises((ValueError, BufferError)):
            stream.process_ulaw_into(codes, pcm, doubled)
        assert not any(pcm)
        assert not any(doubled)
    both = bytearray(900)
    with pytest.raises(ValueError, match="overlap"):
        stream.process_ulaw_into(codes, memoryview(both)[:320], memoryview(both)[200:])
    assert not any(both)
    assert stream.process_ulaw(codes) == Upsampler2().process_ulaw(codes)


@every_stream
def test_bad_buffers_leave_destination_and_stream_alone(name: str) -> None:
    stream = STREAMS[name]()
    out = bytearray(1)
    for source in (RAMP.tobytes()[:-1], RAMP[::2], RAMP.astype(np.float32), "text", RAMP):
        with pytest.raises((TypeError, ValueError, BufferError)):
            stream.process_into(source, out)
    whole = bytearray(RAMP.tobytes() * 8)
    with pytest.raises(ValueError, match="overlap"):
        stream.process_into(memoryview(whole)[:3200], memoryview(whole)[3000:])
    assert out == bytes(1)
    assert whole == RAMP.tobytes() * 8
    assert stream.process(RAMP) == STREAMS[name]().process(RAMP)


@pytest.mark.parametrize("bad", ["", "zero", "Linear"])
def test_unknown_phase(bad: str) -> None:
    for make in (Upsampler2, Downsampler2):
        with pytest.raises(ValueError, match="'minimum' or 'linear'"):
            make(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("a", "b"), [(0, 8000), (8000, 0), (-8000, 8000), (44101, 8000), (8000000, 8000)]
)
def test_impossible_rates(a: int, b: int) -> None:
    with pytest.raises(ValueError, match="Hz"):
        Resampler(a, b)


def test_max_output_refuses_less_than_nothing() -> None:
    with pytest.raises(ValueError, match="negative"):
        Upsampler2().max_output(-1)
