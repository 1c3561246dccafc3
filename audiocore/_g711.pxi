# ITU-T G.711 without tables or branches, exact to the G.191 reference (STL, src/g711/g711.c) on every input.
#
# mu-law code, after inverting all bits:   s eee mmmm   magnitude = ((mmmm << 3) + 132 << eee) - 132
# A-law code, after XOR with 0x55:         s eee mmmm   magnitude = ((mmmm << 4) + 8 + 256) << (eee - 1), eee > 0
#                                                                  = (mmmm << 4) + 8,                     eee = 0
#
# Both directions go through float32, whose form is that of the codes: exponent above mantissa, from bit 19 up. Encoding
# needs the highest set bit of a magnitude and the four bits under it, and there they are. Decoding puts exponent and
# mantissa there, with a one below for the middle of the step, and converts. This vectorises with SSE2 already; tables
# do not, and shifts by a variable are slow there.
#
# Encoding works in 16-bit lanes and converts two samples at a time, a block after another: compilers keep arrays of
# that size in registers, and one step per loop is what lets them choose lanes of the right width.

ctypedef void (*DecodeLoop)(const uint8_t *codes, int16_t *pcm, Py_ssize_t n) noexcept nogil
# Rounds n up to whole blocks: both buffers must have the room.
ctypedef void (*EncodeLoop)(const int16_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil

cdef enum:
    HALF_STEP = 1 << 18   # the bit below the four of the mantissa
    # Segment 0 of mu-law begins at 2 ** 7, and that of A-law would, had it a leading bit: exponent 134 with its bias.
    SEGMENT_0 = 134 << 4
    ENCODE_PAIRS = 16     # samples are encoded 32 in one go: loops of this length become a few wide registers
    ENCODE_BLOCK = 32
    STAGED_SAMPLES = 512  # what is copied at a time where PCM is at an odd address or no whole block


cdef cloned ulaw_decode_loop(const uint8_t *codes, int16_t *pcm, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef int32_t code, magnitude, sign
    for i in range(n):
        code = codes[i] ^ 0xFF
        # Segment 0 begins at 128 = 2 ** 7, whose exponent is 134 with its bias.
        magnitude = <int32_t> bits_float((134 << 23) + ((code & 0x7F) << 19) + HALF_STEP) - 132
        sign = -(code >> 7)
        pcm[i] = <int16_t> ((magnitude ^ sign) - sign)


cdef cloned alaw_decode_loop(const uint8_t *codes, int16_t *pcm, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef int32_t code, linear, magnitude, sign
    for i in range(n):
        code = codes[i] ^ 0xD5
        # Segment 0 has no leading bit: as segment 1, less that bit. Segment 1 begins at 256 = 2 ** 8.
        linear = 1 if (code & 0x70) == 0 else 0
        magnitude = <int32_t> bits_float((134 << 23) + (((code & 0x7F) + (linear << 4)) << 19) + HALF_STEP)
        magnitude -= linear << 8
        sign = -(code >> 7)
        pcm[i] = <int16_t> ((magnitude ^ sign) - sign)


cdef inline inlined leading_bits(int16_t *magnitudes) noexcept nogil:
    """Replace ENCODE_BLOCK magnitudes, 128 to 32767, by bits 19 and up of their float32 form: exponent and mantissa.

    A pair is converted as one number of 32 bits. Its upper half keeps the leading bits that it would have alone,
    since no rounding carries past the clear sign bit of the lower half; an exponent greater by 16 does not show in
    the low byte.
    """
    cdef uint32_t pairs[ENCODE_PAIRS]
    cdef uint32_t lower, upper
    cdef int i
    memcpy(pairs, magnitudes, sizeof(pairs))
    for i in range(ENCODE_PAIRS):
        lower = float_bits(<float> <int32_t> (pairs[i] & 0xFFFF)) >> 19
        upper = float_bits(<float> <int32_t> pairs[i]) >> (19 - 16)
        pairs[i] = lower | (upper & <uint32_t> 0xFFFF0000)
    memcpy(magnitudes, pairs, sizeof(pairs))


cdef cloned ulaw_encode_loop(const int16_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil:
    cdef int16_t lanes[ENCODE_BLOCK]
    cdef int16_t signs[ENCODE_BLOCK]
    cdef int16_t magnitude
    cdef int i
    while n > 0:
        for i in range(ENCODE_BLOCK):
            signs[i] = pcm[i] >> 15
            magnitude = pcm[i] ^ signs[i]
            lanes[i] = (magnitude if magnitude < 32635 else 32635) + 132
        leading_bits(lanes)
        for i in range(ENCODE_BLOCK):
            lanes[i] = ((SEGMENT_0 + 0xFF) - lanes[i]) ^ (signs[i] & 0x80)
        for i in range(ENCODE_BLOCK):
            codes[i] = <uint8_t> lanes[i]
        pcm += ENCODE_BLOCK
        codes += ENCODE_BLOCK
        n -= ENCODE_BLOCK


cdef cloned alaw_encode_loop(const int16_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil:
    cdef int16_t lanes[ENCODE_BLOCK]
    cdef int16_t signs[ENCODE_BLOCK]
    cdef int16_t lows[ENCODE_BLOCK]
    cdef int16_t magnitude, normal
    cdef int i
    while n > 0:
        for i in range(ENCODE_BLOCK):
            signs[i] = pcm[i] >> 15
            magnitude = pcm[i] ^ signs[i]
            normal = magnitude if magnitude > 256 else 256
            # Segment 0 has no leading bit: below 256 the code is linear.
            lows[i] = <int16_t> (magnitude - normal) >> 4
            lanes[i] = normal
        leading_bits(lanes)
        for i in range(ENCODE_BLOCK):
            lanes[i] = (lanes[i] - SEGMENT_0 + lows[i]) ^ 0xD5 ^ (signs[i] & 0x80)
        for i in range(ENCODE_BLOCK):
            codes[i] = <uint8_t> lanes[i]
        pcm += ENCODE_BLOCK
        codes += ENCODE_BLOCK
        n -= ENCODE_BLOCK


cdef void run_decode(DecodeLoop loop, const uint8_t *codes, uint8_t *pcm, Py_ssize_t n) noexcept nogil:
    cdef int16_t staged[STAGED_SAMPLES]
    cdef Py_ssize_t done = 0, m
    if not is_odd(pcm):
        loop(codes, <int16_t *> pcm, n)
        return
    while done < n:
        m = min(n - done, <Py_ssize_t> STAGED_SAMPLES)
        loop(codes + done, staged, m)
        memcpy(pcm + 2 * done, staged, 2 * m)
        done += m


cdef void run_encode(EncodeLoop loop, const uint8_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil:
    cdef int16_t staged[STAGED_SAMPLES]
    cdef uint8_t staged_codes[STAGED_SAMPLES]
    cdef Py_ssize_t done = 0, m
    if not is_odd(pcm):
        done = n - n % ENCODE_BLOCK
        loop(<const int16_t *> pcm, codes, done)
    while done < n:
        m = min(n - done, <Py_ssize_t> STAGED_SAMPLES)
        memcpy(staged, pcm + 2 * done, 2 * m)
        loop(staged, staged_codes, m)
        memcpy(codes + done, staged_codes, m)
        done += m


cdef inline void decode_samples(DecodeLoop loop, const uint8_t *codes, uint8_t *pcm, Py_ssize_t n) noexcept:
    if 2 * n > RELEASE_GIL_ABOVE:
        with nogil:
            run_decode(loop, codes, pcm, n)
    else:
        run_decode(loop, codes, pcm, n)


cdef inline void encode_samples(EncodeLoop loop, const uint8_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept:
    if 2 * n > RELEASE_GIL_ABOVE:
        with nogil:
            run_encode(loop, pcm, codes, n)
    else:
        run_encode(loop, pcm, codes, n)


cdef inline bytes decode(DecodeLoop loop, object data):
    cdef Source source
    cdef bytes pcm
    if PyBytes_CheckExact(data):  # nothing to check or release
        pcm = PyBytes_FromStringAndSize(NULL, 2 * PyBytes_GET_SIZE(data))
        decode_samples(loop, <const uint8_t *> PyBytes_AS_STRING(data), <uint8_t *> PyBytes_AS_STRING(pcm),
                       PyBytes_GET_SIZE(data))
        return pcm
    open_source(&source, data, 1)
    try:
        pcm = PyBytes_FromStringAndSize(NULL, 2 * source.samples)
        decode_samples(loop, source.data, <uint8_t *> PyBytes_AS_STRING(pcm), source.samples)
    finally:
        close_source(&source)
    return pcm


cdef inline bytes encode(EncodeLoop loop, object data):
    cdef Source source
    cdef bytes codes
    if PyBytes_CheckExact(data) and PyBytes_GET_SIZE(data) % 2 == 0:
        codes = PyBytes_FromStringAndSize(NULL, PyBytes_GET_SIZE(data) // 2)
        encode_samples(loop, <const uint8_t *> PyBytes_AS_STRING(data), <uint8_t *> PyBytes_AS_STRING(codes),
                       PyBytes_GET_SIZE(data) // 2)
        return codes
    open_source(&source, data, 2)
    try:
        codes = PyBytes_FromStringAndSize(NULL, source.samples)
        encode_samples(loop, source.data, <uint8_t *> PyBytes_AS_STRING(codes), source.samples)
    finally:
        close_source(&source)
    return codes


cdef Py_ssize_t decode_into(DecodeLoop loop, object data, object into) except -1:
    cdef Source source
    cdef Target target
    open_source(&source, data, 1)
    try:
        open_target(&target, into, 2 * source.samples, &source)
        decode_samples(loop, source.data, target.data, source.samples)
        close_target(&target)
    finally:
        close_source(&source)
    return source.samples


cdef Py_ssize_t encode_into(EncodeLoop loop, object data, object into) except -1:
    cdef Source source
    cdef Target target
    open_source(&source, data, 2)
    try:
        open_target(&target, into, source.samples, &source)
        encode_samples(loop, source.data, target.data, source.samples)
        close_target(&target)
    finally:
        close_source(&source)
    return source.samples


def ulaw_decode(data, /):
    """Decode mu-law bytes to 16-bit PCM, two bytes per code."""
    return decode(ulaw_decode_loop, data)


def ulaw_decode_into(src, dst, /):
    """Decode mu-law bytes into dst (at least 2 * len(src) bytes); returns the number of samples."""
    return decode_into(ulaw_decode_loop, src, dst)


def ulaw_encode(pcm, /):
    """Encode 16-bit PCM to mu-law bytes, one per sample."""
    return encode(ulaw_encode_loop, pcm)


def ulaw_encode_into(pcm, dst, /):
    """Encode 16-bit PCM into dst (at least one byte per sample); returns the number of samples."""
    return encode_into(ulaw_encode_loop, pcm, dst)


def alaw_decode(data, /):
    """Decode A-law bytes to 16-bit PCM, two bytes per code."""
    return decode(alaw_decode_loop, data)


def alaw_decode_into(src, dst, /):
    """Decode A-law bytes into dst (at least 2 * len(src) bytes); returns the number of samples."""
    return decode_into(alaw_decode_loop, src, dst)


def alaw_encode(pcm, /):
    """Encode 16-bit PCM to A-law bytes, one per sample."""
    return encode(alaw_encode_loop, pcm)


def alaw_encode_into(pcm, dst, /):
    """Encode 16-bit PCM into dst (at least one byte per sample); returns the number of samples."""
    return encode_into(alaw_encode_loop, pcm, dst)
