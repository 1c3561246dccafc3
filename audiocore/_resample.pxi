# Streaming FIR resampling on 16-bit integers: 32-bit sums, rounded and saturated once.
#
# A stream keeps the last inputs in front of the block it filters ("line"), so that a chunk boundary is invisible:
# whatever the chunking, the output is the same bit for bit.

cdef enum:
    BLOCK = 640                    # inputs filtered at a time: 20 ms at 32 kHz
    HALF_BLOCK = 320
    HALF_HISTORY = FIR_TAPS - 1


cdef inline int16_t saturate(int32_t value) noexcept nogil:
    return <int16_t> (32767 if value > 32767 else (-32768 if value < -32768 else value))


cdef FirSums *fir_sums = fir_sums_best()


cdef cloned up_minimum(const int16_t *x, int16_t *out, Py_ssize_t n) noexcept nogil:
    cdef int32_t even[BLOCK]
    cdef int32_t odd[BLOCK]
    cdef Py_ssize_t i
    fir_sums(x, MINIMUM_EVEN, even, n)
    fir_sums(x, MINIMUM_ODD, odd, n)
    for i in range(n):
        out[2 * i] = saturate((even[i] + (1 << (HALF_SHIFT - 1))) >> HALF_SHIFT)
        out[2 * i + 1] = saturate((odd[i] + (1 << (HALF_SHIFT - 1))) >> HALF_SHIFT)


cdef cloned up_linear(const int16_t *x, int16_t *out, Py_ssize_t n) noexcept nogil:
    cdef int32_t between[BLOCK]
    cdef Py_ssize_t i
    fir_sums(x, LINEAR, between, n)
    for i in range(n):
        out[2 * i] = saturate((between[i] + (1 << (HALF_SHIFT - 1))) >> HALF_SHIFT)
        out[2 * i + 1] = x[i - LINEAR_DELAY]


cdef cloned down_minimum(const int16_t *even, const int16_t *odd, int16_t *out, Py_ssize_t n) noexcept nogil:
    cdef int32_t newer[HALF_BLOCK]
    cdef int32_t older[HALF_BLOCK]
    cdef Py_ssize_t i
    fir_sums(odd, MINIMUM_EVEN, newer, n)
    fir_sums(even, MINIMUM_ODD, older, n)
    for i in range(n):
        # The two sums together may pass 2**31; their halves, with the carry that halving loses, cannot.
        out[i] = saturate(((newer[i] >> 1) + (older[i] >> 1) + (newer[i] & older[i] & 1)
                           + (1 << (HALF_SHIFT - 1))) >> HALF_SHIFT)


cdef cloned down_linear(const int16_t *even, const int16_t *odd, int16_t *out, Py_ssize_t n) noexcept nogil:
    cdef int32_t sums[HALF_BLOCK]
    cdef Py_ssize_t i
    fir_sums(odd, LINEAR, sums, n)
    for i in range(n):
        out[i] = saturate((sums[i] + (<int32_t> even[i - LINEAR_DELAY] * (1 << HALF_SHIFT)) + (1 << HALF_SHIFT))
                          >> (HALF_SHIFT + 1))


cdef struct Phase:
    int up, down           # rate ratio, in lowest terms
    int position           # inputs to pass before the next output
    int fraction           # phase of the next output


cdef cloned polyphase(const int16_t *x, const int16_t *taps, int length, int q, Phase phase,
                      int16_t *out, Py_ssize_t count) noexcept nogil:
    """Compute `count` outputs; x points at the first new input, `length` - 1 older ones lie before it."""
    cdef Py_ssize_t i, k
    cdef int whole = phase.down // phase.up, part = phase.down % phase.up
    cdef int32_t total
    cdef const int16_t *window
    cdef const int16_t *row
    for i in range(count):
        window = x + phase.position - length + 1
        row = taps + phase.fraction * length
        total = 0
        for k in range(length):
            total += <int32_t> window[k] * row[k]
        out[i] = saturate((total + (1 << (q - 1))) >> q)
        phase.position += whole
        phase.fraction += part
        if phase.fraction >= phase.up:
            phase.fraction -= phase.up
            phase.position += 1


