# The jitter ring: a window of frames [head, head + slots) in fixed memory, slot = frame number & mask.
#
# Every push ends in exactly one of five ways, so that at any time
#     received = played + held + late + duplicate + dropped.
# Time is whatever the caller says it is (milliseconds, never decreasing), so a recorded call replays exactly.

cdef enum:
    ACCEPTED, DUPLICATE, LATE, DROPPED  # in the order of PushResult
    EMPTY = 0, FRAME, GAP               # in the order of PopResult
    # RFC 3550, A.1: a jump further than this is not loss or reordering but a restart, once a second frame confirms it.
    MAX_DROPOUT = 3000
    MAX_MISORDER = 100
    MAX_SLOTS = 32768
    WATCHED_POPS = 50                   # how long the depth must have been too great before a frame is given up

cdef int64_t VACANT = -1 << 62

# The target delay holds the 95th percentile (as WebRTC's NetEq does) of how much later than the fastest a frame comes,
# and one frame. A step of 2 ms takes it from 100 to 150 ms within 26 late frames, and back within 10 s.
cdef double TARGET_QUANTILE = 0.95
cdef double TARGET_STEP_MS = 2.0


class PushResult(enum.IntEnum):
    """What became of a frame that arrived."""

    ACCEPTED = 0
    DUPLICATE = 1
    LATE = 2
    DROPPED = 3


class PopResult(enum.IntEnum):
    """What a pop gave: nothing to play, a frame, or a gap to be concealed."""

    EMPTY = 0
    FRAME = 1
    GAP = 2


class JitterStats(NamedTuple):
    """Counters since construction or reset."""

    received: int
    played: int
    held: int
    late: int
    duplicate: int
    dropped: int
    gaps: int
    underruns: int
    restarts: int
    target_ms: float
    depth_ms: float
    jitter_ms: float


cdef tuple PUSH_RESULTS = tuple(PushResult)
cdef tuple POP_RESULTS = tuple(PopResult)


