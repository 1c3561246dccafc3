# Packet loss concealment after ITU-T G.711 Appendix I, without its 3.75 ms of delay, and comfort noise under it.
#
# A lost frame repeats the last pitch period. Appendix I holds samples back so that it can fade into the repetition
# before the loss; here nothing is held back: the step between the signal and its repetition is added to the latter,
# and fades within a quarter period. A long loss uses two, then three periods (less of a buzz), gets 20 % quieter every 10 ms, and
# becomes comfort noise: the quietest 20 ms heard of late, in shuffled grains, so that it sounds like this line.

cdef enum:
    CONCEAL_RATE = 8000
    SHORTEST_PITCH = 40      # 200 Hz
    LONGEST_PITCH = 120      # 66 Hz
    LAGS = LONGEST_PITCH - SHORTEST_PITCH + 1
    LAGS_ROUNDED = 96        # to whole groups of FIR_LANES
    PITCH_WINDOW = 160       # what is compared at each lag
    # Three periods, a quarter of one before them to fade from, and room to compare at the longest lag.
    LONGEST_QUARTER = 30     # of a period
    HISTORY = 3 * LONGEST_PITCH + LONGEST_QUARTER
    STEP = 80                # 10 ms: how often a long loss changes
    STEPS_HEARD = 6          # after 60 ms only noise is left
    GRAIN = 80
    GRAIN_HOP = 40
    NOISE = 160
    NOISE_MEMORY = 100       # frames of NOISE samples: 2 s, and the 2 s before


# The quietest frame of noise is quieter than noise is on average (minimum statistics; Martin, 2001), here by 2 dB.
cdef double NOISE_BIAS = 1.26
# Until a line has paused its quietest frame is speech: more than this, in RMS (-37 dBm0), is not passed off as noise.
cdef double NOISE_MOST = 226.0
cdef double[GRAIN] GRAIN_WINDOW  # half a sine: the squares of overlapping grains add up to one

for _i in range(GRAIN):
    GRAIN_WINDOW[_i] = sin(M_PI * (_i + 0.5) / GRAIN)


cdef int find_pitch(const int16_t *history) noexcept nogil:
    """The lag at which the last 20 ms look most like what came before."""
    cdef int16_t scaled[HISTORY]       # so that sums of products fit 32 bits
    cdef int32_t part[LAGS_ROUNDED]
    cdef int32_t products[LAGS]        # from the longest lag to the shortest
    cdef const int16_t *recent = scaled + HISTORY - PITCH_WINDOW
    cdef const int16_t *earlier = recent - LONGEST_PITCH
    cdef int32_t energy = 0
    cdef int i, at = 0, best = 0
    cdef double likeness, most = -1
    for i in range(HISTORY):
        scaled[i] = history[i] >> 4
    memset(products, 0, sizeof(products))
    while at < PITCH_WINDOW:
        # A stretch of the recent signal is a filter that finds itself.
        fir_sums(earlier + at + FIR_TAPS - 1, recent + at, part, LAGS)
        for i in range(LAGS):
            products[i] += part[i]
        at += FIR_TAPS
    for i in range(PITCH_WINDOW):
        energy += <int32_t> earlier[i] * earlier[i]
    for i in range(LAGS):
        if products[i] > 0:
            likeness = <double> products[i] * products[i] / (energy + 1)
            if likeness > most:
                most = likeness
                best = i
        energy += <int32_t> earlier[i + PITCH_WINDOW] * earlier[i + PITCH_WINDOW] - <int32_t> earlier[i] * earlier[i]
    return LONGEST_PITCH - best


