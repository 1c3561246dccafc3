"""G.711 against ITU-T G.191, exhaustively, and its refusal of bad buffers."""

import array
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiocore import g711
from audiocore.units import ULAW_SILENCE

ALL_SAMPLES = np.arange(-32768, 32768, dtype="<i2")
ALL_CODES = bytes(range(256))
LAWS = {
    "ulaw": (g711.ulaw_encode, g711.ulaw_encode_into, g711.ulaw_decode, g711.ulaw_decode_into),
    "alaw": (g711.alaw_encode, g711.alaw_encode_into, g711.alaw_decode, g711.alaw_decode_into),
}
# CRC-32 of what the G.191 reference makes of every sample, and of every code.
REFERENCE_CRC = {"ulaw": (0x6399D432, 0x0C847A9F), "alaw": (0x9133796E, 0x9D764657)}
ITU_VECTORS = Path(__file__).parents[3] / "shared" / "speech" / "g711_itu"

law = pytest.mark.parametrize("law", LAWS)


@law
def test_every_input_equals_the_reference(law: str) -> None:
    encode, _, decode, _ = LAWS[law]
    encoded_crc, decoded_crc = REFERENCE_CRC[law]
    assert zlib.crc32(encode(ALL_SAMPLES)) == encoded_crc
    assert zlib.crc32(decode(ALL_CODES)) == decoded_crc


@pytest.mark.skipif(not ITU_VECTORS.is_dir(), reason="the ITU-T sweep vectors are not here")
@pytest.mark.parametrize(("law", "suffix"), [("ulaw", "u"), ("alaw", "a")])
def test_itu_sweep_vectors(law: str, suffix: str) -> None:
    encode, _, decode, _ = LAWS[law]
    sweep = (ITU_VECTORS / "sweep.src").read_bytes()
    codes = np.fromfile(ITU_VECTORS / f"sweep-r.{suffix}", dtype="<u2").astype(np.uint8)
    decoded = (ITU_VECTORS / f"sweep-r.re{suffix}").read_bytes()
    assert encode(sweep) == codes.tobytes()
    assert decode(codes.tobytes()) == decoded


@pytest.mark.parametrize(
    ("samples", "code"),
    [
        (range(4), 0xFF),
        ([4], 0xFE),
        (range(-4, 0), 0x7F),
        ([-5], 0x7E),
        ([31611], 0x81),
        (range(31612, 32768), 0x80),
        (range(-32768, -31612), 0x00),
    ],
)
def test_ulaw_edges(samples: list[int], code: int) -> None:
    assert set(g711.ulaw_encode(array.array("h", samples))) == {code}


@law
def test_codes_survive_a_round_trip(law: str) -> None:
    encode, _, decode, _ = LAWS[law]
    codes = bytearray(encode(decode(ALL_CODES)))
    if law == "ulaw":
        assert codes[0x7F] == 0xFF  # both zeros decode to 0, which encodes as the positive one
        codes[0x7F] = 0x7F
    assert bytes(codes) == ALL_CODES


@law
def test_decoding_what_was_encoded_is_monotone(law: str) -> None:
    encode, _, decode, _ = LAWS[law]
    heard = np.frombuffer(decode(encode(ALL_SAMPLES)), dtype="<i2").astype(int)
    assert (np.diff(heard) >= 0).all()


def test_reference_tones() -> None:
    """The 0 dBm0 1 kHz sequences of G.711, tables 5 and 6."""
    ulaw = g711.ulaw_decode(bytes.fromhex("1e0b0b1e9e8b8b9e"))
    alaw = g711.alaw_decode(bytes.fromhex("342121 34b4a1a1b4".replace(" ", "")))
    assert np.abs(np.frombuffer(ulaw, "<i2")).tolist() == [8828, 20860, 20860, 8828] * 2
    assert np.abs(np.frombuffer(alaw, "<i2")).tolist() == [8960, 20992, 20992, 8960] * 2


def test_silence() -> None:
    assert g711.ulaw_encode(bytes(2)) == ULAW_SILENCE
    assert g711.alaw_encode(bytes(2)) == b"\xd5"


