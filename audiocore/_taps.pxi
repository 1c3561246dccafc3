# The filters. All taps are 16-bit integers, so that a stream gives the same bits on every machine.

cdef enum:
    HALF_TAPS = 32     # taps per phase of the x2 filters: 64 in all at the higher rate
    LINEAR_DELAY = 15  # the low-rate sample that the linear-phase filter passes through
    # Both x2 filters pass +-0.01 dB to 3.4 kHz and stop from 4.6 kHz (at 8 <-> 16 kHz). Gain is 1 << HALF_SHIFT.
    HALF_SHIFT = 14

# Half-band, linear phase: every second tap of a half-band filter is zero but the centre, so one phase is a copy and
# the other one this symmetric set. Remez exchange on the one-band form (Vaidyanathan and Nguyen, 1987), then an
# integer search that keeps the sum at exactly 1 << 14.
cdef int16_t[32] LINEAR = [
    -4, 10, -20, 37, -62, 100, -152, 224, -321, 453, -633, 886, -1268, 1922, -3376, 10396,
    10396, -3376, 1922, -1268, 886, -633, 453, -321, 224, -152, 100, -62, 37, -20, 10, -4,
]

# Minimum phase: the same bands by Remez exchange with 127 taps (weights 1, 20 from 4.6 kHz, 80 from 5.4 kHz), folded
# to minimum phase through the cepstrum (Oppenheim and Schafer), then the same integer search. Split by phase.
cdef int16_t[32] MINIMUM_EVEN = [
    346, 6743, 12861, -3951, -466, 2088, -2517, 2476, -2261, 1995, -1727, 1476, -1248, 1043, -862, 703,
    -564, 445, -344, 260, -191, 136, -93, 61, -39, 23, -12, 4, -1, 0, 0, 0,
]
cdef int16_t[32] MINIMUM_ODD = [
    2226, 12084, 5769, -6569, 4828, -3236, 2118, -1383, 912, -614, 427, -311, 239, -196, 168, -149,
    135, -122, 109, -96, 82, -68, 56, -44, 33, -23, 15, -10, 6, -3, 1, 0,
]


cdef double bessel_i0(double x) noexcept nogil:
    """Modified Bessel function of the first kind, order 0, by its power series."""
    cdef double term = 1.0, total = 1.0, half = x / 2
    cdef int k = 1
    while term > total * 1e-17:
        term *= half / k * (half / k)
        total += term
        k += 1
    return total


cdef double low_pass(double t, double cutoff, double half_length, double beta) noexcept nogil:
    """A Kaiser-windowed sinc at time t (samples), cutoff in cycles per sample."""
    cdef double edge = t / half_length, x = 2 * M_PI * cutoff * t
    if fabs(edge) >= 1:
        return 0
    return (sin(x) / x if x else 1.0) * bessel_i0(beta * sqrt(1 - edge * edge))


cdef int polyphase_design(int16_t *taps, int up, int down, int length, int stride, double beta) except -1:
    """Fill taps[up][stride] with the phases of an interpolator by up/down and return their Q format.

    The filter is `length` input samples long, delays by length / 2 and cuts off at half the lower rate. Every phase
    sums to exactly 1 << Q, so that a constant stays one, and Q leaves room for full-scale input in 32 bits. Phases
    are stored oldest sample first, padded in front with zeros to `stride`.
    """
    cdef double cutoff = 0.5 * min(1.0, <double> up / down)
    cdef double *phase = <double *> PyMem_Calloc(length, sizeof(double))
    cdef double total, worst = 0, peak = 0, magnitude
    cdef int p, k, q, best
    cdef int32_t missing
    cdef int16_t *row
    if phase == NULL:
        raise MemoryError
    try:
        q = 0
        for rounding in range(2):
            for p in range(up):
                total = 0
                for k in range(length):
                    phase[k] = low_pass(k + <double> p / up - 0.5 * length, cutoff, 0.5 * length, beta)
                    total += phase[k]
                magnitude = 0
                for k in range(length):
                    phase[k] /= total
                    magnitude += fabs(phase[k])
                    peak = max(peak, fabs(phase[k]))
                worst = max(worst, magnitude)
                if rounding:
                    row = taps + p * stride
                    round_phase(phase, length, q, row + stride - length)
            if not rounding:
                # The sum of products, its rounding bias included, must stay below 2**31.
                q = 15
                while q > 8 and ((1 << q) * peak > 32766 or (1 << q) * worst > 65500):
                    q -= 1
    finally:
        PyMem_Free(phase)
    return q


cdef void round_phase(const double *phase, int length, int q, int16_t *row) noexcept nogil:
    """Round one phase to Q format, newest tap last in `row`, keeping its sum."""
    cdef int k, best
    cdef int32_t missing = 1 << q
    cdef double scale = 1 << q, error, largest
    for k in range(length):
        row[length - 1 - k] = <int16_t> floor(phase[k] * scale + 0.5)
        missing -= row[length - 1 - k]
    while missing:
        best = 0
        largest = -1
        for k in range(length):
            error = phase[k] * scale - row[length - 1 - k]
            if missing < 0:
                error = -error
            if error > largest:
                largest = error
                best = k
        row[length - 1 - best] += 1 if missing > 0 else -1
        missing += -1 if missing > 0 else 1
