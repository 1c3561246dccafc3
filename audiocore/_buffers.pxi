# Buffers in and out. A `bytes` object is read in place (PyObject_GetBuffer costs more than encoding a frame does);
# anything else goes through the buffer protocol. Every check happens before the first byte is written.

cdef enum:
    # Releasing the GIL costs about 20 ns, half a frame's decoding: below this many bytes it does not pay.
    RELEASE_GIL_ABOVE = 16384


cdef struct Source:
    const uint8_t *data
    Py_ssize_t size     # bytes
    Py_ssize_t samples
    Py_buffer view
    bint held           # view must be released


cdef struct Target:
    uint8_t *data
    Py_buffer view


cdef int open_source(Source *source, object data, Py_ssize_t width) except -1:
    """Borrow `data` as samples of `width` bytes. TypeError, BufferError or ValueError if it cannot be that."""
    cdef Py_ssize_t size
    source.held = False
    if PyBytes_CheckExact(data):
        source.data = <const uint8_t *> PyBytes_AS_STRING(data)
        size = PyBytes_GET_SIZE(data)
    else:
        PyObject_GetBuffer(data, &source.view, PyBUF_SIMPLE)
        source.held = True
        source.data = <const uint8_t *> source.view.buf
        size = source.view.len
        if source.view.itemsize > width:
            width_found = source.view.itemsize
            close_source(source)
            raise ValueError(
                f"expected items of {width} byte(s), found {width_found}: "
                + ("pass 16-bit PCM, not floats or 32-bit integers" if width == 2 else "pass one byte per code"))
    if size % width:
        close_source(source)
        raise ValueError(f"16-bit PCM needs an even number of bytes, found {size}: keep the odd byte for the next call")
    source.size = size
    source.samples = size // width
    return 0


cdef inline void close_source(Source *source) noexcept:
    if source.held:
        PyBuffer_Release(&source.view)
        source.held = False


cdef int open_target(Target *target, object data, Py_ssize_t needed, const Source *source) except -1:
    """Borrow `data` for writing `needed` bytes that do not overlap `source`."""
    cdef uintptr_t begin, end, source_begin, source_end
    PyObject_GetBuffer(data, &target.view, PyBUF_WRITABLE)
    target.data = <uint8_t *> target.view.buf
    if target.view.len < needed:
        found = target.view.len
        PyBuffer_Release(&target.view)
        raise ValueError(f"the destination holds {found} bytes and {needed} are needed")
    begin = <uintptr_t> target.data
    end = begin + <uintptr_t> needed
    source_begin = <uintptr_t> source.data
    source_end = source_begin + <uintptr_t> source.size
    if begin < source_end and source_begin < end:
        PyBuffer_Release(&target.view)
        raise ValueError("source and destination overlap: use two buffers")
    return 0


cdef inline void close_target(Target *target) noexcept:
    PyBuffer_Release(&target.view)


cdef inline bint is_odd(const void *address) noexcept nogil:
    """Whether 16-bit samples at this address would be misaligned."""
    return <uintptr_t> address & 1
