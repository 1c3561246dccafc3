"""Throws random operations at every kernel, for a build under a sanitizer or valgrind.

    python tests/audiocore/fuzz_kernels.py --operations 10000000

Each operation is one call with random lengths, addresses, values and mistakes. Only the exceptions
that the interface names may come back; destinations carry guard bytes that must survive; the jitter
ring's account must balance. What else goes wrong is for the sanitizer to see. The same seed repeats
the same run.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from audiocore import g711
from audiocore.conceal import Concealer
from audiocore.dtmf import DtmfDetector
from audiocore.jitter import JitterRing
from audiocore.resample import Downsampler2, Resampler, Upsampler2

REFUSALS = (TypeError, ValueError, BufferError)
GUARD = b"guardguard"
RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 7999)


class Fuzzer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.pool = self.random.randbytes(1 << 16)
        self.refused: Counter[str] = Counter()
        self.operations: list[Callable[[], None]] = [
            self.codec,
            self.codec_into,
            self.stream,
            self.stream_into,
            self.frame_path,
            self.renew,
            self.jitter_push,
            self.jitter_push,
            self.jitter_pop,
            self.jitter_renew,
            self.conceal,
            self.dtmf,
        ]
        self.streams: list[Any] = [Upsampler2(), Downsampler2("linear"), Resampler(22050, 8000)]
        self.ring = JitterRing()
        self.now_ms = 0.0
        self.seq = 0
        self.concealer = Concealer()
        self.detector = DtmfDetector()

    def run(self, operations: int) -> None:
        for done in range(operations):
            operation = self.random.choice(self.operations)
            try:
                operation()
            except REFUSALS:
                self.refused[operation.__name__] += 1
            if done % 1_000_000 == 999_999:
                print(f"{done + 1:,} operations, {self.refused.total():,} refused", flush=True)

    def data(self, most: int = 1400) -> Any:
        """Mostly short and even; sometimes at an odd address, of another type, or no buffer."""
        roll = self.random.random()
        size = int(self.random.random() ** 3 * most)
        if roll > 0.1:
            size &= ~1
        at = int(self.random.random() * (len(self.pool) - size))
        chunk = self.pool[at : at + size]
        if roll > 0.5:
            return chunk
        if roll > 0.3:
            return memoryview(self.pool)[at : at + size]
        if roll > 0.15:
            return bytearray(chunk)
        if roll > 0.1:
            return memoryview(bytes(size // 2 * 2)).cast("h")
        if roll > 0.07:
            return memoryview(chunk)[::2]
        if roll > 0.04:
            return memoryview(bytes(size // 4 * 4)).cast("f")
        return None if roll > 0.02 else "text"

    def destination(self, needed: int) -> tuple[Any, bytearray, int, int]:
        """A view of about `needed` bytes between guards, its memory, and where it lies."""
        shift = self.random.randrange(4)
        roll = self.random.random()
        size = needed if roll > 0.2 else max(0, needed + self.random.randrange(-3, 50))
        memory = bytearray(GUARD[:shift] + bytes(size) + GUARD)
        view = memoryview(memory)[shift : shift + size]
        return view if roll > 0.02 else view.toreadonly(), memory, shift, size

    def codec(self) -> None:
        function = self.random.choice(
            (g711.ulaw_decode, g711.ulaw_encode, g711.alaw_decode, g711.alaw_encode)
        )
        function(self.data(self.codec_bytes()))

    def codec_bytes(self) -> int:
        """Rarely so many that the GIL is released."""
        return 40_000 if self.random.random() < 0.01 else 1400

    def codec_into(self) -> None:
        source = self.data(self.codec_bytes())
        size = source.nbytes if isinstance(source, memoryview) else len(source or "")
        into, returning, decode = self.random.choice(
            (
                (g711.ulaw_decode_into, g711.ulaw_decode, True),
                (g711.alaw_decode_into, g711.alaw_decode, True),
                (g711.ulaw_encode_into, g711.ulaw_encode, False),
                (g711.alaw_encode_into, g711.alaw_encode, False),
            )
        )
        view, memory, shift, room = self.destination(2 * size if decode else size // 2)
        try:
            samples = into(source, view)
        except REFUSALS:
            assert not any(memory[shift : shift + room]), "written before it was refused"
            raise
        finally:
            self.check_guards(memory, shift)
        written = 2 * samples if decode else samples
        assert memory[shift : shift + written] == returning(source), "differs by address"

    def check_guards(self, memory: bytearray, shift: int) -> None:
        assert memory[:shift] == GUARD[:shift]
        assert memory[-len(GUARD) :] == GUARD

    def stream(self) -> None:
        stream = self.random.choice(self.streams)
        source = self.data(9000 if self.random.random() < 0.02 else 1400)
        self.random.choice((stream.process, stream.process_ulaw, stream.process_to_ulaw))(source)

    def stream_into(self) -> None:
        stream = self.random.choice(self.streams)
        source = self.data()
        size = source.nbytes if isinstance(source, memoryview) else len(source or "")
        view, memory, shift, _ = self.destination(2 * stream.max_output(size // 2))
        try:
            stream.process_into(source, view)
        finally:
            self.check_guards(memory, shift)

    def frame_path(self) -> None:
        source = self.data()
        size = source.nbytes if isinstance(source, memoryview) else len(source or "")
        plain, plain_memory, plain_shift, _ = self.destination(2 * size)
        twice, twice_memory, twice_shift, _ = self.destination(4 * size)
        try:
            self.streams[0].process_ulaw_into(source, plain, twice)
        finally:
            self.check_guards(plain_memory, plain_shift)
            self.check_guards(twice_memory, twice_shift)

    def renew(self) -> None:
        which = self.random.randrange(40)
        if which >= len(self.streams):
            stream = self.random.choice(self.streams)
            self.random.choice((stream.flush, stream.reset))()
        elif which == 0:
            self.streams[0] = Upsampler2(self.random.choice(("minimum", "linear")))
        elif which == 1:
            self.streams[1] = Downsampler2(self.random.choice(("minimum", "linear", "none")))
        else:
            self.streams[2] = Resampler(self.random.choice(RATES), self.random.choice(RATES))

    def jitter_push(self) -> None:
        roll = self.random.random()
        self.seq += 1 if roll < 0.95 else self.random.randrange(-200, 5000)
        seq = self.seq + (self.random.randrange(-40, 8) if roll < 0.2 else 0)
        payload = self.pool[:160] if roll < 0.98 else self.data(200)
        if roll < 0.5:
            self.ring.push(seq, payload, self.now_ms)
        else:
            self.ring.push_at(seq * 20 + self.random.randrange(-9, 9), payload, self.now_ms)
        self.balance()

    def jitter_pop(self) -> None:
        self.now_ms += self.random.choice((0, 20, 20, 20, 20, 21, 400))
        roll = self.random.random()
        if roll < 0.4:
            got = self.ring.pop(self.now_ms)
        elif roll < 0.6:
            got = self.ring.pop_ready(self.now_ms)
        else:
            view, memory, shift, _ = self.destination(160)
            try:
                self.ring.pop_into(view, self.now_ms)
            finally:
                self.check_guards(memory, shift)
            got = None
        assert not got or got == self.pool[:160] or len(got) == 160
        self.balance()

    def balance(self) -> None:
        s = self.ring.stats()
        assert s.received == s.played + s.held + s.late + s.duplicate + s.dropped, s

    def jitter_renew(self) -> None:
        roll = self.random.random()
        if roll < 0.02:
            self.ring.reset()
        elif roll < 0.03:
            self.ring = JitterRing(
                160,
                self.random.choice((0, 60, 120, 150, -1)),
                self.random.choice((100, 300, 1e9)),
                self.random.choice((200, 640, 5000)),
            )

    def conceal(self) -> None:
        if self.random.random() < 0.3:
            self.concealer.conceal(self.random.randrange(-2, 400))
        else:
            self.concealer.receive(self.data())
        if self.random.random() < 0.01:
            self.concealer.reset()

    def dtmf(self) -> None:
        self.detector.process(self.data())
        assert len(self.detector.held) <= 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--operations", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=711)
    options = parser.parse_args()
    fuzzer = Fuzzer(options.seed)
    fuzzer.run(options.operations)
    print(f"{options.operations:,} operations; refused: {dict(fuzzer.refused)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
