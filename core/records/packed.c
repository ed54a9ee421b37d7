/* Packs what is mostly zero. */
#include "packed.h"

#include <string.h>

static size_t bit_words(size_t n) {
    return (n + 63) / 64;
}

size_t packed_write(const void *memory, size_t n, uint64_t *out) {
    size_t used = bit_words(n);
    memset(out, 0, used * sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        uint64_t word;
        memcpy(&word, (const char *)memory + i * sizeof(word), sizeof(word));
        if (word == 0)
            continue;
        out[i / 64] |= (uint64_t)1 << i % 64;
        out[used++] = word;
    }
    return used;
}

void packed_read(const uint64_t *packed, size_t n, void *memory) {
    const uint64_t *next = packed + bit_words(n);
    memset(memory, 0, n * sizeof(*packed));
    for (size_t i = 0; i < bit_words(n); i++)
        for (uint64_t bits = packed[i]; bits != 0; bits &= bits - 1)
            memcpy((char *)memory + (i * 64 + (size_t)__builtin_ctzll(bits)) * sizeof(*packed), next++, sizeof(*next));
}
