/* Memory that is mostly zero, kept for later: a bit for each word of 8 bytes, and those that are not zero. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Words that the packed form of `n` words takes at most. */
#define PACKED_MAX(n) (((n) + 63) / 64 + (n))

/* Packs `n` words of memory into `out`, PACKED_MAX(n) long; returns how many words of `out` are used. */
size_t packed_write(const void *memory, size_t n, uint64_t *out);
/* The same `n` words again. `packed` is what packed_write made of `n` words. */
void packed_read(const uint64_t *packed, size_t n, void *memory);
