# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, binding=False, autotestdict=False
# cython: embedsignature=True, embedsignature.format=clinic
"""The loops that every 20 ms of every call passes through.

One extension module, one part per concern, each the twin of the Python module that documents it for users:

    _buffers.pxi    what goes in and out: any C-contiguous buffer, refused before a byte is written
    _g711.pxi       mu-law and A-law                             -> audiocore.g711
    _taps.pxi       the filters: two fixed half-bands, any-rate polyphase designed on construction
    _resample.pxi   streaming FIR resampling, x2 and any rate    -> audiocore.resample
    _jitter.pxi     the jitter ring                              -> audiocore.jitter
    _conceal.pxi    loss concealment and comfort noise           -> audiocore.conceal
    _dtmf.pxi       in-band digits                               -> audiocore.dtmf

The loops are plain C arithmetic on integers, shaped so that the compiler vectorises them; results are the same bit
for bit on every instruction set. Samples are 16-bit little-endian. State lives inline in the objects: nothing here
allocates after construction except a returned ``bytes``. An object belongs to one call and one thread at a time.
"""

cimport cython
from cpython.buffer cimport (
    PyBUF_SIMPLE, PyBUF_WRITABLE, PyBuffer_Release, PyObject_GetBuffer,
)
from cpython.bytes cimport (
    PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize, PyBytes_GET_SIZE,
)
from cpython.mem cimport PyMem_Calloc, PyMem_Free
from libc.math cimport INFINITY, M_PI, atan2, cos, fabs, floor, hypot, log10, remainder, sin, sqrt
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t, uintptr_t
from libc.string cimport memcpy, memmove, memset

import enum
from math import gcd
from typing import NamedTuple

cdef extern from *:
    """
    #if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
    #error "audiocore handles 16-bit little-endian samples in place and needs a little-endian machine"
    #endif

    /* A function of type `cloned` is compiled once per x86-64 level and the loader picks the best one (GNU ifunc).
       That needs GCC 12, whose dispatcher knows the levels, and glibc. Everywhere else, and in builds that pin one
       instruction set to test it (AUDIOCORE_ONE_ISA), there is one version for whatever -march says. */
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && __GNUC__ >= 12 \\
        && !defined(__clang__) && !defined(AUDIOCORE_ONE_ISA)
    #define AUDIOCORE_CLONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
    #else
    #define AUDIOCORE_CLONED
    #endif

    /* Inlined into every version of the functions that call it. */
    #if defined(__GNUC__)
    #define AUDIOCORE_INLINED __attribute__((always_inline))
    #else
    #define AUDIOCORE_INLINED
    #endif

    typedef void audiocore_void;

    static inline uint32_t float_bits(float value) {
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        return bits;
    }
    static inline float bits_float(uint32_t bits) {
        float value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    """
    ctypedef void cloned "AUDIOCORE_CLONED audiocore_void"
    ctypedef void inlined "AUDIOCORE_INLINED audiocore_void"
    uint32_t float_bits(float value) noexcept nogil
    float bits_float(uint32_t bits) noexcept nogil

cdef extern from "_fir.h":
    enum:
        FIR_TAPS
        FIR_LANES
    ctypedef void FirSums(const int16_t *x, const int16_t *taps, int32_t *sums, Py_ssize_t n) noexcept nogil
    FirSums *fir_sums_best() noexcept nogil

include "_buffers.pxi"
include "_g711.pxi"
include "_taps.pxi"
include "_resample.pxi"
include "_jitter.pxi"
include "_conceal.pxi"
include "_dtmf.pxi"
