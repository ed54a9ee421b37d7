/* Four lines that are read at the rack, or over the phone. */
#include "screen.h"

/* The cure, with the host's name in the place of the word HOST. */
static void write_cure(struct pxed_slice cure, struct pxed_slice name, struct pxed_buf *out) {
    struct pxed_slice word = PXED_SLICE("HOST");
    while (cure.len > 0) {
        bool host = pxed_slice_starts(cure, word);
        if (host)
            pxed_buf_add(out, name);
        else
            pxed_buf_byte(out, cure.ptr[0]);
        cure = pxed_slice_skip(cure, host ? word.len : 1);
    }
}

void screen_write(const struct screen *s, struct pxed_buf *out) {
    bool known = s->name.len > 0;
    struct pxed_slice cure = pxed_slice_of(pxed_reason_cure(s->reason));
    pxed_buf_str(out, "pxed ");
    pxed_buf_add(out, s->server);
    pxed_buf_str(out, ": ");
    pxed_buf_add(out, known ? s->name : PXED_SLICE("unknown machine"));
    pxed_buf_str(out, " (");
    pxed_buf_str(out, s->mac);
    pxed_buf_str(out, ") boots its disk\n");
    pxed_buf_str(out, pxed_reason_name(s->reason));
    pxed_buf_str(out, ": ");
    pxed_buf_str(out, pxed_reason_sentence(s->reason));
    if (s->asker) {
        pxed_buf_str(out, "\nasked by ");
        pxed_buf_str(out, s->asker);
    }
    if (s->reason == PXED_WHY_UNKNOWN_MACHINE) {
        pxed_buf_str(out, "\nto install it, a line of the host file: ");
        pxed_buf_str(out, s->mac);
        pxed_buf_str(out, ", OS-ID, name=NAME");
    } else if (cure.len > 0) {
        pxed_buf_str(out, "\nto do: ");
        write_cure(cure, s->name, out);
    }
}
