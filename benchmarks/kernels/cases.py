"""The tasks: what is raced against what."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import ModuleType
from typing import Any, cast

import numpy as np

from audiocore import _kernels
from benchmarks.kernels import peers
from benchmarks.kernels.dict_buffer import DictBuffer
from benchmarks.kernels.quality import Stream
from benchmarks.kernels.timing import FRAMES, Case, Contestant

Builds = dict[str, ModuleType | None]
Present = Callable[..., Sequence[Contestant]]
"""Of these peers, by name, those that are installed and can do the rates that follow."""
# A frame; an utterance; and a minute, which nearly fills a core's cache: with two of them only the
# quick would be given the second, and find it cold.
SIZES = ((160, FRAMES, "20 ms"), (40_000, 5, "5 s"), (480_000, 1, "60 s"))


def noise(samples: int, count: int) -> list[bytes]:
    """Frames of Laplacian noise, whose amplitudes are spread as those of speech are."""
    random = np.random.default_rng(20)
    x = random.laplace(0, 3000, (count, samples)).clip(-32768, 32767)
    return [frame.astype("<i2").tobytes() for frame in x]


def cases(builds: Builds) -> tuple[list[Case], dict[str, str]]:
    """All cases, and the peers that are missing with the reason."""
    missing: dict[str, str] = {}

    def present(
        factories: dict[str, Callable[..., Contestant]], *rates: int
    ) -> Sequence[Contestant]:
        found = []
        for name, factory in factories.items():
            try:
                found.append(factory(*rates))
            except LookupError:
                continue  # not for these rates
            except (ImportError, OSError) as reason:
                missing[name] = str(reason)
        return found

    every = [*codecs(builds, present), *resamplers(builds, present)]
    return [*every, frame_path(builds, present), jitter(builds)], missing


def codecs(builds: Builds, present: Present) -> Iterator[Case]:
    """Mu-law both ways and in bulk, and A-law."""
    for samples, count, size in SIZES:
        pcm = noise(samples, count)
        codes = [_kernels.ulaw_encode(frame) for frame in pcm]
        decoders = [*ours(builds, lambda k: k.ulaw_decode), *present(peers.DECODERS)]
        encoders = [*ours(builds, lambda k: k.ulaw_encode), *present(peers.ENCODERS)]
        yield Case(f"mu-law decode, {size}", codes, decoders, samples)
        yield Case(f"mu-law encode, {size}", pcm, encoders, samples)
    alone = ours(builds, lambda k: k.alaw_decode)
    yield Case("A-law decode, 20 ms", noise(80, FRAMES), alone, 160)
    alone = ours(builds, lambda k: k.alaw_encode)
    yield Case("A-law encode, 20 ms", noise(160, FRAMES), alone, 160)


def resamplers(builds: Builds, present: Present) -> Iterator[Case]:
    """Between the telephone and the recogniser, and from the rates of voices."""
    for in_rate, out_rate in ((8000, 16000), (16000, 8000)):
        kind = "Upsampler2" if out_rate > in_rate else "Downsampler2"
        mine = [
            contestant
            for phase in ("minimum", "linear")
            for contestant in ours(builds, partial(doubler, kind, phase), f" {phase}")
        ]
        yield resampling(in_rate, out_rate, mine, present(peers.RESAMPLERS, in_rate, out_rate))
    for in_rate, out_rate in (
        (22050, 8000),
        (24000, 8000),
        (44100, 8000),
        (48000, 8000),
        (8000, 24000),
    ):
        mine = ours(builds, partial(resampler, in_rate, out_rate))
        yield resampling(in_rate, out_rate, mine, present(peers.RESAMPLERS, in_rate, out_rate))


def doubler(kind: str, phase: str, kernels: Any) -> Stream:
    return cast(Stream, getattr(kernels, kind)(phase).process)


def resampler(in_rate: int, out_rate: int, kernels: Any) -> Stream:
    return cast(Stream, kernels.Resampler(in_rate, out_rate).process)


def ours(
    builds: Builds, make: Callable[[Any], Callable[[bytes], object]], suffix: str = ""
) -> list[Contestant]:
    return [
        Contestant(name + suffix, partial(make, kernels or _kernels))
        for name, kernels in builds.items()
    ]


def resampling(
    in_rate: int, out_rate: int, mine: Sequence[Contestant], others: Sequence[Contestant]
) -> Case:
    samples = in_rate // 50
    return Case(
        f"{in_rate / 1000:g} to {out_rate / 1000:g} kHz, 20 ms",
        noise(samples, FRAMES),
        [*mine, *others],
        samples,
        (in_rate, out_rate),
    )


def frame_path(builds: Builds, present: Present) -> Case:
    """Mu-law to 8 and 16 kHz PCM in one call, against its parts and against what peers offer."""

    def fused(kernels: Any) -> Callable[[bytes], object]:
        call = kernels.Upsampler2().process_ulaw_into
        pcm, doubled = bytearray(320), bytearray(640)
        return lambda codes: call(codes, pcm, doubled)

    def parts(kernels: Any) -> Callable[[bytes], object]:
        decode, double = kernels.ulaw_decode_into, kernels.Upsampler2().process_into
        pcm, doubled = bytearray(320), bytearray(640)

        def both(codes: bytes) -> None:
            decode(codes, pcm)
            double(pcm, doubled)

        return both

    def audioop_and_soxr() -> Contestant:
        decode = peers.audioop().ulaw2lin
        resampler = peers.soxr_stream("HQ")(8000, 16000).make

        def make() -> Callable[[bytes], object]:
            double = resampler()
            return lambda codes: double(decode(codes, 2))

        return Contestant("audioop + soxr HQ", make)

    return Case(
        "mu-law to 8 and 16 kHz PCM, 20 ms",
        [_kernels.ulaw_encode(frame) for frame in noise(160, FRAMES)],
        [
            *ours(builds, fused, " fused"),
            *ours(builds, parts, " in two calls"),
            *present({"audioop + soxr HQ": audioop_and_soxr}),
        ],
        160,
    )


def jitter(builds: Builds) -> Case:
    """Push and pop of one frame, called alike: every contestant pays for the same Python."""

    def buffer(make: Callable[[], Any]) -> Callable[[bytes], object]:
        ring = make()
        push, pop = ring.push, ring.pop
        seq = 0

        def both(payload: bytes) -> object:
            nonlocal seq
            seq += 1
            now_ms = 20.0 * seq
            push(seq & 0xFFFF, payload, now_ms)
            return pop(now_ms)

        return both

    class Queue:
        """Keeps order and nothing else."""

        def __init__(self) -> None:
            self.frames = deque([b""] * 6)

        def push(self, seq: int, payload: bytes, now_ms: float) -> None:
            self.frames.append(payload)

        def pop(self, now_ms: float) -> bytes:
            return self.frames.popleft()

    class Nothing:
        def push(self, seq: int, payload: bytes, now_ms: float) -> None: ...
        def pop(self, now_ms: float) -> None: ...

    return Case(
        "jitter buffer, push and pop of 20 ms",
        [b"\xff" * 160] * FRAMES,
        [
            *ours(builds, lambda k: buffer(k.JitterRing)),
            Contestant("dict, same checks", lambda: buffer(DictBuffer)),
            Contestant("deque, no checks", lambda: buffer(Queue)),
            Contestant("(two empty calls)", lambda: buffer(Nothing)),
        ],
        160,
    )
