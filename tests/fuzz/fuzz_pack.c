/* Any text as parts of an archive: what is written is whole blocks, and as long as it was measured. */
#include <stdlib.h>

#include "pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size);
    struct pxed_buf measured = {0};
    if (pack_tar(text, &measured) != PXED_WHY_OK)
        return 0;
    struct pxed_buf out = {.ptr = malloc(measured.len), .cap = measured.len};
    if (!out.ptr || pack_tar(text, &out) != PXED_WHY_OK || out.len != measured.len || out.len % 512 != 0)
        abort();
    free(out.ptr);
    return 0;
}
