# In-band DTMF (ITU-T Q.23) to the tolerances of ITU-T Q.24, Annex A (the AT&T column, the strictest common one).
#
# The line is cut into blocks of 10 ms. In each, Goertzel's recurrence (1958), reset and run side by side for the eight
# frequencies, gives amplitude and phase. A tone of 40 ms fills three blocks however it falls. Over these three the phase
# advances evenly if there is one tone, and how fast says its frequency to a few Hz, which no 10 ms spectrum could: this
# is how 1.5 % off is taken and 3.5 % off is not. Both tones together must be most of the energy, or it is speech.

cdef enum:
    DTMF_BLOCK = 80        # samples
    DTMF_TONES = 8         # four rows, four columns
    DTMF_BLOCKS = 3
    DTMF_PAUSE_BLOCKS = 2  # a gap of 10 ms is a drop-out, two whole blocks without the digit end it

cdef double[8] DTMF_HERTZ = [697, 770, 852, 941, 1209, 1336, 1477, 1633]
cdef str DTMF_KEYS = "123A456B789C*0#D"

cdef double DTMF_LEAST_AMPLITUDE = 900.0  # peak of one tone: -28 dBm0; 0 dBm0 is a sine with peak 22651
# Weakest of the three blocks against the strongest. 23 ms of tone fails the first, which holds for the louder tone; the
# other has the louder one's leakage in it.
cdef double DTMF_STEADY = 0.72
cdef double DTMF_STEADY_QUIETER = 0.5
cdef double DTMF_OFF_FREQUENCY = 0.025    # between the 1.5 % to be taken and the 3.5 % to be refused
cdef double DTMF_NORMAL_TWIST = 9.0       # dB that the column may be weaker: 8 must be taken
cdef double DTMF_REVERSE_TWIST = 5.0      # dB that the column may be stronger: 4 must be taken
cdef double DTMF_PURITY = 0.88           # share of the energy that is in the two tones: noise 12 dB down passes


cdef cloned goertzel(const int16_t *pcm, const double *coefficient, double *newer, double *older) noexcept nogil:
    """Run the recurrence over one block for all tones at once; starts from rest."""
    cdef double now[DTMF_TONES]
    cdef double last[DTMF_TONES]
    cdef double before
    cdef int i, t
    for t in range(DTMF_TONES):
        now[t] = 0
        last[t] = 0
    for i in range(DTMF_BLOCK):
        for t in range(DTMF_TONES):
            before = now[t]
            now[t] = pcm[i] + coefficient[t] * before - last[t]
            last[t] = before
    for t in range(DTMF_TONES):
        newer[t] = now[t]
        older[t] = last[t]


