/* Borrowed pieces of text. A slice owns nothing: it is valid as long as what it points into. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct pxed_slice {
    const char *ptr; /* NULL: unset, which differs from empty */
    size_t len;
};

#define PXED_SLICE(literal) ((struct pxed_slice){"" literal, sizeof(literal) - 1})
#define PXED_NO_SLICE       ((struct pxed_slice){NULL, 0})

/* printf("%.*s", PXED_S(slice)) */
#define PXED_S(slice) (int)(slice).len, (slice).ptr ? (slice).ptr : ""

static inline struct pxed_slice pxed_slice(const char *ptr, size_t len) {
    return (struct pxed_slice){ptr, len};
}

/* NULL gives an unset slice. */
static inline struct pxed_slice pxed_slice_of(const char *cstr) {
    return (struct pxed_slice){cstr, cstr ? strlen(cstr) : 0};
}

static inline bool pxed_slice_eq(struct pxed_slice a, struct pxed_slice b) {
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool pxed_slice_is(struct pxed_slice a, const char *cstr) {
    return pxed_slice_eq(a, pxed_slice_of(cstr));
}

static inline bool pxed_slice_starts(struct pxed_slice a, struct pxed_slice with) {
    return a.len >= with.len && (with.len == 0 || memcmp(a.ptr, with.ptr, with.len) == 0);
}

static inline bool pxed_slice_ends(struct pxed_slice a, struct pxed_slice with) {
    return a.len >= with.len && (with.len == 0 || memcmp(a.ptr + (a.len - with.len), with.ptr, with.len) == 0);
}

/* The rest after the first `n` bytes; empty if there are fewer. */
static inline struct pxed_slice pxed_slice_skip(struct pxed_slice a, size_t n) {
    return n > a.len ? pxed_slice(a.ptr ? a.ptr + a.len : NULL, 0) : pxed_slice(a.ptr ? a.ptr + n : NULL, a.len - n);
}

static inline struct pxed_slice pxed_slice_head(struct pxed_slice a, size_t n) {
    return pxed_slice(a.ptr, n < a.len ? n : a.len);
}

/* ASCII only: protocol words must not depend on the locale. */
static inline char pxed_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
static inline bool pxed_is_space(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
static inline bool pxed_is_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline bool pxed_is_alnum(char c) {
    return pxed_is_digit(c) || (pxed_lower(c) >= 'a' && pxed_lower(c) <= 'z');
}
/* 0..15, or -1 */
static inline int pxed_hex_digit(char c) {
    /* By a table: the digits of addresses and tokens are random, so a processor would guess half of the branches wrong.
     */
    static const int8_t above[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
        ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
        ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
    };
    return above[(unsigned char)c] - 1;
}

bool pxed_slice_eq_nocase(struct pxed_slice a, struct pxed_slice b);

/* Index of the first `c` at or after `from`, or -1. */
ptrdiff_t pxed_slice_find(struct pxed_slice a, char c, size_t from);

struct pxed_slice pxed_slice_trim(struct pxed_slice a);

/* Cuts the next word off `*rest`. Words are separated by runs of the characters in `separators`. Returns an empty slice
 * when nothing is left. */
struct pxed_slice pxed_slice_word(struct pxed_slice *rest, const char *separators);

/* Shell-like pattern with `*` and `?`; must match the whole text; ASCII case is ignored. */
bool pxed_slice_match(struct pxed_slice pattern, struct pxed_slice text);

/* Decimal without sign; false for anything else or a number above `max`. */
bool pxed_slice_u64(struct pxed_slice a, uint64_t max, uint64_t *ret);

/* FNV-1a, for pxed's own tables. Not for keys that an attacker can choose: those need a keyed hash. */
uint64_t pxed_hash(const void *data, size_t len, uint64_t seed);
