/* What the store gives back: read, written again, read again. */
#include <stdlib.h>

#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct lifecycle_record first, second;
    char text[RECORD_TEXT_MAX];
    struct pxed_buf b = PXED_BUF(text);
    if (!record_read(pxed_slice((const char *)data, size), &first))
        return 0;
    record_write(&first, &b);
    if (pxed_buf_full(&b) || !record_read(pxed_buf_slice(&b), &second))
        abort();
    return 0;
}
