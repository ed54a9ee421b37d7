/* What the store gives back: read, written again, read again. What a machine says of its hardware, in both spellings.
 */
#include <stdlib.h>

#include "clock_words.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct lifecycle_record first, second;
    char text[RECORD_TEXT_MAX];
    struct pxed_buf b = PXED_BUF(text);
    struct hardware hw = {0};
    hardware_read(&hw, pxed_slice((const char *)data, size));
    hardware_query(&hw, pxed_slice((const char *)data, size));
    if (hw.memory < 0 || memchr(hw.serial, '\n', sizeof(hw.serial)) || !memchr(hw.product, '\0', sizeof(hw.product)))
        abort();
    struct clock_words words = clock_words_read(pxed_slice((const char *)data, size), 1700000000);
    if (words.line.len > size || (!words.told && words.ahead != 0))
        abort();
    if (!record_read(pxed_slice((const char *)data, size), &first))
        return 0;
    record_write(&first, &b);
    if (pxed_buf_full(&b) || !record_read(pxed_buf_slice(&b), &second))
        abort();
    return 0;
}
