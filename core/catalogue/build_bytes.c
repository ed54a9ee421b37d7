/* Tells of bytes in operators' files that a machine would stumble over. */
#include "build_bytes.h"

#include <string.h>

/* Bytes that editors on Windows add. Files are served with them; XML allows both. */
void build_check_bytes(struct build *b, const char *path, struct pxed_slice text) {
    struct pxed_slice mark = PXED_SLICE("\xef\xbb\xbf");
    bool marked = pxed_slice_starts(text, mark);
    if (marked)
        text = pxed_slice_skip(text, mark.len);
    if (pxed_slice_starts(text, PXED_SLICE("<")))
        return;
    if (marked)
        pxed_diag_add(
            b->diags, PXED_WARNING, path, 1,
            "a byte order mark stands before the first word, which the installer then does not know: save the "
            "file as UTF-8 without BOM");
    unsigned line = 1;
    for (size_t i = 0; i + 1 < text.len; i++) {
        if (text.ptr[i] == '\r' && text.ptr[i + 1] == '\n') {
            pxed_diag_add(
                b->diags, PXED_WARNING, path, line,
                "the line ends in CR LF, as on Windows, and a script or value with a CR fails on the machine: "
                "sed -i 's/\\r$//' %s",
                path);
            return;
        }
        line += text.ptr[i] == '\n';
    }
}

enum { SCRIPT_MAX = 64 << 10 }; /* as @FILE is read */

void build_check_scripts(struct build *b) {
    const char *last = NULL; /* of a section: many hosts have it */
    for (size_t i = 0; i < b->c->n_hosts; i++) {
        const struct catalogue_host *h = &b->c->hosts[i];
        const struct pxed_var *run = pxed_host_var(&h->pub, "run");
        const char *from = run ? catalogue_from(h, run) : NULL;
        if (!from || (last && strcmp(last, from) == 0))
            continue;
        last = from;
        struct pxed_arena scratch = {0};
        struct pxed_slice text = hostfile_slurp(last, SCRIPT_MAX, &scratch); /* its first bytes, too */
        if (text.ptr)
            build_check_bytes(b, last, text);
        pxed_arena_clear(&scratch);
    }
}
