"""Digits pressed on a telephone, heard in its audio, for carriers that do not signal them.

What does it do?
    :class:`DtmfDetector` recognises the sixteen tone pairs of ITU-T Q.23 to the tolerances of
    ITU-T Q.24, Annex A: tones of 40 ms or more, pauses of 40 ms or more, interruptions of 10 ms
    that do not split a digit, frequencies up to 1.5 % off (3.5 % is refused), columns 8 dB weaker
    to 4 dB stronger than rows, levels down to -25 dBm0, noise 15 dB below the tones.

How does it work?
    Goertzel's recurrence over blocks of 10 ms. Three blocks in a row must agree in level, in how
    their phase advances (which gives the frequency to a few hertz), and in holding most of the
    energy; speech and music hardly ever do.

How do I use it?
    One object per line and thread. ``digits = detector.process(pcm)`` with 8 kHz PCM in chunks of
    any length returns each digit once, 30 to 40 ms after it began; ``detector.held`` is the digit
    that is being heard, or "". Buffers are taken and refused as :mod:`audiocore.g711` describes.
"""

from audiocore._kernels import DtmfDetector

__all__ = ["DtmfDetector"]
