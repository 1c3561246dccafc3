# The filters. All taps are 16-bit integers, so that a stream gives the same bits on every machine.

cdef enum:
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
# to minimum phase through the cepstrum (Oppenheim and Schafer), then the same integer search. Split by phase, oldest
# sample first, as all taps here.
cdef int16_t[32] MINIMUM_EVEN = [
    0, 0, 0, -1, 4, -12, 23, -39, 61, -93, 136, -191, 260, -344, 445, -564,
    703, -862, 1043, -1248, 1476, -1727, 1995, -2261, 2476, -2517, 2088, -466, -3951, 12861, 6743, 346,
]
cdef int16_t[32] MINIMUM_ODD = [
    0, 1, -3, 6, -10, 15, -23, 33, -44, 56, -68, 82, -96, 109, -122, 135,
    -149, 168, -196, 239, -311, 427, -614, 912, -1383, 2118, -3236, 4828, -6569, 5769, 12084, 2226,
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


cdef double sinc(double x) noexcept nogil:
    return sin(M_PI * x) / (M_PI * x) if x else 1.0


cdef double low_pass(double t, double cutoff, double half_length) noexcept nogil:
    """A Kaiser-windowed sinc at time t (samples), cutoff in cycles per sample; -76 dB from 1.15 cutoff."""
    cdef double beta = 7.4
    cdef double edge = t / half_length
    if fabs(edge) >= 1:
        return 0
    return sinc(2 * cutoff * t) * bessel_i0(beta * sqrt(1 - edge * edge))


cdef int polyphase_length(int in_rate, int out_rate) noexcept nogil:
    """Taps per phase: at least 32 samples of the lower rate, and a multiple of 32, so that no vector is half full."""
    cdef int low = min(in_rate, out_rate)
    return (in_rate + low - 1) // low * 32


cdef int polyphase_design(int16_t *taps, int up, int down, int length) except -1:
    """Fill taps[up][length], oldest sample first, with the phases of an interpolator by up/down; returns its Q format.

    The filter delays by length / 2 input samples and cuts off at half the lower rate. Every phase sums to exactly
    1 << Q, so that a constant stays one, and Q leaves room for full-scale input in 32 bits.
    """
    cdef double cutoff = 0.5 * min(1.0, <double> up / down)
    cdef double *phases = <double *> PyMem_Calloc(<size_t> up * length, sizeof(double))
    cdef double *feedback = <double *> PyMem_Calloc(<size_t> length * length, sizeof(double))
    cdef double *weight = <double *> PyMem_Calloc(length, sizeof(double))
    cdef double *phase
    cdef double total, magnitude, most = 0, peak = 0
    cdef int p, k, q = 15
    try:
        if phases == NULL or feedback == NULL or weight == NULL:
            raise MemoryError
        for p in range(up):
            phase = phases + p * length
            total = 0
            for k in range(length):
                phase[k] = low_pass(0.5 * length - 1 - k + <double> p / up, cutoff, 0.5 * length)
                total += phase[k]
            magnitude = 0
            for k in range(length):
                phase[k] /= total
                magnitude += fabs(phase[k])
                peak = max(peak, fabs(phase[k]))
            most = max(most, magnitude)
        # A tap must fit 16 bits, and the sum of products with its rounding bias must stay below 2**31.
        while (1 << q) * peak > 32766 or (1 << q) * most > 65500:
            q -= 1
        rounding_feedback(weight, feedback, length, 2 * PASS_EDGE * cutoff)
        for p in range(up):
            round_phase(phases + p * length, weight, feedback, length, q, taps + p * length)
    finally:
        PyMem_Free(phases)
        PyMem_Free(feedback)
        PyMem_Free(weight)
    return q


# Rounding taps one by one spreads the error evenly over all frequencies. Here errors matter some four times more (in power)
# where the speech is than where the filter stops it, so each tap is rounded after subtracting what the errors of
# the taps already rounded predict there: the nearest-plane method (Babai, 1986), which is optimal noise shaping when
# the filter is short. It lowers the error in the pass band by 5 dB.

cdef double PASS_EDGE = 0.425         # of the lower rate: 3.4 kHz at 8 kHz
cdef double OUT_OF_BAND_WEIGHT = 0.3


cdef void rounding_feedback(double *weight, double *feedback, int length, double band) noexcept nogil:
    """Weight of an error as a Toeplitz matrix, weight[|i - j|], and its unit upper triangular factor."""
    cdef int i, j, k
    cdef double total
    for k in range(length):
        weight[k] = 2 * band * sinc(2 * band * k)
    weight[0] += OUT_OF_BAND_WEIGHT
    for k in range(length):
        for j in range(k, length):
            total = weight[j - k]
            for i in range(k):
                total -= feedback[i * length + k] * feedback[i * length + j]
            if j == k:
                feedback[k * length + k] = sqrt(total)
            else:
                feedback[k * length + j] = total / feedback[k * length + k]
    for k in range(length):
        for j in range(length - 1, k - 1, -1):
            feedback[k * length + j] /= feedback[k * length + k]


cdef void round_phase(double *phase, const double *weight, const double *feedback, int length, int q,
                      int16_t *row) noexcept nogil:
    """Round one phase to Q format, keeping its sum; leaves the errors in `phase`."""
    cdef int j, k, step, best
    cdef int32_t missing = 1 << q
    cdef double wanted, cost, least
    for k in range(length - 1, -1, -1):
        phase[k] *= 1 << q
        wanted = phase[k]
        for j in range(k + 1, length):
            wanted -= feedback[k * length + j] * phase[j]
        row[k] = <int16_t> floor(wanted + 0.5)
        phase[k] = row[k] - phase[k]
        missing -= row[k]
    while missing:
        step = 1 if missing > 0 else -1
        best = 0
        least = INFINITY
        for k in range(length):
            cost = 0
            for j in range(length):
                cost += weight[abs(j - k)] * phase[j]
            cost *= step
            if cost < least:
                least = cost
                best = k
        row[best] += step
        phase[best] += step
        missing -= step