cdef class StreamResampler:
    """What the resamplers share: PCM or mu-law in, PCM or mu-law out, in chunks of any length."""

    cdef int16_t *line          # where the next block of input goes
    cdef Py_ssize_t block       # how many inputs `line` takes, at most BLOCK
    cdef Py_ssize_t tail        # how many zeros push out everything that was put in
    cdef readonly double delay_samples

    cdef Py_ssize_t count(self, Py_ssize_t n) noexcept nogil:
        """How many outputs the next n inputs make."""
        return 0

    cdef void filter(self, int16_t *out, Py_ssize_t n) noexcept nogil:
        """Filter the n inputs in `line` and age them."""

    cdef void clear(self) noexcept nogil:
        """Forget all input."""

    cdef void run(self, const uint8_t *src, bint from_ulaw, uint8_t *dst, bint to_ulaw, Py_ssize_t n) noexcept nogil:
        """Push n samples from src (zeros if NULL) through to dst."""
        cdef int16_t staged[6 * BLOCK]
        cdef Py_ssize_t m, made
        while n:
            m = min(n, self.block)
            made = self.count(m)
            if src == NULL:
                memset(self.line, 0, 2 * m)
            elif from_ulaw:
                ulaw_decode_loop(src, self.line, m)
                src += m
            else:
                memcpy(self.line, src, 2 * m)
                src += 2 * m
            if to_ulaw:
                self.filter(staged, m)
                run_encode(ulaw_encode_loop, <uint8_t *> staged, dst, made)
                dst += made
            elif is_odd(dst):
                self.filter(staged, m)
                memcpy(dst, staged, 2 * made)
                dst += 2 * made
            else:
                self.filter(<int16_t *> dst, m)
                dst += 2 * made
            n -= m

    cdef bytes to_bytes(self, object data, bint from_ulaw, bint to_ulaw):
        cdef Source source
        cdef bytes out
        cdef uint8_t *dst
        open_source(&source, data, 1 if from_ulaw else 2)
        try:
            out = PyBytes_FromStringAndSize(NULL, self.count(source.samples) * (1 if to_ulaw else 2))
            dst = <uint8_t *> PyBytes_AS_STRING(out)
            if 2 * source.samples > RELEASE_GIL_ABOVE:
                with nogil:
                    self.run(source.data, from_ulaw, dst, to_ulaw, source.samples)
            else:
                self.run(source.data, from_ulaw, dst, to_ulaw, source.samples)
        finally:
            close_source(&source)
        return out

    def process(self, pcm, /):
        """Resample a chunk of 16-bit PCM and return what it completes."""
        return self.to_bytes(pcm, False, False)

    def process_ulaw(self, ulaw, /):
        """Decode mu-law and resample it in one pass; same bits as process(ulaw_decode(ulaw))."""
        return self.to_bytes(ulaw, True, False)

    def process_to_ulaw(self, pcm, /):
        """Resample and encode to mu-law in one pass; same bits as ulaw_encode(process(pcm))."""
        return self.to_bytes(pcm, False, True)

    def process_into(self, src, dst, /):
        """Resample 16-bit PCM into dst; returns the number of samples written."""
        cdef Source source
        cdef Target target
        cdef Py_ssize_t made
        open_source(&source, src, 2)
        try:
            made = self.count(source.samples)
            open_target(&target, dst, 2 * made, &source)
            if 2 * source.samples > RELEASE_GIL_ABOVE:
                with nogil:
                    self.run(source.data, False, target.data, False, source.samples)
            else:
                self.run(source.data, False, target.data, False, source.samples)
            close_target(&target)
        finally:
            close_source(&source)
        return made

    def max_output(self, samples, /):
        """How many samples the next process call makes of this many: exact, not only an upper bound."""
        cdef Py_ssize_t n = samples
        if n < 0:
            raise ValueError(f"a number of samples cannot be negative: {samples}")
        return self.count(n)

    def flush(self):
        """Return the rest of the response to everything put in, and start anew."""
        cdef bytes out = PyBytes_FromStringAndSize(NULL, 2 * self.count(self.tail))
        self.run(NULL, False, <uint8_t *> PyBytes_AS_STRING(out), False, self.tail)
        self.clear()
        return out

    def reset(self):
        """Forget all input, as if newly made."""
        self.clear()


