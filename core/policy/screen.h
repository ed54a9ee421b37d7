/* What the machine's own screen says when it is sent to its disk. Pure. */
#pragma once

#include "pxed/buf.h"
#include "pxed/reason.h"
#include "pxed/slice.h"

struct screen {
    struct pxed_slice server; /* as the machine knows it: the authority of its URLs */
    struct pxed_slice name;   /* empty: not declared */
    const char *mac;
    enum pxed_reason reason;
    const char *asker; /* who asked, if that is not the machine; NULL: itself */
};

/* Up to four lines with LF between them: server, name and MAC; why; who asked; what to do. */
void screen_write(const struct screen *s, struct pxed_buf *out);
