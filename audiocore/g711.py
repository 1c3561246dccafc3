"""ITU-T G.711: mu-law and A-law to 16-bit PCM and back, exact to the ITU's own reference code.

What does it do?
    A telephone line carries one byte per sample at 8 kHz. ``ulaw_decode`` (North America, Japan;
    what Twilio sends) and ``alaw_decode`` (elsewhere) turn these bytes into signed 16-bit
    little-endian samples; ``*_encode`` turn them back. Output equals ITU-T G.191 (Software Tool
    Library, ``src/g711/g711.c``) on all 65,536 samples and 256 codes.

How do I use it?
    ``pcm = ulaw_decode(payload)`` returns new ``bytes``. ``n = ulaw_decode_into(payload, buffer)``
    writes into a ``bytearray``, ``memoryview`` or array that you keep, allocates nothing, and
    returns the number of samples.

Every function takes any C-contiguous buffer (``bytes``, ``bytearray``, ``memoryview``, ``array``,
NumPy) of bytes or, for PCM, of bytes or 16-bit items. Before anything is written they raise

* ``TypeError`` if an argument is not a buffer,
* ``BufferError`` if it is not contiguous, or if a destination is read-only (NumPy raises
  ``ValueError`` for these),
* ``ValueError`` if PCM has an odd number of bytes, if items are wider than a sample, or if a
  destination is too short or overlaps its source.

A destination may be longer than needed; the rest is left as it was. The GIL is released for more
than 16 KiB of PCM; below that, releasing costs more than it gives.
"""

from audiocore._kernels import (
    alaw_decode,
    alaw_decode_into,
    alaw_encode,
    alaw_encode_into,
    ulaw_decode,
    ulaw_decode_into,
    ulaw_encode,
    ulaw_encode_into,
)

__all__ = [
    "alaw_decode",
    "alaw_decode_into",
    "alaw_encode",
    "alaw_encode_into",
    "ulaw_decode",
    "ulaw_decode_into",
    "ulaw_encode",
    "ulaw_encode_into",
]
