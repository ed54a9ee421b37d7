/* Slices of text: words, numbers, comparison. */
#include "pxed/slice.h"

bool pxed_slice_eq_nocase(struct pxed_slice a, struct pxed_slice b) {
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (pxed_lower(a.ptr[i]) != pxed_lower(b.ptr[i]))
            return false;
    return true;
}

ptrdiff_t pxed_slice_find(struct pxed_slice a, char c, size_t from) {
    if (from >= a.len)
        return -1;
    const char *at = memchr(a.ptr + from, c, a.len - from);
    return at ? at - a.ptr : -1;
}

struct pxed_slice pxed_slice_trim(struct pxed_slice a) {
    while (a.len > 0 && pxed_is_space(a.ptr[0]))
        a = pxed_slice_skip(a, 1);
    while (a.len > 0 && pxed_is_space(a.ptr[a.len - 1]))
        a.len--;
    return a;
}

/* Not strchr: a NUL byte in the text is no separator. */
static bool is_one_of(char c, const char *set) {
    for (; *set; set++)
        if (*set == c)
            return true;
    return false;
}

/* The length of the text before the first of the separators; of all text if there is none. */
static size_t word_length(struct pxed_slice text, const char *separators) {
    if (text.len > 0 && separators[0] && !separators[1]) {
        const char *end = memchr(text.ptr, separators[0], text.len);
        return end ? (size_t)(end - text.ptr) : text.len;
    }
    size_t n = 0;
    while (n < text.len && !is_one_of(text.ptr[n], separators))
        n++;
    return n;
}

struct pxed_slice pxed_slice_word(struct pxed_slice *rest, const char *separators) {
    while (rest->len > 0 && is_one_of(rest->ptr[0], separators))
        *rest = pxed_slice_skip(*rest, 1);

    size_t n = word_length(*rest, separators);
    struct pxed_slice word = pxed_slice_head(*rest, n);
    *rest = pxed_slice_skip(*rest, n);
    return word;
}

/* Only the last `*` is retried: matching more with an earlier one gains nothing. So the worst case is the product of
 * the lengths, not exponential. */
bool pxed_slice_match(struct pxed_slice pattern, struct pxed_slice text) {
    size_t p = 0, t = 0, star_p = 0, star_t = 0;
    bool star = false;

    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = true;
            star_p = ++p;
            star_t = t;
        } else if (p < pattern.len &&
                   (pattern.ptr[p] == '?' || pxed_lower(pattern.ptr[p]) == pxed_lower(text.ptr[t]))) {
            p++;
            t++;
        } else if (star) {
            p = star_p;
            t = ++star_t;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

bool pxed_slice_u64(struct pxed_slice a, uint64_t max, uint64_t *ret) {
    uint64_t number = 0;
    if (a.len == 0)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (!pxed_is_digit(a.ptr[i]))
            return false;
        uint64_t digit = (uint64_t)(a.ptr[i] - '0');
        if (digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret = number;
    return true;
}

uint64_t pxed_hash(const void *data, size_t len, uint64_t seed) {
    const uint8_t *bytes = data;
    uint64_t hash = 0xcbf29ce484222325u ^ seed;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}
