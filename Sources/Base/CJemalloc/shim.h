#include <jemalloc/jemalloc.h>
#include <stddef.h>
#include <stdint.h>

/// jemalloc's counter of bytes allocated by the calling thread; NULL without statistics. Looked up once per thread.
static inline const uint64_t *thread_allocated_counter(void) {
    static __thread const uint64_t *counter;
    if (!counter) {
        size_t size = sizeof counter;
        if (mallctl("thread.allocatedp", &counter, &size, NULL, 0) != 0) { return NULL; }
    }
    return counter;
}

/// The index of an arena that only measurements on the calling thread use, created on first use; UINT32_MAX on failure.
static inline uint32_t thread_private_arena(void) {
    static __thread uint32_t arena_plus_one;
    if (!arena_plus_one) {
        unsigned arena;
        size_t size = sizeof arena;
        if (mallctl("arenas.create", &arena, &size, NULL, 0) != 0) { return UINT32_MAX; }
        arena_plus_one = arena + 1;
    }
    return arena_plus_one - 1;
}
