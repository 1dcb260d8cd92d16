#include "simdjson_shim.h"

#include <cstring>

namespace {

typedef uint8_t block_bytes __attribute__((ext_vector_type(64)));
typedef bool block_bits __attribute__((ext_vector_type(64)));

/// One bit for each byte of a block that equals `byte`.
inline uint64_t equal_mask(const block_bytes &block, uint8_t byte) {
    block_bytes pattern = byte;
    block_bits bits = __builtin_convertvector(block == pattern, block_bits);
    uint64_t mask;
    static_assert(sizeof(bits) == sizeof(mask), "a bit for a byte");
    std::memcpy(&mask, &bits, sizeof(mask));
    return mask;
}

/// Bits of characters behind an odd run of backslashes; `carry` tells whether the next block starts with such a one.
inline uint64_t escaped_mask(uint64_t backslash, uint64_t &carry) {
    if (backslash == 0) {
        uint64_t escaped = carry;
        carry = 0;
        return escaped;
    }
    backslash &= ~carry;
    uint64_t follows = backslash << 1 | carry;
    const uint64_t even = 0x5555555555555555ULL;
    uint64_t odd_starts = backslash & ~even & ~follows;
    uint64_t even_ends;
    carry = __builtin_add_overflow(odd_starts, backslash, &even_ends) ? 1 : 0;
    return (even ^ (even_ends << 1)) & follows;
}

/// Bits from each odd quote up to the one before the next even quote.
inline uint64_t prefix_xor(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) { bits ^= bits << shift; }
    return bits;
}

} // namespace

size_t sjs_list_part(const uint8_t *bytes, size_t length, size_t minimum, sjs_part_end *part_end) {
    uint64_t carry = 0;
    uint64_t in_string = 0;
    int64_t depth = 0;
    for (size_t start = 0; start < length; start += 64) {
        block_bytes block;
        if (length - start >= 64) {
            std::memcpy(&block, bytes + start, 64);
        } else {
            block = ' ';
            std::memcpy(&block, bytes + start, length - start);
        }
        uint64_t quotes = equal_mask(block, '"') & ~escaped_mask(equal_mask(block, '\\'), carry);
        uint64_t strings = prefix_xor(quotes) ^ in_string;
        in_string = uint64_t(int64_t(strings) >> 63);
        // Square and curly brackets differ in this bit alone.
        block_bytes folded = block | block_bytes(0x20);
        uint64_t opens = equal_mask(folded, '{') & ~strings;
        uint64_t closes = equal_mask(folded, '}') & ~strings;
        if (depth > 64 || depth > __builtin_popcountll(closes)) {
            depth += __builtin_popcountll(opens) - __builtin_popcountll(closes);
            continue;
        }
        uint64_t commas = equal_mask(block, ',') & ~strings;
        for (uint64_t rest = opens | closes | commas; rest != 0; rest &= rest - 1) {
            uint64_t bit = rest & (0 - rest);
            size_t offset = start + size_t(__builtin_ctzll(rest));
            if (opens & bit) {
                depth += 1;
            } else if (closes & bit) {
                depth -= 1;
                if (depth < 0) {
                    *part_end = SJS_PART_BRACKET;
                    return offset;
                }
            } else if (depth == 0 && offset >= minimum) {
                *part_end = SJS_PART_COMMA;
                return offset;
            }
        }
    }
    *part_end = SJS_PART_NONE;
    return length;
}
