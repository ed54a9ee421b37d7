/* What `pxed hosts import` is given: host lines, CSV, JSON. Each returned byte is touched. */
#include "hosts_rows.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned sink;

static void touch(struct pxed_slice s) {
    for (size_t i = 0; i < s.len; i++)
        sink += (unsigned char)s.ptr[i];
}

static void tell(const char *file, unsigned line, const char *what) {
    touch(pxed_slice_of(file));
    touch(pxed_slice_of(what));
    sink += line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_arena arena = {0};
    struct hosts_rows rows = {.tell = tell};
    hosts_read_rows("-", pxed_slice((const char *)data, size), &arena, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        touch(rows.rows[i].os);
        for (size_t k = 0; k < rows.rows[i].n_pairs; k++) {
            touch(rows.rows[i].pairs[k].key);
            touch(rows.rows[i].pairs[k].value);
        }
    }
    pxed_arena_clear(&arena);
    return 0;
}