@cython.final
cdef class Concealer:
    """Hears a line at 8 kHz and fills in what is missing."""

    cdef int16_t history[HISTORY]     # the last samples given out
    cdef int16_t periods[HISTORY]     # the history as it was when the loss began
    cdef int pitch
    cdef int used                     # periods in use: 1, 2, 3
    cdef int cursor                   # where in them the repetition is
    cdef int old_cursor               # where it was with one period less
    cdef int lost                     # samples concealed in this loss
    cdef int step_up                  # from the repetition to the true signal, where they meet

    cdef int16_t noise[NOISE]         # the quietest frame of late, and its rival for the next 2 s
    cdef int16_t next_noise[NOISE]
    cdef int64_t noise_energy, next_energy
    cdef int heard                    # frames since the rival was new
    cdef int16_t frame[NOISE]         # what was heard, cut into frames
    cdef int framed
    cdef uint32_t random
    cdef int16_t grains[GRAIN]        # overlap of the grains under way
    cdef int grain_cursor

    def __cinit__(self):
        self.clear()

    cdef void clear(self) noexcept nogil:
        memset(self.history, 0, sizeof(self.history))
        memset(self.noise, 0, sizeof(self.noise))
        memset(self.grains, 0, sizeof(self.grains))
        self.noise_energy = self.next_energy = -1
        self.lost = self.heard = self.framed = self.grain_cursor = 0
        self.random = 711

    cdef void remember(self, const int16_t *pcm, Py_ssize_t n) noexcept nogil:
        if n >= HISTORY:
            memcpy(self.history, pcm + n - HISTORY, sizeof(self.history))
        else:
            memmove(self.history, self.history + n, 2 * (HISTORY - n))
            memcpy(self.history + HISTORY - n, pcm, 2 * n)

    cdef void learn_noise(self, const int16_t *pcm, Py_ssize_t n) noexcept nogil:
        cdef int64_t energy
        cdef Py_ssize_t m
        cdef int i
        while n:
            m = min(n, <Py_ssize_t> (NOISE - self.framed))
            memcpy(self.frame + self.framed, pcm, 2 * m)
            self.framed += <int> m
            pcm += m
            n -= m
            if self.framed < NOISE:
                return
            self.framed = 0
            energy = 0
            for i in range(NOISE):
                energy += <int32_t> self.frame[i] * self.frame[i]
            if self.heard >= NOISE_MEMORY:
                self.heard = 0
                self.noise_energy = self.next_energy
                memcpy(self.noise, self.next_noise, sizeof(self.noise))
                self.next_energy = -1
            self.heard += 1
            if self.next_energy < 0 or energy < self.next_energy:
                self.next_energy = energy
                memcpy(self.next_noise, self.frame, sizeof(self.noise))
            if self.noise_energy < 0 or energy < self.noise_energy:
                self.noise_energy = energy
                memcpy(self.noise, self.frame, sizeof(self.noise))

    cdef uint32_t draw(self, uint32_t below) noexcept nogil:
        """A pseudo-random number (xorshift32, Marsaglia 2003): the same call gives the same noise."""
        self.random ^= self.random << 13
        self.random ^= self.random >> 17
        self.random ^= self.random << 5
        return self.random % below

    cdef int16_t next_noise_sample(self) noexcept nogil:
        cdef int i, start
        cdef double gain
        if self.grain_cursor == 0:
            # A new grain fades in over what is left of the last one; powers add, since grains are unlike.
            memmove(self.grains, self.grains + GRAIN_HOP, 2 * (GRAIN - GRAIN_HOP))
            memset(self.grains + GRAIN - GRAIN_HOP, 0, 2 * GRAIN_HOP)
            start = <int> self.draw(NOISE - GRAIN)
            gain = NOISE_BIAS * min(1.0, NOISE_MOST / sqrt(max(self.noise_energy, 0) / <double> NOISE + 1))
            if self.draw(2):
                gain = -gain
            for i in range(GRAIN):
                self.grains[i] = saturate(self.grains[i] + <int32_t> (gain * GRAIN_WINDOW[i] * self.noise[start + i]))
        i = self.grain_cursor
        self.grain_cursor = (i + 1) % GRAIN_HOP
        return self.grains[i]

    cdef void begin(self) noexcept nogil:
        """The first lost sample: find the pitch, and how far the repetition is from where the signal ended."""
        memcpy(self.periods, self.history, sizeof(self.periods))
        self.pitch = find_pitch(self.history)
        self.step_up = self.history[HISTORY - 1] - self.history[HISTORY - 1 - self.pitch]
        self.used = 1
        self.cursor = 0

    cdef int32_t repeated(self, int used, int cursor) noexcept nogil:
        """One sample of the last `used` periods, whose end fades into what came before their beginning."""
        cdef int quarter = self.pitch // 4
        cdef int left = used * self.pitch - cursor
        cdef int32_t sample = self.periods[HISTORY - left]
        if left <= quarter:
            sample = (sample * left + self.periods[HISTORY - used * self.pitch - left] * (quarter - left)) // quarter
        return sample

    cdef int16_t next_concealed(self) noexcept nogil:
        cdef int step = self.lost // STEP, into = self.lost % STEP, quarter
        cdef int32_t sample, gain
        if self.lost == 0:
            self.begin()
        if step >= STEPS_HEARD:
            self.lost += 1 if self.lost < 1 << 30 else 0
            return self.next_noise_sample()
        if into == 0 and 1 <= step <= 2:
            # One period more to repeat: fade over to the same phase one period earlier.
            self.old_cursor = self.cursor
            self.used = step + 1
        quarter = self.pitch // 4
        sample = self.repeated(self.used, self.cursor)
        if step == 0 and into < quarter:
            sample += self.step_up * (quarter - into) // (quarter + 1)
        elif 1 <= step <= 2 and into < quarter:
            sample = (sample * (into + 1) + self.repeated(step, self.old_cursor) * (quarter - into)) // (quarter + 1)
            self.old_cursor = (self.old_cursor + 1) % (step * self.pitch)
        self.cursor = (self.cursor + 1) % (self.used * self.pitch)
        # From 10 ms on 20 % quieter every 10 ms, in 1/400; noise takes the place.
        if step:
            gain = (STEPS_HEARD * STEP) - self.lost
            sample = (sample * gain + self.next_noise_sample() * ((STEPS_HEARD - 1) * STEP - gain)) // ((STEPS_HEARD - 1) * STEP)
        self.lost += 1
        return saturate(sample)

    def conceal(self, Py_ssize_t samples=160, /):
        """Make up this many samples in place of lost ones."""
        cdef bytes out
        cdef int16_t *pcm
        cdef Py_ssize_t i
        if samples < 0:
            raise ValueError(f"a number of samples cannot be negative: {samples}")
        out = PyBytes_FromStringAndSize(NULL, 2 * samples)
        pcm = <int16_t *> PyBytes_AS_STRING(out)
        for i in range(samples):
            pcm[i] = self.next_concealed()
        self.remember(pcm, samples)
        return out

    def receive(self, pcm, /):
        """Take 16-bit PCM that did arrive; returns it, joined smoothly if what came before was made up."""
        cdef Source source
        cdef bytes out
        open_source(&source, pcm, 2)
        try:
            if is_odd(source.data):
                raise ValueError("16-bit PCM must begin at an even address: pass bytes")
            self.learn_noise(<const int16_t *> source.data, source.samples)
            if not self.lost or not source.samples:
                self.remember(<const int16_t *> source.data, source.samples)
                return pcm
            out = PyBytes_FromStringAndSize(<const char *> source.data, source.size)
            self.join(<int16_t *> PyBytes_AS_STRING(out), source.samples)
            self.remember(<const int16_t *> PyBytes_AS_STRING(out), source.samples)
            return out
        finally:
            close_source(&source)

    cdef void join(self, int16_t *pcm, Py_ssize_t n) noexcept nogil:
        """Fade from what would have been made up to what came. Appendix I takes 4 ms longer per 10 ms lost; measured on
        speech, the sooner the true signal is back the closer the spectrum is to the original's."""
        cdef int over = <int> min(self.pitch // 4, n)
        cdef int i
        for i in range(over):
            pcm[i] = <int16_t> ((self.next_concealed() * (over - i) + pcm[i] * (i + 1)) // (over + 1))
        self.lost = 0

    def reset(self):
        """Forget what was heard."""
        self.clear()
