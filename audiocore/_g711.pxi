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

ctypedef void (*DecodeLoop)(const uint8_t *codes, int16_t *pcm, Py_ssize_t n) noexcept nogil
ctypedef void (*EncodeLoop)(const int16_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil

cdef enum:
    HALF_STEP = 1 << 18    # the bit below the four of the mantissa
    ALIGNED_SAMPLES = 512  # how much is staged at a time for PCM at an odd address


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


cdef cloned ulaw_encode_loop(const int16_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef int32_t sample, sign, magnitude
    for i in range(n):
        sample = pcm[i]
        sign = sample >> 15
        magnitude = ((sample ^ sign) >> 2) + 33
        magnitude = magnitude if magnitude < 8191 else 8191
        # 33 has exponent 5, biased 132: that is segment 0.
        codes[i] = <uint8_t> (((float_bits(<float> magnitude) >> 19) - (132 << 4)) ^ 0xFF ^ (sign & 0x80))


cdef cloned alaw_encode_loop(const int16_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil:
    cdef Py_ssize_t i
    cdef int32_t sample, sign, magnitude, normal, low
    for i in range(n):
        sample = pcm[i]
        sign = sample >> 15
        magnitude = (sample ^ sign) >> 4
        normal = magnitude if magnitude > 16 else 16
        # Segment 0 has no leading bit: below 16 the code is the magnitude itself.
        low = magnitude - normal
        codes[i] = <uint8_t> (((float_bits(<float> normal) >> 19) - (130 << 4) + low) ^ 0xD5 ^ (sign & 0x80))


cdef void run_decode(DecodeLoop loop, const uint8_t *codes, uint8_t *pcm, Py_ssize_t n) noexcept nogil:
    cdef int16_t staged[ALIGNED_SAMPLES]
    cdef Py_ssize_t done = 0, m
    if not is_odd(pcm):
        loop(codes, <int16_t *> pcm, n)
        return
    while done < n:
        m = min(n - done, <Py_ssize_t> ALIGNED_SAMPLES)
        loop(codes + done, staged, m)
        memcpy(pcm + 2 * done, staged, 2 * m)
        done += m


cdef void run_encode(EncodeLoop loop, const uint8_t *pcm, uint8_t *codes, Py_ssize_t n) noexcept nogil:
    cdef int16_t staged[ALIGNED_SAMPLES]
    cdef Py_ssize_t done = 0, m
    if not is_odd(pcm):
        loop(<const int16_t *> pcm, codes, n)
        return
    while done < n:
        m = min(n - done, <Py_ssize_t> ALIGNED_SAMPLES)
        memcpy(staged, pcm + 2 * done, 2 * m)
        loop(staged, codes + done, m)
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
