"""Streaming resampling of 16-bit mono PCM between telephone and model rates.

What does it do?
    :class:`Upsampler2` takes the 8 kHz of a telephone line to the 16 kHz that recognisers want,
    :class:`Downsampler2` goes back, and :class:`Resampler` goes from any rate to any other:
    22.05 or 24 kHz voices to 8 kHz. All take chunks of any length, and chunking never changes a
    bit of the output.

How does it work?
    FIR filters with integer taps and 32-bit sums, rounded and saturated once, so the bits are the
    same on every machine. The first input gives the first output: 20 ms in always give exactly
    20 ms out. What a filter costs is its delay, stated in ``delay_samples`` (of the output rate):

    ====================  =================  =========  =========================================
    filter                delay              stop band  use
    ====================  =================  =========  =========================================
    x2, phase="minimum"   0.17 ms (at 0 Hz)  -75 dB     the default: least delay
    x2, phase="linear"    1.9 ms, constant   -76 dB     half the cost, keeps the waveform's shape
    any rate              2.2 ms, constant   -70 dB     voices at 22.05, 24, 44.1, 48 kHz
    ====================  =================  =========  =========================================

    At 8 kHz all pass +-0.01 dB to 3.4 kHz and stop from 4.6 kHz. These bands scale with the lower
    of the two rates.

How do I use it?
    One object per stream and direction, used by one thread at a time. ``process(pcm)`` returns the
    samples that a chunk completes, ``process_into(src, dst)`` writes them to a buffer you keep,
    ``process_ulaw`` and ``process_to_ulaw`` fuse in a G.711 step. ``flush()`` returns the tail of
    the response and starts anew, ``reset()`` forgets (after a barge-in, say). ``max_output(n)`` is
    exactly how many samples the next ``n`` will make.

Buffers are taken and refused as :mod:`audiocore.g711` describes. A downsampler given an odd number
of samples keeps the last one for the next chunk.
"""

from audiocore._kernels import Downsampler2, Resampler, StreamResampler, Upsampler2

__all__ = ["Downsampler2", "Resampler", "StreamResampler", "Upsampler2"]
