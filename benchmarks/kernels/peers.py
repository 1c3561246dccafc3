"""The peers: how each is called, and why one is missing.

Every factory returns a fresh contestant and raises ImportError or OSError where the peer is not
installed.
"""

import ctypes
import ctypes.util
import importlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.kernels.timing import Contestant

SPEEX_QUALITY = (0, 3, 5)


def library(name: str, *files: str) -> ctypes.CDLL:
    """A C library by its soname; OSError names the Debian package to install."""
    for file in (*files, ctypes.util.find_library(name)):
        if file:
            try:
                return ctypes.CDLL(file)
            except OSError:
                continue
    raise OSError(f"no lib{name} on this machine")


def audioop() -> Any:
    """The module of the standard library up to Python 3.12; audioop-lts from PyPI after that."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return importlib.import_module("audioop")


# --- G.711 -------------------------------------------------------------------------------------


def audioop_decode() -> Contestant:
    decode = audioop().ulaw2lin
    return Contestant("audioop", lambda: lambda codes: decode(codes, 2))


def audioop_encode() -> Contestant:
    encode = audioop().lin2ulaw
    return Contestant("audioop", lambda: lambda pcm: encode(pcm, 2))


def numpy_decode() -> Contestant:
    from audiocore import g711

    table = np.frombuffer(g711.ulaw_decode(bytes(range(256))), "<i2")
    return Contestant("numpy table", lambda: lambda c: table[np.frombuffer(c, np.uint8)].tobytes())


def numpy_encode() -> Contestant:
    from audiocore import g711

    every = np.arange(65536, dtype=np.uint16).view(np.int16)
    table = np.frombuffer(g711.ulaw_encode(every.tobytes()), np.uint8)
    return Contestant("numpy table", lambda: lambda p: table[np.frombuffer(p, "<u2")].tobytes())


def spandsp_codec(decode: bool) -> Contestant:
    lib = library("spandsp", "libspandsp.so.2")
    lib.g711_init.restype = ctypes.c_void_p
    lib.g711_init.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int]
    state = lib.g711_init(None, 64000, 1)  # G711_ULAW
    call = lib.g711_decode if decode else lib.g711_encode
    call.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    out = ctypes.create_string_buffer(2 << 20)
    width = 1 if decode else 2
    return Contestant(
        "spandsp (C)",
        lambda: lambda data: call(state, out, data, len(data) // width),
        lambda: lambda data: call(state, out, data, len(data) // width * 0),
    )


def pyav_codec(decode: bool) -> Contestant:
    av: Any = importlib.import_module("av")

    def make() -> Callable[[bytes], object]:
        codec = av.CodecContext.create("pcm_mulaw", "r" if decode else "w")
        codec.sample_rate = 8000
        codec.layout = "mono"
        if decode:
            codec.open()
            return lambda data: codec.decode(av.Packet(data))[0].to_ndarray().tobytes()
        codec.format = "s16"
        codec.open()

        def encode(pcm: bytes) -> bytes:
            frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None], layout="mono")
            frame.sample_rate = 8000
            return b"".join(bytes(packet) for packet in codec.encode(frame))

        return encode

    make()
    return Contestant("PyAV", make)


def to_bytes(y: npt.NDArray[Any]) -> bytes:
    """Floating point back to 16-bit PCM."""
    return bytes(np.rint(y).clip(-32768, 32767).astype("<i2").tobytes())


# --- resamplers --------------------------------------------------------------------------------


def ratecv(in_rate: int, out_rate: int) -> Contestant:
    convert = audioop().ratecv

    def make() -> Callable[[bytes], bytes]:
        state = None

        def process(pcm: bytes) -> bytes:
            nonlocal state
            out, state = convert(pcm, 2, 1, in_rate, out_rate, state)
            return bytes(out)

        return process

    return Contestant("audioop", make)


def soxr_stream(quality: str) -> Callable[[int, int], Contestant]:
    def contestant(in_rate: int, out_rate: int) -> Contestant:
        soxr: Any = importlib.import_module("soxr")

        def make() -> Callable[[bytes], bytes]:
            stream = soxr.ResampleStream(in_rate, out_rate, 1, dtype="int16", quality=quality)
            process = stream.resample_chunk
            return lambda pcm: bytes(process(np.frombuffer(pcm, "<i2")).data)

        return Contestant(f"soxr {quality}", make)

    return contestant


def scipy_poly(in_rate: int, out_rate: int) -> Contestant:
    """Keeps no state between chunks, so its quality cannot be compared."""
    resample_poly: Any = importlib.import_module("scipy.signal").resample_poly
    divisor = int(np.gcd(in_rate, out_rate))
    up, down = out_rate // divisor, in_rate // divisor

    def process(pcm: bytes) -> bytes:
        x = np.frombuffer(pcm, "<i2").astype(np.float32)
        return to_bytes(resample_poly(x, up, down))

    return Contestant("scipy resample_poly", lambda: process, judged=False)


def numpy_half_band(in_rate: int, out_rate: int) -> Contestant:
    """Our linear-phase doubling filter, written as a NumPy user would."""
    if (in_rate, out_rate) != (8000, 16000):
        raise LookupError
    from audiocore.resample import Upsampler2

    stream = Upsampler2("linear")
    impulse = np.array([16384], "<i2").tobytes()
    response = np.frombuffer(stream.process(impulse) + stream.flush(), "<i2").astype(np.float32)
    taps = response / 16384

    def make() -> Callable[[bytes], bytes]:
        line = np.zeros(len(taps) - 1, np.float32)

        def process(pcm: bytes) -> bytes:
            nonlocal line
            x = np.frombuffer(pcm, "<i2")
            stuffed = np.zeros(2 * len(x), np.float32)
            stuffed[::2] = x
            line = np.concatenate([line[-(len(taps) - 1) :], stuffed])
            y = np.convolve(line, taps, "valid")
            return to_bytes(y)

        return process

    return Contestant("numpy convolve", make)


def pyav_resampler(in_rate: int, out_rate: int) -> Contestant:
    av: Any = importlib.import_module("av")

    def make() -> Callable[[bytes], bytes]:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=out_rate)

        def process(pcm: bytes) -> bytes:
            frame = av.AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2")[None], layout="mono")
            frame.sample_rate = in_rate
            return b"".join(part.to_ndarray().tobytes() for part in resampler.resample(frame))

        return process

    return Contestant("PyAV swresample", make)


def libsamplerate(converter: str) -> Callable[[int, int], Contestant]:
    def contestant(in_rate: int, out_rate: int) -> Contestant:
        samplerate: Any = importlib.import_module("samplerate")

        def make() -> Callable[[bytes], bytes]:
            resampler = samplerate.Resampler(converter)
            ratio = out_rate / in_rate

            def process(pcm: bytes) -> bytes:
                y = resampler.process(np.frombuffer(pcm, "<i2").astype(np.float32), ratio)
                return to_bytes(y)

            return process

        return Contestant(f"libsamplerate {converter}", make)

    return contestant


def webrtc_by_2(in_rate: int, out_rate: int) -> Contestant:
    """``WebRtcSpl_UpsampleBy2`` and ``DownsampleBy2``: three all-pass sections per phase."""
    if out_rate not in (2 * in_rate, in_rate // 2):
        raise LookupError
    lib = library("webrtc_audio_processing", "libwebrtc_audio_processing.so.1")
    call = lib.WebRtcSpl_UpsampleBy2 if out_rate > in_rate else lib.WebRtcSpl_DownsampleBy2
    call.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    call.restype = None
    samples = in_rate // 50

    def timed(count: int) -> Callable[[], Callable[[bytes], object]]:
        def make() -> Callable[[bytes], object]:
            state = (ctypes.c_int32 * 8)()
            out = ctypes.create_string_buffer(4 * samples)
            return lambda pcm: call(pcm, count, out, state)

        return make

    def stream() -> Callable[[bytes], bytes]:
        state = (ctypes.c_int32 * 8)()
        out = ctypes.create_string_buffer(4 * samples)

        def process(pcm: bytes) -> bytes:
            call(pcm, len(pcm) // 2, out, state)
            return out.raw[: len(pcm) * out_rate // in_rate]

        return process

    return Contestant("WebRTC by-2 (C)", timed(samples), timed(0), stream)


def speexdsp(quality: int) -> Callable[[int, int], Contestant]:
    def contestant(in_rate: int, out_rate: int) -> Contestant:
        lib = library("speexdsp", "libspeexdsp.so.1")
        lib.speex_resampler_init.restype = ctypes.c_void_p
        lib.speex_resampler_init.argtypes = [ctypes.c_uint32] * 3 + [ctypes.c_int, ctypes.c_void_p]
        call = lib.speex_resampler_process_int
        pointer = ctypes.POINTER(ctypes.c_uint32)
        call.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p, pointer, ctypes.c_void_p, pointer,
        ]  # fmt: skip
        room = 8 * max(in_rate, out_rate) // 50

        def timed(full: bool) -> Callable[[], Callable[[bytes], object]]:
            def make() -> Callable[[bytes], object]:
                state = lib.speex_resampler_init(1, in_rate, out_rate, quality, None)
                out = ctypes.create_string_buffer(room)
                given, made = ctypes.c_uint32(), ctypes.c_uint32()
                samples = in_rate // 50 if full else 0

                def process(pcm: bytes) -> None:
                    given.value = samples
                    made.value = room // 2
                    call(state, 0, pcm, given, out, made)

                return process

            return make

        def stream() -> Callable[[bytes], bytes]:
            state = lib.speex_resampler_init(1, in_rate, out_rate, quality, None)
            out = ctypes.create_string_buffer(room)
            given, made = ctypes.c_uint32(), ctypes.c_uint32()

            def process(pcm: bytes) -> bytes:
                given.value = len(pcm) // 2
                made.value = room // 2
                call(state, 0, pcm, given, out, made)
                return out.raw[: 2 * made.value]

            return process

        return Contestant(f"speexdsp q{quality} (C)", timed(True), timed(False), stream)

    return contestant


RESAMPLERS: dict[str, Callable[[int, int], Contestant]] = {
    "audioop": ratecv,
    **{f"soxr {q}": soxr_stream(q) for q in ("QQ", "LQ", "HQ", "VHQ")},
    "WebRTC by-2 (C)": webrtc_by_2,
    **{f"speexdsp q{q} (C)": speexdsp(q) for q in SPEEX_QUALITY},
    "PyAV swresample": pyav_resampler,
    **{f"libsamplerate {c}": libsamplerate(c) for c in ("sinc_fastest", "sinc_medium")},
    "scipy resample_poly": scipy_poly,
    "numpy convolve": numpy_half_band,
}
DECODERS: dict[str, Callable[[], Contestant]] = {
    "audioop": audioop_decode,
    "numpy table": numpy_decode,
    "spandsp (C)": lambda: spandsp_codec(True),
    "PyAV": lambda: pyav_codec(True),
}
ENCODERS: dict[str, Callable[[], Contestant]] = {
    "audioop": audioop_encode,
    "numpy table": numpy_encode,
    "spandsp (C)": lambda: spandsp_codec(False),
    "PyAV": lambda: pyav_codec(False),
}