@cython.final
cdef class JitterRing:
    """Reorders frames, holds them for a target delay, and says what is missing."""

    cdef readonly Py_ssize_t frame_bytes
    cdef readonly double frame_ms
    cdef readonly double target_ms
    cdef readonly double max_age_ms
    cdef double first_target_ms, min_target_ms, max_target_ms
    cdef double late_quantile_ms    # relative delay that TARGET_QUANTILE of the frames stay below
    cdef double least_depth_ms      # over the pops counted in `watched`
    cdef int watched
    cdef int64_t slots, mask
    cdef uint8_t *payloads
    cdef int64_t *numbers       # which frame each slot holds, or VACANT
    cdef double *arrivals_ms

    cdef bint started           # a frame has arrived since construction, reset or restart
    cdef bint primed            # the target delay has been reached and frames are being played
    cdef int64_t head           # the next frame to play
    cdef int64_t newest         # the highest frame number seen
    cdef int64_t floor          # frames below this are past, played or not
    cdef uint64_t past          # bit i: frame floor - 1 - i was played
    cdef int64_t suspect        # sequence number that would confirm a restart, or -1
    cdef double first_held_ms   # when the oldest wait of a priming buffer began
    cdef double newest_timestamp_ms

    cdef double least_transit, least_recent, recent_since_ms
    cdef double late_since_ms
    cdef double last_transit, jitter_ms
    cdef bint has_transit

    cdef uint64_t received, played, late, duplicate, dropped, gaps, underruns, restarts
    cdef int64_t held

    def __cinit__(self, Py_ssize_t frame_bytes=160, double target_ms=120, double max_age_ms=300,
                  double capacity_ms=640, *, double frame_ms=20, double min_target_ms=100,
                  double max_target_ms=150):
        if frame_bytes <= 0:
            raise ValueError(f"frame_bytes must be positive, found {frame_bytes}")
        if not frame_ms > 0:
            raise ValueError(f"frame_ms must be positive, found {frame_ms}")
        if not target_ms >= 0 or not max_age_ms >= 0:
            raise ValueError(f"target_ms and max_age_ms cannot be negative, found {target_ms} and {max_age_ms}")
        if not 0 <= min_target_ms <= max_target_ms:
            raise ValueError(
                f"min_target_ms cannot be negative or above max_target_ms, found {min_target_ms} and {max_target_ms}")
        # A target outside the range does not adapt, so the range matters only to one inside.
        if not min_target_ms <= target_ms <= max_target_ms:
            min_target_ms = max_target_ms = target_ms
        if not max_target_ms + frame_ms <= capacity_ms <= frame_ms * MAX_SLOTS:
            raise ValueError(
                f"capacity_ms must hold the target and one frame more, and at most {MAX_SLOTS} frames: found {capacity_ms}")
        self.frame_bytes = frame_bytes
        self.frame_ms = frame_ms
        self.first_target_ms = target_ms
        self.min_target_ms = min_target_ms
        self.max_target_ms = max_target_ms
        self.max_age_ms = max_age_ms
        self.slots = 1
        while self.slots * frame_ms < capacity_ms:
            self.slots *= 2
        self.mask = self.slots - 1
        self.payloads = <uint8_t *> PyMem_Calloc(self.slots, frame_bytes)
        self.numbers = <int64_t *> PyMem_Calloc(self.slots, sizeof(int64_t))
        self.arrivals_ms = <double *> PyMem_Calloc(self.slots, sizeof(double))
        if self.payloads == NULL or self.numbers == NULL or self.arrivals_ms == NULL:
            raise MemoryError
        self.clear()

    def __dealloc__(self):
        PyMem_Free(self.payloads)
        PyMem_Free(self.numbers)
        PyMem_Free(self.arrivals_ms)

    cdef void clear(self) noexcept nogil:
        self.forget()
        self.jitter_ms = 0
        self.target_ms = self.first_target_ms
        self.late_quantile_ms = self.first_target_ms - self.frame_ms
        self.received = self.played = self.late = self.duplicate = self.dropped = 0
        self.gaps = self.underruns = self.restarts = 0

    cdef void forget(self) noexcept nogil:
        """Empty the ring and start the sequence anew; what is held is lost."""
        cdef int64_t i
        for i in range(self.slots):
            self.numbers[i] = VACANT
        self.held = 0
        self.started = self.primed = self.has_transit = False
        self.past = 0
        self.watched = 0
        self.suspect = -1
        self.late_since_ms = -1

    cdef void begin(self, int64_t number, double now_ms) noexcept nogil:
        """The first frame of a sequence: leave room below it for frames that it overtook."""
        self.started = True
        self.head = self.newest = number
        self.floor = number - self.slots
        self.least_transit = self.least_recent = now_ms - number * self.frame_ms
        self.recent_since_ms = now_ms

    cdef bint is_late(self, double transit, double now_ms) noexcept nogil:
        """Whether a frame took max_age_ms longer than the fastest of the last seconds; learns from each."""
        cdef double deviation
        if self.has_transit:
            deviation = fabs(transit - self.last_transit)
            self.jitter_ms += (deviation - self.jitter_ms) / 16  # RFC 3550, 6.4.1
        self.has_transit = True
        self.last_transit = transit
        # The minimum is over this and the previous two seconds, so that it follows clock drift.
        if now_ms - self.recent_since_ms >= 2000:
            self.least_transit = self.least_recent
            self.least_recent = transit
            self.recent_since_ms = now_ms
        self.least_recent = min(self.least_recent, transit)
        self.least_transit = min(self.least_transit, self.least_recent)
        self.adapt(transit - self.least_transit)
        if transit - self.least_transit <= self.max_age_ms:
            self.late_since_ms = -1
            return False
        # A burst after a stall arrives at once and is old. A path that has become longer for good stays old: after
        # max_age_ms of nothing else, that is the new normal.
        if self.late_since_ms < 0:
            self.late_since_ms = now_ms
        if now_ms - self.late_since_ms <= self.max_age_ms:
            return True
        self.least_transit = self.least_recent = transit
        self.recent_since_ms = now_ms
        self.late_since_ms = -1
        return False

    cdef void adapt(self, double relative_delay_ms) noexcept nogil:
        """Follow the delay that most frames stay below, one step for each frame (Robbins and Monro, 1951)."""
        if relative_delay_ms > self.late_quantile_ms:
            self.late_quantile_ms += TARGET_STEP_MS * TARGET_QUANTILE
        else:
            self.late_quantile_ms -= TARGET_STEP_MS * (1 - TARGET_QUANTILE)
        # What is out of range would only be slow to come back.
        self.late_quantile_ms = max(self.min_target_ms, min(self.late_quantile_ms + self.frame_ms, self.max_target_ms))
        self.target_ms = self.late_quantile_ms
        self.late_quantile_ms -= self.frame_ms

    cdef int put(self, int64_t number, const uint8_t *payload, double now_ms) noexcept nogil:
        """Place one frame and say what became of it."""
        cdef int64_t slot
        if self.is_late(now_ms - number * self.frame_ms, now_ms):
            self.late += 1
            return LATE
        if number < self.floor:
            if self.floor - number <= 64 and self.past >> (self.floor - number - 1) & 1:
                self.duplicate += 1
                return DUPLICATE
            self.late += 1
            return LATE
        slot = number & self.mask
        if self.numbers[slot] == number:
            self.duplicate += 1
            return DUPLICATE
        if number < self.head:
            # Only while priming: nothing at or above the floor has been played.
            if self.newest - number >= self.slots:
                self.late += 1
                return LATE
            self.head = number
        elif number - self.head >= self.slots:
            self.make_room(number)
            slot = number & self.mask
        if not self.held and not self.primed:
            self.first_held_ms = now_ms
            self.head = number
        memcpy(self.payloads + slot * self.frame_bytes, payload, self.frame_bytes)
        self.numbers[slot] = number
        self.arrivals_ms[slot] = now_ms
        self.held += 1
        return ACCEPTED

    cdef void make_room(self, int64_t number) noexcept nogil:
        """Overrun: give up the oldest frames until `number` fits."""
        cdef int64_t slot
        while self.held and number - self.head >= self.slots:
            slot = self.head & self.mask
            if self.numbers[slot] == self.head:
                self.numbers[slot] = VACANT
                self.held -= 1
                self.dropped += 1
            self.head += 1
        if number - self.head >= self.slots:
            self.head = number
        self.past = 0
        self.floor = self.head

    cdef int accept(self, int64_t number, const uint8_t *payload, double now_ms) noexcept nogil:
        cdef int result = self.put(number, payload, now_ms)
        if number > self.newest:
            self.newest = number
        return result

    cdef int restart(self, int64_t number, const uint8_t *payload, double now_ms) noexcept nogil:
        self.dropped += <uint64_t> self.held
        self.restarts += 1
        self.forget()
        self.begin(number, now_ms)
        return self.accept(number, payload, now_ms)

    def push(self, long long seq, payload, double now_ms, /):
        """Put in the frame with this sequence number and say what became of it."""
        cdef Source source
        cdef int64_t jump
        cdef int result
        open_source(&source, payload, 1)
        try:
            self.check(&source)
            self.received += 1
            if not self.started:
                self.begin(seq, now_ms)
                result = self.accept(seq, source.data, now_ms)
            else:
                # Numbers are compared modulo 2**16, which suits counters that wrap there and those that never do.
                jump = <int16_t> <uint16_t> (seq - self.newest)
                if -MAX_MISORDER <= jump <= MAX_DROPOUT:
                    self.suspect = -1
                    result = self.accept(self.newest + jump, source.data, now_ms)
                elif <uint16_t> seq == self.suspect:
                    result = self.restart(seq, source.data, now_ms)
                else:
                    self.suspect = <uint16_t> (seq + 1)
                    self.dropped += 1
                    result = DROPPED
        finally:
            close_source(&source)
        return PUSH_RESULTS[result]

    def push_at(self, double timestamp_ms, payload, double now_ms, /):
        """Put in the frame that belongs at this media time and say what became of it."""
        cdef Source source
        cdef int64_t jump
        cdef double frames
        cdef int result
        open_source(&source, payload, 1)
        try:
            self.check(&source)
            self.received += 1
            if not self.started:
                self.newest_timestamp_ms = timestamp_ms
                self.begin(<int64_t> floor(timestamp_ms / self.frame_ms + 0.5), now_ms)
                result = self.accept(self.newest, source.data, now_ms)
            else:
                # Rounding each step, not the sum, absorbs timestamps that are a few ms off the frame grid.
                frames = floor((timestamp_ms - self.newest_timestamp_ms) / self.frame_ms + 0.5)
                if fabs(frames) > MAX_DROPOUT:
                    self.newest_timestamp_ms = timestamp_ms
                    result = self.restart(<int64_t> floor(timestamp_ms / self.frame_ms + 0.5), source.data, now_ms)
                else:
                    jump = <int64_t> frames
                    if jump > 0:
                        self.newest_timestamp_ms = timestamp_ms
                    result = self.accept(self.newest + jump, source.data, now_ms)
        finally:
            close_source(&source)
        return PUSH_RESULTS[result]

    cdef int check(self, const Source *source) except -1:
        if source.size != self.frame_bytes:
            raise ValueError(f"a frame is {self.frame_bytes} bytes, found {source.size}")
        return 0

    cdef int step(self, double now_ms) noexcept nogil:
        """Decide what is due; a FRAME is then at `head`."""
        cdef int64_t last
        if not self.held:
            if self.primed:
                self.primed = False
                self.watched = 0
                self.underruns += 1
            return EMPTY
        if not self.primed:
            if ((self.newest - self.head + 1) * self.frame_ms < self.target_ms
                    and now_ms - self.first_held_ms < self.target_ms):
                return EMPTY
            self.primed = True
            # What is missing below the first frame was covered while there was nothing to play.
            while self.numbers[self.head & self.mask] != self.head:
                self.head += 1
            self.floor = self.head
        self.watch_depth()
        if self.numbers[self.head & self.mask] == self.head:
            return FRAME
        self.advance(False)
        self.gaps += 1
        return GAP

    cdef void watch_depth(self) noexcept nogil:
        """A burst after a stall would delay the rest of the call: give up a frame a second until the target is met."""
        cdef double depth_ms = (self.newest - self.head + 1) * self.frame_ms
        self.least_depth_ms = min(self.least_depth_ms, depth_ms) if self.watched else depth_ms
        self.watched += 1
        if self.watched < WATCHED_POPS:
            return
        self.watched = 0
        if self.least_depth_ms - self.target_ms > 1.5 * self.frame_ms and self.held > 1:
            if self.numbers[self.head & self.mask] == self.head:
                self.numbers[self.head & self.mask] = VACANT
                self.held -= 1
                self.dropped += 1
            self.advance(False)

    cdef int step_ready(self, double now_ms) noexcept nogil:
        """As `step`, but in order as fast as frames come: only a gap waits for what may still fill it."""
        cdef int64_t next_held = self.head
        if not self.held:
            return EMPTY
        self.primed = True
        while self.numbers[next_held & self.mask] != next_held:
            next_held += 1
        if next_held == self.head:
            self.floor = self.head
            return FRAME
        if now_ms - self.arrivals_ms[next_held & self.mask] < self.target_ms:
            return EMPTY
        self.advance(False)
        self.gaps += 1
        return GAP

    cdef void advance(self, bint was_played) noexcept nogil:
        self.head += 1
        self.floor = self.head
        self.past = self.past << 1 | was_played

    cdef const uint8_t *take(self) noexcept nogil:
        """Remove the frame at `head`; it stays readable until the next push."""
        cdef int64_t slot = self.head & self.mask
        self.numbers[slot] = VACANT
        self.held -= 1
        self.played += 1
        self.advance(True)
        return self.payloads + slot * self.frame_bytes

    def pop(self, double now_ms, /):
        """The frame that is due, b"" for a gap to conceal, None if there is nothing to play."""
        cdef int result = self.step(now_ms)
        if result == FRAME:
            return PyBytes_FromStringAndSize(<const char *> self.take(), self.frame_bytes)
        return b"" if result == GAP else None

    def pop_ready(self, double now_ms, /):
        """As pop, but without pacing: the next frame at once, a gap when it has been waited for."""
        cdef int result = self.step_ready(now_ms)
        if result == FRAME:
            return PyBytes_FromStringAndSize(<const char *> self.take(), self.frame_bytes)
        return b"" if result == GAP else None

    def pop_into(self, dst, double now_ms, /):
        """Copy the frame that is due into dst and say whether there was one."""
        cdef Target target
        cdef Source nothing
        cdef int result
        nothing.data = NULL
        nothing.size = 0
        open_target(&target, dst, self.frame_bytes, &nothing)
        result = self.step(now_ms)
        if result == FRAME:
            memcpy(target.data, self.take(), self.frame_bytes)
        close_target(&target)
        return POP_RESULTS[result]

    def stats(self):
        """The counters, as a JitterStats."""
        return JitterStats(
            self.received, self.played, self.held, self.late, self.duplicate, self.dropped, self.gaps,
            self.underruns, self.restarts, self.target_ms,
            (self.newest - self.head + 1) * self.frame_ms if self.held else 0.0, self.jitter_ms)

    def reset(self):
        """Forget everything, counters included."""
        self.clear()
