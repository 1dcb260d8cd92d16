// Instructions that Swift has no words for.
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Asks for the cache line at `address` to be brought near; harmless for any address.
static inline void berth_prefetch(const void *address) { __builtin_prefetch(address); }

/// The processor's counter of time; 0 where there is none that programs may read.
static inline uint64_t berth_ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

/// Bit `i` of the result is bit `bit` of `words[i]`, for 64 words.
static inline uint64_t berth_gather_bit(const uint64_t *words, uint32_t bit) {
    uint64_t mask = 0;
#if defined(__SSE2__)
    // The sign bits of two words at a time.
    const __m128i shift = _mm_cvtsi32_si128((int)(63 - bit));
    for (int i = 0; i < 64; i += 2) {
        const __m128i pair = _mm_sll_epi64(_mm_loadu_si128((const __m128i *)(words + i)), shift);
        mask |= (uint64_t)_mm_movemask_pd(_mm_castsi128_pd(pair)) << i;
    }
#else
    for (int i = 0; i < 64; i++) { mask |= ((words[i] >> bit) & 1) << i; }
#endif
    return mask;
}

/// Bit `i` of the result tells that `bounds[i]` is greater than `value`, for 4 bounds.
static inline uint32_t berth_greater_of_4(const int32_t *bounds, int32_t value) {
#if defined(__SSE2__)
    const __m128i above = _mm_cmpgt_epi32(_mm_loadu_si128((const __m128i *)bounds), _mm_set1_epi32(value));
    return (uint32_t)_mm_movemask_ps(_mm_castsi128_ps(above));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 4; i++) { mask |= (uint32_t)(bounds[i] > value) << i; }
    return mask;
#endif
}

/// Bit `i` of the result tells that `values[i]` is greater than `value`, for 8 values.
static inline uint32_t berth_greater_of_8(const int32_t *values, int32_t value) {
#if defined(__SSE2__)
    const __m128i *quads = (const __m128i *)values;
    const __m128i limit = _mm_set1_epi32(value);
    const __m128i above = _mm_packs_epi32(
        _mm_cmpgt_epi32(_mm_loadu_si128(quads), limit), _mm_cmpgt_epi32(_mm_loadu_si128(quads + 1), limit));
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(above, above)) & 0xff;
#else
    uint32_t mask = 0;
    for (int i = 0; i < 8; i++) { mask |= (uint32_t)(values[i] > value) << i; }
    return mask;
#endif
}

/// Bit `i` of the result tells that `bytes[i]` equals `value`, for 64 bytes.
static inline uint64_t berth_equals_of_64(const uint8_t *bytes, uint8_t value) {
    uint64_t mask = 0;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8((char)value);
    for (int i = 0; i < 4; i++) {
        const __m128i part = _mm_loadu_si128((const __m128i *)bytes + i);
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(part, wanted)) << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++) { mask |= (uint64_t)(bytes[i] == value) << i; }
#endif
    return mask;
}

/// Bit `i` of the result tells that `bounds[i]` is greater than `value`, for 16 bounds.
static inline uint32_t berth_greater_of_16(const int32_t *bounds, int32_t value) {
#if defined(__SSE2__)
    const __m128i *quads = (const __m128i *)bounds;
    const __m128i limit = _mm_set1_epi32(value);
    const __m128i low = _mm_packs_epi32(
        _mm_cmpgt_epi32(_mm_loadu_si128(quads), limit), _mm_cmpgt_epi32(_mm_loadu_si128(quads + 1), limit));
    const __m128i high = _mm_packs_epi32(
        _mm_cmpgt_epi32(_mm_loadu_si128(quads + 2), limit), _mm_cmpgt_epi32(_mm_loadu_si128(quads + 3), limit));
    return (uint32_t)_mm_movemask_epi8(_mm_packs_epi16(low, high));
#else
    uint32_t mask = 0;
    for (int i = 0; i < 16; i++) { mask |= (uint32_t)(bounds[i] > value) << i; }
    return mask;
#endif
}
