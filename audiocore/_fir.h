/* The one loop that compilers do not vectorise well by themselves: many outputs of one short integer filter.
 *
 * x86 multiplies eight, sixteen or thirty-two pairs of 16-bit numbers and adds the products two by two in a single
 * instruction (pmaddwd), but GCC 12 only uses it where one output is summed up at a time. So this loop is written with
 * intrinsics: a register of samples that starts two taps further on holds the operands of every second output, which
 * makes one register of even and one of odd outputs, interleaved at the end. Without x86 the plain loop is right: ARM
 * multiplies and accumulates into 32 bits lane by lane.
 */
#ifndef AUDIOCORE_FIR_H
#define AUDIOCORE_FIR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    FIR_TAPS = 32,  /* length of the filter */
    FIR_LANES = 32  /* outputs come in groups of this many: buffers have room for the next multiple */
};

/* sums[i] = taps[0] x[i - 31] + ... + taps[31] x[i] for i < n */
typedef void FirSums(const int16_t *x, const int16_t *taps, int32_t *sums, ptrdiff_t n);

#if defined(__x86_64__) || defined(_M_X64)

#include <immintrin.h>

#define FIR_SUMS(NAME, TARGET, VECTOR, HALF, SET1, LOAD, MADD, ADD, ZERO, INTERLEAVE)                       \
    TARGET static void NAME(const int16_t *x, const int16_t *taps, int32_t *sums, ptrdiff_t n) {             \
        for (ptrdiff_t i = 0; i < n; i += 2 * HALF) {                                                        \
            const int16_t *window = x + i - (FIR_TAPS - 1);                                                  \
            VECTOR even = ZERO(), odd = ZERO();                                                              \
            for (int k = 0; k < FIR_TAPS; k += 2) {                                                          \
                int32_t pair;                                                                                \
                memcpy(&pair, taps + k, sizeof pair);                                                        \
                even = ADD(even, MADD(LOAD((const void *)(window + k)), SET1(pair)));                        \
                odd = ADD(odd, MADD(LOAD((const void *)(window + k + 1)), SET1(pair)));                      \
            }                                                                                                \
            INTERLEAVE(even, odd, sums + i);                                                                 \
        }                                                                                                    \
    }

#define FIR_INTERLEAVE_128(EVEN, ODD, OUT)                                           \
    _mm_storeu_si128((void *)(OUT), _mm_unpacklo_epi32(EVEN, ODD));                   \
    _mm_storeu_si128((void *)((OUT) + 4), _mm_unpackhi_epi32(EVEN, ODD))
FIR_SUMS(fir_sums_sse2, , __m128i, 4, _mm_set1_epi32, _mm_loadu_si128, _mm_madd_epi16, _mm_add_epi32,
         _mm_setzero_si128, FIR_INTERLEAVE_128)

#if defined(__GNUC__)

#define FIR_INTERLEAVE_256(EVEN, ODD, OUT)                                           \
    __m256i low = _mm256_unpacklo_epi32(EVEN, ODD), high = _mm256_unpackhi_epi32(EVEN, ODD); \
    _mm256_storeu_si256((void *)(OUT), _mm256_permute2x128_si256(low, high, 0x20));   \
    _mm256_storeu_si256((void *)((OUT) + 8), _mm256_permute2x128_si256(low, high, 0x31))
FIR_SUMS(fir_sums_avx2, __attribute__((target("avx2"))), __m256i, 8, _mm256_set1_epi32, _mm256_loadu_si256,
         _mm256_madd_epi16, _mm256_add_epi32, _mm256_setzero_si256, FIR_INTERLEAVE_256)

#define FIR_INTERLEAVE_512(EVEN, ODD, OUT)                                           \
    const __m512i first = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0); \
    const __m512i second = _mm512_add_epi32(first, _mm512_set1_epi32(8));             \
    _mm512_storeu_si512((void *)(OUT), _mm512_permutex2var_epi32(EVEN, first, ODD));  \
    _mm512_storeu_si512((void *)((OUT) + 16), _mm512_permutex2var_epi32(EVEN, second, ODD))
FIR_SUMS(fir_sums_avx512, __attribute__((target("avx512f,avx512bw"))), __m512i, 16, _mm512_set1_epi32,
         _mm512_loadu_si512, _mm512_madd_epi16, _mm512_add_epi32, _mm512_setzero_si512, FIR_INTERLEAVE_512)

#endif

#else

static void fir_sums_plain(const int16_t *x, const int16_t *taps, int32_t *sums, ptrdiff_t n) {
    enum { LANES = 16 };
    for (ptrdiff_t i = 0; i < n; i += LANES) {
        int32_t lanes[LANES] = {0};
        for (int k = 0; k < FIR_TAPS; k++) {
            const int16_t *delayed = x + i + k - (FIR_TAPS - 1);
            for (int j = 0; j < LANES; j++)
                lanes[j] += (int32_t)taps[k] * delayed[j];
        }
        memcpy(sums + i, lanes, sizeof lanes);
    }
}

#endif

/* The best version for this machine, or in a build that pins one instruction set, for that. */
static FirSums *fir_sums_best(void) {
#if defined(AUDIOCORE_ONE_ISA) && defined(__AVX512BW__)
    return fir_sums_avx512;
#elif defined(AUDIOCORE_ONE_ISA) && defined(__AVX2__)
    return fir_sums_avx2;
#elif defined(__x86_64__) && defined(__GNUC__) && !defined(AUDIOCORE_ONE_ISA)
    if (__builtin_cpu_supports("avx512bw"))
        return fir_sums_avx512;
    if (__builtin_cpu_supports("avx2"))
        return fir_sums_avx2;
    return fir_sums_sse2;
#elif defined(__x86_64__) || defined(_M_X64)
    return fir_sums_sse2;
#else
    return fir_sums_plain;
#endif
}

#endif
