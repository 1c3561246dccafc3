"""What to play or hear in place of audio that did not come.

What does it do?
    :class:`Concealer` listens to a line at 8 kHz. When a frame is missing, ``conceal()`` makes one
    up that goes on where the last one ended; when audio comes back, ``receive()`` joins it on
    smoothly. A long loss fades within 60 ms into comfort noise made from this line's own
    background, so that nobody takes the silence for a hang-up.

How does it work?
    As ITU-T G.711 Appendix I: the last pitch period (66 to 200 Hz, by correlation over 20 ms) is
    repeated, two periods from 10 ms and three from 20 ms on, 20 % quieter every 10 ms from the
    second on. Unlike Appendix I it holds nothing back: it adds no delay, and frames that follow no
    loss are given back as they came. What did come is joined on within a quarter period.

How do I use it?
    One object per line and thread. ``pcm = concealer.receive(pcm)`` for every frame that came (any
    length), ``pcm = concealer.conceal(160)`` for every 20 ms that did not. The same frames always
    give the same output, noise included. ``ValueError`` for a negative count or bad PCM; buffers
    are taken and refused as :mod:`audiocore.g711` describes.
"""

from audiocore._kernels import Concealer

__all__ = ["Concealer"]
