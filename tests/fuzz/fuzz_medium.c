/* Any text as the file by which an installation medium says what it is: what comes out is an OS id or none. */
#include "recognise.h"
#include "touch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_arena arena = {0};
    for (size_t row = 0; row < recognise_rows(); row++) {
        struct recognised r;
        if (!recognise_text(row, pxed_slice((const char *)data, size), &arena, &r))
            continue;
        touch_text(r.id);
        touch_text(r.words);
        must(r.what && r.by && r.words);
    }
    pxed_arena_clear(&arena);
    return 0;
}
