/* Packs what is mostly zero. */
#include "packed.h"

#include <string.h>

static size_t bit_words(size_t n) {
    return (n + 63) / 64;
}

static uint64_t word_at(const void *memory, size_t i) {
    uint64_t word;
    memcpy(&word, (const char *)memory + i * sizeof(word), sizeof(word));
    return word;
}

size_t packed_write(const void *memory, size_t n, uint64_t *out) {
    size_t used = bit_words(n);
    for (size_t i = 0; i < bit_words(n); i++) {
        size_t first = i * 64, count = n - first < 64 ? n - first : 64;
        uint64_t bits = 0;
        for (size_t k = 0; k < count; k++)
            bits |= (uint64_t)(word_at(memory, first + k) != 0) << k;
        out[i] = bits;
        for (; bits != 0; bits &= bits - 1)
            out[used++] = word_at(memory, first + (size_t)__builtin_ctzll(bits));
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
