#include "simdjson_shim.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>

struct sjs_parser {
    simdjson::dom::parser parser;
    size_t max_depth;
    std::unique_ptr<uint8_t[]> buffer;
    size_t buffer_capacity = 0;

    /// Makes room for `length` bytes, doubling, so that a run of growing documents allocates rarely.
    simdjson::error_code reserve(size_t length) {
        if (length <= parser.doc.capacity() && length <= parser.capacity() && parser.capacity() > 0) {
            return simdjson::SUCCESS;
        }
        if (length > simdjson::SIMDJSON_MAXSIZE_BYTES) { return simdjson::CAPACITY; }
        size_t capacity = 4096;
        while (capacity < length) { capacity *= 2; }
        if (capacity > simdjson::SIMDJSON_MAXSIZE_BYTES) { capacity = simdjson::SIMDJSON_MAXSIZE_BYTES; }
        auto error = parser.allocate(capacity, max_depth);
        return error ? error : parser.doc.allocate(capacity);
    }

    /// The document in a padded buffer, or null if memory is short.
    const uint8_t *padded_copy(const uint8_t *bytes, size_t length) {
        size_t needed = length + simdjson::SIMDJSON_PADDING;
        if (needed > buffer_capacity) {
            size_t capacity = buffer_capacity * 2 > needed ? buffer_capacity * 2 : needed;
            buffer.reset(new (std::nothrow) uint8_t[capacity]);
            buffer_capacity = buffer ? capacity : 0;
            if (!buffer) { return nullptr; }
        }
        if (length > 0) { std::memcpy(buffer.get(), bytes, length); }
        std::memset(buffer.get() + length, ' ', simdjson::SIMDJSON_PADDING);
        return buffer.get();
    }
};

sjs_parser *sjs_create(size_t max_depth) {
    auto parser = new (std::nothrow) sjs_parser;
    // simdjson counts the level of the root's own scalar, too.
    if (parser) { parser->max_depth = max_depth + 1; }
    return parser;
}

void sjs_destroy(sjs_parser *parser) { delete parser; }

int sjs_parse(sjs_parser *parser, const uint8_t *bytes, size_t length, bool padded) {
    if (length == 0) { return simdjson::EMPTY; }
    auto error = parser->reserve(length);
    if (error) { return error; }
    if (!padded) {
        bytes = parser->padded_copy(bytes, length);
        if (!bytes) { return simdjson::MEMALLOC; }
    }
    return parser->parser.parse(bytes, length, false).error();
}

const uint64_t *sjs_tape(const sjs_parser *parser) { return parser->parser.doc.tape.get(); }
const uint8_t *sjs_strings(const sjs_parser *parser) { return parser->parser.doc.string_buf.get(); }

sjs_error_kind sjs_kind_of(int error) {
    switch (error) {
    case simdjson::SUCCESS: return SJS_SUCCESS;
    case simdjson::UTF8_ERROR: return SJS_UTF8;
    case simdjson::EMPTY: return SJS_EMPTY;
    default: return SJS_OTHER;
    }
}

const char *sjs_message(int error) { return simdjson::error_message(simdjson::error_code(error)); }

size_t sjs_padding(void) { return simdjson::SIMDJSON_PADDING; }

size_t sjs_find(const uint8_t *bytes, size_t length, uint8_t byte) {
    if (length == 0) { return 0; }
    auto found = static_cast<const uint8_t *>(std::memchr(bytes, byte, length));
    return found ? size_t(found - bytes) : length;
}
