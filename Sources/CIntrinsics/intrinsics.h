// Instructions that Swift has no words for.
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Asks for the cache line at `address` to be brought near; harmless for any address.
static inline void berth_prefetch(const void *address) { __builtin_prefetch(address); }

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
