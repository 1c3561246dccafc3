"""The jitter buffer that a Python programmer would write: a dict, with the same checks as ours."""


class DictBuffer:
    """Reorders by sequence number and counts what cannot be played."""

    def __init__(
        self, target_ms: float = 120, max_age_ms: float = 300, frame_ms: float = 20
    ) -> None:
        self.frames: dict[int, bytes] = {}
        self.target_ms, self.max_age_ms, self.frame_ms = target_ms, max_age_ms, frame_ms
        self.head: int | None = None
        self.newest = 0
        self.primed = False
        self.least_transit = float("inf")
        self.received = self.played = self.late = self.duplicate = self.dropped = self.gaps = 0

    def push(self, seq: int, payload: bytes, now_ms: float) -> bool:
        if len(payload) != 160:
            raise ValueError("a frame is 160 bytes")
        self.received += 1
        if self.head is None:
            self.head = self.newest = seq
        number = self.newest + (((seq - self.newest) + 0x8000 & 0xFFFF) - 0x8000)
        transit = now_ms - number * self.frame_ms
        self.least_transit = min(self.least_transit, transit)
        if transit - self.least_transit > self.max_age_ms or number < self.head:
            self.late += 1
            return False
        if number in self.frames:
            self.duplicate += 1
            return False
        while number - self.head >= 32:
            if self.frames.pop(self.head, None) is not None:
                self.dropped += 1
            self.head += 1
        self.frames[number] = payload
        self.newest = max(self.newest, number)
        return True

    def pop(self, now_ms: float) -> bytes | None:
        if not self.frames or self.head is None:
            self.primed = False
            return None
        if not self.primed:
            if (self.newest - self.head + 1) * self.frame_ms < self.target_ms:
                return None
            self.primed = True
        payload = self.frames.pop(self.head, None)
        self.head += 1
        if payload is None:
            self.gaps += 1
            return b""
        self.played += 1
        return payload
