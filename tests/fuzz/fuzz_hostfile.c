/* One line of the host file; each returned byte is touched. */
#include "hostfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(struct pxed_slice s) {
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.ptr[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_arena arena = {0};
    struct hostfile_line line;
    if (!hostfile_split(pxed_slice((const char *)data, size), &arena, &line) && line.mac.len > 0) {
        touch(line.os);
        for (size_t i = 0; i < line.n_pairs; i++) {
            touch(line.pairs[i].key);
            touch(line.pairs[i].value);
        }
    }
    pxed_arena_clear(&arena);
    return 0;
}
