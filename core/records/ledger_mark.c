/* Writes and reads the mark as text. */
#include "ledger_mark.h"

bool ledger_mark_read(struct pxed_slice text, struct ledger_mark *ret) {
    struct pxed_slice id = pxed_slice_word(&text, " \n"), counter = pxed_slice_word(&text, " \n");
    struct ledger_mark mark = {.counter = 0};
    if (id.len != 3 + 32 || !pxed_slice_starts(id, PXED_SLICE("id=")) ||
        !pxed_slice_starts(counter, PXED_SLICE("counter=")) ||
        !pxed_slice_u64(pxed_slice_skip(counter, 8), UINT64_MAX, &mark.counter))
        return false;
    for (size_t i = 0; i < 16; i++) {
        int high = pxed_hex_digit(id.ptr[3 + 2 * i]), low = pxed_hex_digit(id.ptr[4 + 2 * i]);
        if (high < 0 || low < 0)
            return false;
        mark.id[i] = (uint8_t)(high << 4 | low);
    }
    *ret = mark;
    return true;
}

void ledger_mark_write(const struct ledger_mark *mark, struct pxed_buf *out) {
    pxed_buf_str(out, "id=");
    pxed_buf_hex(out, mark->id, sizeof(mark->id), "");
    pxed_buf_str(out, " counter=");
    pxed_buf_u64(out, mark->counter);
}
