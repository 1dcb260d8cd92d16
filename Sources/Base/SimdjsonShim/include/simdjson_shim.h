#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// A C interface to simdjson's DOM parser that hands out its raw tape (see doc/tape.md of simdjson for the format).

#ifdef __cplusplus
extern "C" {
#endif

typedef struct sjs_parser sjs_parser;

/// What kind of failure an error code stands for, where the caller has to tell them apart.
typedef enum sjs_error_kind {
    SJS_SUCCESS = 0,
    SJS_UTF8,
    SJS_EMPTY,
    SJS_OTHER,
} sjs_error_kind;

/// Creates a parser that accepts containers nested at most `max_depth` deep. NULL if memory is short.
sjs_parser *sjs_create(size_t max_depth);
void sjs_destroy(sjs_parser *parser);

/// Parses one document and returns simdjson's error code, 0 for success.
///
/// With `padded`, at least sjs_padding() bytes after the document must be readable, and the document is parsed in place;
/// otherwise it is copied into a buffer of the parser. Either way the tape and the strings are copies.
int sjs_parse(sjs_parser *parser, const uint8_t *bytes, size_t length, bool padded);

/// The tape and the strings of the latest successful parse; valid until the next parse or the parser's end.
const uint64_t *sjs_tape(const sjs_parser *parser);
const uint8_t *sjs_strings(const sjs_parser *parser);

sjs_error_kind sjs_kind_of(int error);
/// A static text for an error code.
const char *sjs_message(int error);
/// Bytes that must be readable past the end of a padded document.
size_t sjs_padding(void);

/// Offset of the first `byte` in `bytes`, or `length`.
size_t sjs_find(const uint8_t *bytes, size_t length, uint8_t byte);

/// What ends a part of a list, see sjs_list_part().
typedef enum sjs_part_end {
    SJS_PART_COMMA = 0,
    SJS_PART_BRACKET,
    SJS_PART_NONE,
} sjs_part_end;

/// Offset of the first comma at or after `minimum` that stands between two elements of a list, or of the bracket that
/// closes the list, or `length` if there is neither. `bytes` start at an element. Tells brackets and strings only.
size_t sjs_list_part(const uint8_t *bytes, size_t length, size_t minimum, sjs_part_end *part_end);

#ifdef __cplusplus
}
#endif
