"""The jitter ring: frames arrive in bursts, out of order, twice or never; they leave in order.

What does it do?
    :class:`JitterRing` holds frames (20 ms, 160 bytes of G.711 by default) in fixed memory.
    ``push`` says what became of each frame, and each is counted once:
    ``received = played + held + late + duplicate + dropped``.

    * *duplicate*: this frame is held or was just played.
    * *late*: its turn has passed, or it took ``max_age_ms`` longer than the fastest frame of the
      last seconds.
    * *dropped*: pushed out by newer frames when the ring was full, given up because the delay had
      been too long for a second, lost in a restart of the sequence, or far from any number that
      could be meant.

    ``target_ms`` is how much is held before playing. It follows the line between ``min_target_ms``
    and ``max_target_ms``: as much as 95 % of the frames come later than the fastest, and one frame
    more. A ``target_ms`` outside of that range stays what it is.

How do I use it?
    Carriers over TCP (Twilio, Plivo) keep order, deliver in bursts, and show what they lost as a
    jump in the media timestamp: ``push_at(timestamp_ms, payload, now_ms)``. Carriers that number
    frames and may reorder them (Telnyx, RTP): ``push(seq, payload, now_ms)``; numbers may wrap at
    2**16 or never. One ring takes one of the two.

    To play frames at a steady pace, call ``pop(now_ms)`` every 20 ms: it starts once ``target_ms``
    of audio is held or has been waited for, and again after running empty. To hand audio on as it
    arrives, for recognition, call ``pop_ready(now_ms)`` until it gives None: frames come at once
    and only a gap waits, ``target_ms`` at most. Both give the frame, ``b""`` for a missing one
    (conceal it: :mod:`audiocore.conceal`), or None when nothing is due.

Time is passed in, in milliseconds that never decrease; nothing here reads a clock. Push and pop
take constant time and ``pop_into`` allocates nothing. ``ValueError`` if a payload is not
``frame_bytes`` long.

Sources: RFC 3550 (restart after a jump, A.1; interarrival jitter, 6.4.1); the percentile is that of
WebRTC's NetEq.
"""

from audiocore._kernels import JitterRing, JitterStats, PopResult, PushResult

__all__ = ["JitterRing", "JitterStats", "PopResult", "PushResult"]