cdef bint is_linear(str phase) except -1:
    if phase == "linear":
        return True
    if phase == "minimum":
        return False
    raise ValueError(f"phase must be 'minimum' or 'linear', not {phase!r}")


@cython.final
cdef class Upsampler2(StreamResampler):
    """Doubles the sample rate: 2 samples out for every one in, from the first."""

    cdef bint linear
    cdef int16_t samples[HALF_HISTORY + BLOCK + FIR_LANES]

    def __cinit__(self, str phase="minimum"):
        self.linear = is_linear(phase)
        self.line = self.samples + HALF_HISTORY
        self.block = BLOCK
        self.tail = HALF_HISTORY
        self.delay_samples = 2 * LINEAR_DELAY + 1 if self.linear else minimum_delay()

    cdef Py_ssize_t count(self, Py_ssize_t n) noexcept nogil:
        return 2 * n

    cdef void filter(self, int16_t *out, Py_ssize_t n) noexcept nogil:
        if self.linear:
            up_linear(self.line, out, n)
        else:
            up_minimum(self.line, out, n)
        memmove(self.samples, self.samples + n, 2 * HALF_HISTORY)

    cdef void clear(self) noexcept nogil:
        memset(self.samples, 0, sizeof(self.samples))

    def process_ulaw_into(self, ulaw, pcm, doubled, /):
        """Decode mu-law into pcm and resample that into doubled, in one call; returns the samples decoded."""
        cdef Source source
        cdef Target plain, twice
        open_source(&source, ulaw, 1)
        try:
            open_target(&plain, pcm, 2 * source.samples, &source)
            try:
                open_target(&twice, doubled, 4 * source.samples, &source)
                try:
                    if plain.data < twice.data + 4 * source.samples and twice.data < plain.data + 2 * source.samples:
                        raise ValueError("the two destinations overlap: use two buffers")
                    run_decode(ulaw_decode_loop, source.data, plain.data, source.samples)
                    self.run(plain.data, False, twice.data, False, source.samples)
                finally:
                    close_target(&twice)
            finally:
                close_target(&plain)
        finally:
            close_source(&source)
        return source.samples