@cython.final
cdef class DtmfDetector:
    """Hears digits on a line at 8 kHz."""

    cdef double coefficient[DTMF_TONES]   # 2 cos w, w in radians per sample
    cdef double cosine[DTMF_TONES]
    cdef double sine[DTMF_TONES]
    cdef int16_t block[DTMF_BLOCK]
    cdef int filled
    # The last three blocks, oldest first: complex amplitude of each tone in the frame of that block, and energy.
    cdef double real[DTMF_BLOCKS][DTMF_TONES]
    cdef double imag[DTMF_BLOCKS][DTMF_TONES]
    cdef double energy[DTMF_BLOCKS]
    cdef int key                          # index of the digit being heard, or -1
    cdef int missed                       # blocks since it was last heard

    def __cinit__(self):
        cdef int t
        for t in range(DTMF_TONES):
            self.cosine[t] = cos(2 * M_PI * DTMF_HERTZ[t] / 8000)
            self.sine[t] = sin(2 * M_PI * DTMF_HERTZ[t] / 8000)
            self.coefficient[t] = 2 * self.cosine[t]
        self.clear()

    cdef void clear(self) noexcept nogil:
        memset(self.real, 0, sizeof(self.real))
        memset(self.imag, 0, sizeof(self.imag))
        memset(self.energy, 0, sizeof(self.energy))
        self.filled = 0
        self.key = -1
        self.missed = 0

    cdef void analyse(self) noexcept nogil:
        """Add the block's spectrum to the last three."""
        cdef double newer[DTMF_TONES]
        cdef double older[DTMF_TONES]
        cdef double energy = 0
        cdef int i, t
        for i in range(DTMF_BLOCKS - 1):
            memcpy(self.real[i], self.real[i + 1], sizeof(self.real[i]))
            memcpy(self.imag[i], self.imag[i + 1], sizeof(self.imag[i]))
            self.energy[i] = self.energy[i + 1]
        goertzel(self.block, self.coefficient, newer, older)
        for t in range(DTMF_TONES):
            # Amplitude and phase at the end of the block: a steady tone advances by w * DTMF_BLOCK each block.
            self.real[DTMF_BLOCKS - 1][t] = (newer[t] - self.cosine[t] * older[t]) * 2 / DTMF_BLOCK
            self.imag[DTMF_BLOCKS - 1][t] = self.sine[t] * older[t] * 2 / DTMF_BLOCK
        for i in range(DTMF_BLOCK):
            energy += <double> self.block[i] * self.block[i]
        self.energy[DTMF_BLOCKS - 1] = energy

    cdef double amplitude(self, int tone, double steady) noexcept nogil:
        """Peak of this tone over the three blocks, 0 unless it is one steady tone of the right frequency."""
        cdef double weakest = INFINITY, strongest = 0, size, offset, turn, real, imag, advance
        cdef int i
        for i in range(DTMF_BLOCKS):
            size = hypot(self.real[i][tone], self.imag[i][tone])
            weakest = min(weakest, size)
            strongest = max(strongest, size)
        if strongest < DTMF_LEAST_AMPLITUDE / 2 or weakest < steady * strongest:
            return 0
        # How much faster than nominal the phase turns per block: the mean of two steps, weighted by size.
        advance = 2 * M_PI * DTMF_HERTZ[tone] * DTMF_BLOCK / 8000
        real = imag = 0
        for i in range(DTMF_BLOCKS - 1):
            real += self.real[i + 1][tone] * self.real[i][tone] + self.imag[i + 1][tone] * self.imag[i][tone]
            imag += self.imag[i + 1][tone] * self.real[i][tone] - self.real[i + 1][tone] * self.imag[i][tone]
        offset = remainder(atan2(imag, real) - advance, 2 * M_PI)
        if fabs(offset) > DTMF_OFF_FREQUENCY * advance:
            return 0
        # Add the blocks up in step, so that what is not this tone cancels.
        turn = advance + offset
        real = imag = 0
        for i in range(DTMF_BLOCKS):
            real += self.real[i][tone] * cos(turn * i) + self.imag[i][tone] * sin(turn * i)
            imag += self.imag[i][tone] * cos(turn * i) - self.real[i][tone] * sin(turn * i)
        # A tone off the nominal frequency fills less of its own block.
        return hypot(real, imag) / DTMF_BLOCKS / sinc(offset / (2 * M_PI))

    cdef double power(self, int tone) noexcept nogil:
        cdef double power = 0
        cdef int i
        for i in range(DTMF_BLOCKS):
            power += self.real[i][tone] * self.real[i][tone] + self.imag[i][tone] * self.imag[i][tone]
        return power

    cdef int strongest(self, int first) noexcept nogil:
        """Of the four tones from `first`, the one with most power over the three blocks."""
        cdef int t, best = first
        for t in range(first + 1, first + 4):
            if self.power(t) > self.power(best):
                best = t
        return best

    cdef int recognise(self) noexcept nogil:
        """The key of the digit that fills all three blocks, or -1."""
        cdef int row = self.strongest(0), column = self.strongest(4)
        cdef bint row_louder = self.power(row) > self.power(column)
        cdef double low, high, twist, energy = 0
        cdef int i
        low = self.amplitude(row, DTMF_STEADY if row_louder else DTMF_STEADY_QUIETER)
        if low < DTMF_LEAST_AMPLITUDE:
            return -1
        high = self.amplitude(column, DTMF_STEADY_QUIETER if row_louder else DTMF_STEADY)
        if high < DTMF_LEAST_AMPLITUDE:
            return -1
        twist = 20 * log10(high / low)
        if twist > DTMF_REVERSE_TWIST or twist < -DTMF_NORMAL_TWIST:
            return -1
        for i in range(DTMF_BLOCKS):
            energy += self.energy[i]
        if (low * low + high * high) / 2 * DTMF_BLOCKS * DTMF_BLOCK < DTMF_PURITY * energy:
            return -1
        return 4 * row + column - 4

    cdef bint holds_on(self) noexcept nogil:
        """Whether the newest block still has the tones of the digit being heard, as its two strongest."""
        cdef int newest = DTMF_BLOCKS - 1, row = self.key // 4, column = 4 + self.key % 4
        cdef double low = hypot(self.real[newest][row], self.imag[newest][row])
        cdef double high = hypot(self.real[newest][column], self.imag[newest][column])
        return (min(low, high) > DTMF_LEAST_AMPLITUDE / 2
                and (low * low + high * high) / 2 * DTMF_BLOCK > DTMF_PURITY / 2 * self.energy[newest])

    cdef int step(self) noexcept nogil:
        """Take one full block; the key of a digit that begins, or -1."""
        cdef int key
        self.analyse()
        key = self.recognise()
        if key >= 0 and key != self.key:
            self.key = key
            self.missed = 0
            return key
        if self.key >= 0:
            self.missed = 0 if self.holds_on() else self.missed + 1
            if self.missed >= DTMF_PAUSE_BLOCKS:
                self.key = -1
        return -1

    def process(self, pcm, /):
        """Listen to 16-bit PCM at 8 kHz; returns the digits that were recognised in it, in order."""
        cdef Source source
        cdef const uint8_t *data
        cdef Py_ssize_t left, m
        cdef int key
        cdef str digits = ""
        open_source(&source, pcm, 2)
        try:
            data = source.data
            left = source.samples
            while left:
                m = min(left, <Py_ssize_t> (DTMF_BLOCK - self.filled))
                memcpy(self.block + self.filled, data, 2 * m)
                self.filled += <int> m
                data += 2 * m
                left -= m
                if self.filled == DTMF_BLOCK:
                    self.filled = 0
                    key = self.step()
                    if key >= 0:
                        digits += DTMF_KEYS[key]
        finally:
            close_source(&source)
        return digits

    @property
    def held(self):
        """The digit being heard at this moment, or ""."""
        return DTMF_KEYS[self.key] if self.key >= 0 else ""

    def reset(self):
        """Forget what was heard."""
        self.clear()
