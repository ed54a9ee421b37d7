/* The files of the page, read once at start. */
#pragma once

#include "state.h"

struct console_file {
    char name[64];
    const char *type;
    char etag[24]; /* quoted: a hash of the content */
    char *bytes;
    size_t len;
};

/* Those of share/pxed/console, found from the program's own place. 0 or a negative errno, logged. */
int console_files_load(struct console *c);
void console_files_free(struct console *c);
/* NULL: there is none of this name. */
const struct console_file *console_file_find(const struct console *c, struct pxed_slice name);
