"""What a resampler does to the sound, measured from outside: tones in, least-squares fits out.

Works on any callable that takes a 20 ms chunk of 16-bit PCM and returns what it completes, so that
a peer is measured exactly as we are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Stream = Callable[[bytes], bytes]
Samples = npt.NDArray[np.float64]

AMPLITUDE = 20000.0
SECONDS = 1.0
# In units of the lower rate: 3.4 kHz and 4.6 kHz at 8 kHz.
PASS_EDGE, STOP_EDGE = 0.425, 0.575


@dataclass(frozen=True, slots=True)
class Quality:
    """All levels relative to the tone put in."""

    delay_ms: float
    """At 1 kHz: group delay of what comes out, plus the longest it waits inside for its chunk."""
    ripple_db: float
    """Greatest deviation from 0 dB between 300 Hz and 3.4 kHz."""
    stop_db: float
    """Worst image (going up) or alias (going down), the band beyond 4.6 kHz searched."""
    snr_db: float
    """One tone at 1 kHz against everything that is not that tone."""
    multitone_snr_db: float
    """Eight tones from 310 to 3299 Hz against everything that is not these."""


def measure(make: Callable[[], Stream], in_rate: int, out_rate: int) -> Quality:
    """Measure the resampler that `make` makes; a new one for each signal."""
    low = min(in_rate, out_rate)
    scale = low / 8000

    def gain(hertz: float, mirror: float | None = None) -> float:
        """From a tone at `hertz` to the output there or, fitted beside it, at its mirror."""
        y, _ = run(make(), tone([hertz], in_rate), in_rate)
        wanted = [hertz] if hertz < out_rate / 2 else []
        found = fit(y, [*wanted, mirror] if mirror else wanted, out_rate)
        return float(abs(found[-1]))

    pass_tones = np.linspace(300 * scale, PASS_EDGE * low, 15)
    ripple_db = max(abs(decibels(gain(hz))) for hz in pass_tones)
    stop_db = decibels(
        max((gain(hz, mirror) for hz, mirror in leaks(in_rate, out_rate)), default=0.0)
    )
    one = [997.0 * scale]
    eight = [hz * scale for hz in (310, 683, 1109, 1511, 1949, 2411, 2857, 3299)]
    return Quality(
        delay_ms=delay_ms(make, in_rate, out_rate, 1000 * scale),
        ripple_db=ripple_db,
        stop_db=stop_db,
        snr_db=snr(make, one, in_rate, out_rate),
        multitone_snr_db=snr(make, eight, in_rate, out_rate),
    )


def leaks(in_rate: int, out_rate: int) -> list[tuple[float, float]]:
    """Tones to put in, each with the frequency at which its image or alias would come out."""
    low, high = min(in_rate, out_rate), max(in_rate, out_rate)
    pairs = []
    for beyond in np.linspace(STOP_EDGE * low, 0.495 * high, 30 * high // low):
        folded = abs(beyond - round(beyond / low) * low)
        if 0.02 * low < folded < PASS_EDGE * low * 1.001:
            pairs.append((folded, beyond) if out_rate > in_rate else (beyond, folded))
    return pairs if in_rate != out_rate else []


def decibels(ratio: float) -> float:
    return 20 * float(np.log10(max(ratio, 1e-9)))


def tone(hertz: list[float], rate: int) -> npt.NDArray[np.int16]:
    t = np.arange(round(rate * SECONDS)) / rate
    x = sum(np.sin(2 * np.pi * hz * t + i * i) for i, hz in enumerate(hertz))
    return np.rint(AMPLITUDE / len(hertz) * np.asarray(x)).astype("<i2")


def chunks(pcm: npt.NDArray[np.int16], rate: int) -> Iterator[bytes]:
    """20 ms at a time."""
    step = rate // 50
    for start in range(0, len(pcm), step):
        yield pcm[start : start + step].tobytes()


def run(
    stream: Stream, pcm: npt.NDArray[np.int16], rate: int
) -> tuple[Samples, npt.NDArray[np.int64]]:
    """Output, and how many samples of it were there after each chunk."""
    out, counts = [], []
    total = 0
    for chunk in chunks(pcm, rate):
        y = np.frombuffer(stream(chunk), "<i2").astype(float)
        out.append(y)
        total += len(y)
        counts.append(total)
    return np.concatenate(out), np.array(counts)


def basis(n: npt.NDArray[np.int64], hertz: list[float], rate: int) -> Samples:
    angles = 2 * np.pi * np.outer(n, hertz) / rate
    return np.hstack([np.sin(angles), np.cos(angles)])


def fit(y: Samples, hertz: list[float], rate: int) -> npt.NDArray[np.complex128]:
    """Complex amplitude of each tone in the settled middle of y, 1 = what was put in."""
    n = np.arange(len(y) // 4, len(y) * 3 // 4)
    found, *_ = np.linalg.lstsq(basis(n, hertz, rate), y[n], rcond=None)
    count = len(hertz)
    return np.asarray((found[:count] + 1j * found[count:]) / AMPLITUDE, np.complex128)


def snr(make: Callable[[], Stream], hertz: list[float], in_rate: int, out_rate: int) -> float:
    y, _ = run(make(), tone(hertz, in_rate), in_rate)
    n = np.arange(len(y) // 4, len(y) * 3 // 4)
    tones = basis(n, hertz, out_rate)
    found, *_ = np.linalg.lstsq(tones, y[n], rcond=None)
    fitted = tones @ found
    residual = y[n] - fitted
    ratio = np.sum(fitted**2) / max(float(np.sum(residual**2)), 1e-9)
    return 10 * float(np.log10(ratio))


def delay_ms(make: Callable[[], Stream], in_rate: int, out_rate: int, hertz: float) -> float:
    # The slope of the phase around `hertz` is the group delay of what is emitted.
    below, above = hertz * 0.99, hertz * 1.01
    phases = []
    for hz in (below, above):
        y, counts = run(make(), tone([hz], in_rate), in_rate)
        phases.append(np.angle(fit(y, [hz], out_rate)[0]))
    turn = (phases[1] - phases[0] + np.pi) % (2 * np.pi) - np.pi
    emitted = float(-turn / (2 * np.pi * (above - below)))
    # What went in but has not come out yet waits; who plays at a steady pace waits for the worst.
    half = len(counts) // 2
    put_in = (np.arange(1, len(counts) + 1) * (in_rate // 50)) / in_rate
    waiting = float(np.max(put_in[half:] - counts[half:] / out_rate))
    return 1000 * (emitted + waiting)