@cython.final
cdef class Downsampler2(StreamResampler):
    """Halves the sample rate: one sample out for every 2 in."""

    cdef bint linear
    cdef bint pending           # an even-numbered sample waits in even[HALF_HISTORY] for its partner
    cdef int16_t samples[BLOCK]
    cdef int16_t even[HALF_HISTORY + HALF_BLOCK + FIR_LANES]
    cdef int16_t odd[HALF_HISTORY + HALF_BLOCK + FIR_LANES]

    def __cinit__(self, str phase="minimum"):
        self.linear = is_linear(phase)
        self.line = self.samples
        self.block = BLOCK - 1  # one more may be pending
        self.tail = 2 * FIR_TAPS - 1
        self.delay_samples = LINEAR_DELAY if self.linear else (minimum_delay() - 1) / 2

    cdef Py_ssize_t count(self, Py_ssize_t n) noexcept nogil:
        return (n + self.pending) // 2

    cdef void filter(self, int16_t *out, Py_ssize_t n) noexcept nogil:
        cdef Py_ssize_t pairs = (n + self.pending) // 2
        cdef Py_ssize_t i, skew = self.pending
        cdef int16_t *even = self.even + HALF_HISTORY
        cdef int16_t *odd = self.odd + HALF_HISTORY
        for i in range(pairs):
            odd[i] = self.samples[2 * i + 1 - skew]
        for i in range(skew, (n + skew + 1) // 2):
            even[i] = self.samples[2 * i - skew]
        if self.linear:
            down_linear(even, odd, out, pairs)
        else:
            down_minimum(even, odd, out, pairs)
        self.pending = (n + skew) & 1
        # With a sample pending, one more is moved than is history.
        memmove(self.even, self.even + pairs, 2 * FIR_TAPS)
        memmove(self.odd, self.odd + pairs, 2 * HALF_HISTORY)

    cdef void clear(self) noexcept nogil:
        self.pending = False
        memset(self.even, 0, sizeof(self.even))
        memset(self.odd, 0, sizeof(self.odd))


cdef double minimum_delay() noexcept:
    """Group delay of the minimum-phase filter at 0 Hz, in samples of the higher rate."""
    cdef double moment = 0, total = 0
    cdef int k, age
    for k in range(FIR_TAPS):
        age = 2 * (FIR_TAPS - 1 - k)
        moment += age * MINIMUM_EVEN[k] + (age + 1) * MINIMUM_ODD[k]
        total += MINIMUM_EVEN[k] + MINIMUM_ODD[k]
    return moment / total


cdef enum:
    MAX_PHASES = 2048
    MAX_LENGTH = 512


@cython.final
cdef class Resampler(StreamResampler):
    """Any rate to any other by a polyphase filter, linear phase."""

    cdef readonly int in_rate
    cdef readonly int out_rate
    cdef bytes design
    cdef const int16_t *taps
    cdef int16_t *samples
    cdef int length
    cdef int q
    cdef Phase phase

    def __cinit__(self, int in_rate, int out_rate):
        cdef int divisor
        if in_rate <= 0 or out_rate <= 0:
            raise ValueError(f"sample rates must be positive, found {in_rate} and {out_rate} Hz")
        divisor = gcd(in_rate, out_rate)
        self.in_rate = in_rate
        self.out_rate = out_rate
        self.phase.up = out_rate // divisor
        self.phase.down = in_rate // divisor
        self.length = polyphase_length(in_rate, out_rate)
        if self.phase.up > MAX_PHASES or self.length > MAX_LENGTH:
            raise ValueError(
                f"{in_rate} to {out_rate} Hz needs {self.phase.up} filter phases of {self.length} taps; "
                f"at most {MAX_PHASES} of {MAX_LENGTH} are made: choose rates with a simpler ratio")
        self.q, self.design = polyphase_taps(self.phase.up, self.phase.down, self.length)
        self.taps = <const int16_t *> PyBytes_AS_STRING(self.design)
        self.samples = <int16_t *> PyMem_Calloc(self.length - 1 + BLOCK, sizeof(int16_t))
        if self.samples == NULL:
            raise MemoryError
        self.line = self.samples + self.length - 1
        self.block = max(1, min(<Py_ssize_t> BLOCK, (6 * BLOCK - 1) * self.phase.down // self.phase.up))
        self.tail = self.length - 1
        self.delay_samples = 0.5 * self.length * out_rate / in_rate

    def __dealloc__(self):
        PyMem_Free(self.samples)

    cdef Py_ssize_t count(self, Py_ssize_t n) noexcept nogil:
        # Outputs fall `down` apart on a grid of `up` points per input.
        cdef int64_t room = (<int64_t> n - self.phase.position) * self.phase.up - self.phase.fraction
        return 0 if room <= 0 else <Py_ssize_t> ((room + self.phase.down - 1) // self.phase.down)

    cdef void filter(self, int16_t *out, Py_ssize_t n) noexcept nogil:
        cdef Py_ssize_t made = self.count(n)
        cdef int64_t point
        polyphase(self.line, self.taps, self.length, self.q, self.phase, out, made)
        point = (<int64_t> self.phase.position * self.phase.up + self.phase.fraction
                 + <int64_t> made * self.phase.down)
        self.phase.position = <int> (point // self.phase.up - n)
        self.phase.fraction = <int> (point % self.phase.up)
        memmove(self.samples, self.samples + n, 2 * (self.length - 1))

    cdef void clear(self) noexcept nogil:
        self.phase.position = 0
        self.phase.fraction = 0
        memset(self.samples, 0, 2 * (self.length - 1))


cdef dict POLYPHASE_TAPS = {}  # (up, down) -> (Q format, taps): voices share rates, so designs are made once


cdef tuple polyphase_taps(int up, int down, int length):
    cdef bytes taps
    cdef int q
    key = (up, down)
    if key not in POLYPHASE_TAPS:
        taps = PyBytes_FromStringAndSize(NULL, 2 * up * length)
        q = polyphase_design(<int16_t *> PyBytes_AS_STRING(taps), up, down, length)
        POLYPHASE_TAPS[key] = (q, taps)
    return POLYPHASE_TAPS[key]