@law
@given(pcm=st.binary(max_size=4000).map(lambda b: b[: len(b) // 2 * 2]), shift=st.integers(0, 3))
def test_into_equals_returning_at_any_address(law: str, pcm: bytes, shift: int) -> None:
    encode, encode_into, decode, decode_into = LAWS[law]
    source = memoryview(bytearray(shift) + pcm)[shift:]
    codes = bytearray(b"?" * (len(pcm) // 2 + shift + 1))
    assert encode_into(source, memoryview(codes)[shift:]) == len(pcm) // 2
    assert codes == b"?" * shift + encode(pcm) + b"?"
    heard = bytearray(b"?" * (len(pcm) + shift + 1))
    assert decode_into(memoryview(codes)[shift:-1], memoryview(heard)[shift:]) == len(pcm) // 2
    assert heard == b"?" * shift + decode(encode(pcm)) + b"?"


@law
@given(
    samples=st.lists(st.integers(-32768, 32767), max_size=200),
    shift=st.integers(0, 3),
)
def test_a_code_depends_on_its_sample_alone(law: str, samples: list[int], shift: int) -> None:
    """Whatever stands beside it, and wherever the last block of a buffer ends."""
    encode, _, decode, _ = LAWS[law]
    every_code, every_sample = encode(ALL_SAMPLES), decode(ALL_CODES)
    pcm = bytes(shift) + array.array("h", samples).tobytes()
    codes = encode(memoryview(pcm)[shift:])
    assert codes == bytes(every_code[sample + 32768] for sample in samples)
    heard = b"".join(every_sample[2 * code : 2 * code + 2] for code in codes)
    assert decode(codes) == heard


@law
def test_large_buffers_equal_small_ones(law: str) -> None:
    """Above 16 KiB the work happens without the GIL."""
    encode, _, decode, _ = LAWS[law]
    assert encode(ALL_SAMPLES) == b"".join(encode(part) for part in np.split(ALL_SAMPLES, 512))
    assert decode(ALL_CODES * 100) == decode(ALL_CODES) * 100


@law
@pytest.mark.parametrize(
    "same",
    [
        bytes,
        bytearray,
        memoryview,
        lambda b: array.array("h", b),
        lambda b: np.frombuffer(b, "<i2"),
    ],
)
def test_any_buffer_is_taken(law: str, same: object) -> None:
    encode, _, _, _ = LAWS[law]
    pcm = ALL_SAMPLES[::97].tobytes()
    assert encode(same(pcm)) == encode(pcm)  # type: ignore[operator]


@law
@pytest.mark.parametrize(
    ("pcm", "error"),
    [
        (b"odd", ValueError),
        (memoryview(bytes(8))[::2], BufferError),
        (np.zeros(4, np.float32), ValueError),
        (np.zeros((4, 4), "<i2")[:, 1], (BufferError, ValueError)),
        ("text", TypeError),
        ([1, 2], TypeError),
        (None, TypeError),
    ],
)
def test_bad_pcm_is_refused(law: str, pcm: object, error: type[Exception]) -> None:
    encode, encode_into, _, _ = LAWS[law]
    out = bytearray(b"untouched" * 10)
    with pytest.raises(error):
        encode(pcm)  # type: ignore[arg-type]
    with pytest.raises(error):
        encode_into(pcm, out)  # type: ignore[arg-type]
    assert out == b"untouched" * 10


@law
def test_codes_must_be_bytes(law: str) -> None:
    _, _, decode, _ = LAWS[law]
    with pytest.raises(ValueError, match="one byte per code"):
        decode(array.array("h", [1]))


@law
@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda n: bytearray(n - 1), ValueError),
        (lambda n: bytes(n), BufferError),
        (lambda n: memoryview(bytearray(2 * n))[::2], BufferError),
        (lambda n: memoryview(bytearray(n)).toreadonly(), BufferError),
        (lambda n: n, TypeError),
    ],
)
def test_bad_destinations_are_refused_before_any_write(
    law: str, make: object, error: type[Exception]
) -> None:
    _, encode_into, _, decode_into = LAWS[law]
    for into, source, needed in ((encode_into, bytes(320), 160), (decode_into, bytes(160), 320)):
        out = make(needed)  # type: ignore[operator]
        with pytest.raises(error):
            into(source, out)
        if isinstance(out, bytes | bytearray):
            assert not any(out)


@law
def test_overlap_is_refused_before_any_write(law: str) -> None:
    _, encode_into, _, decode_into = LAWS[law]
    whole = bytearray(ALL_CODES * 2)
    view = memoryview(whole)
    for into, source, out in (
        (encode_into, view[:100], view[99:]),
        (decode_into, view[100:150], view[1:]),
        (decode_into, view[:50], view[:100]),
    ):
        with pytest.raises(ValueError, match="overlap"):
            into(source, out)
    assert whole == ALL_CODES * 2
    assert encode_into(view[:100], view[100:]) == 50  # side by side is fine
