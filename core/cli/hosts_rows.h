/* What a text from outside says of hosts. */
#pragma once

#include "hostfile.h"

struct hosts_rows {
    void (*tell)(const char *file, unsigned line, const char *what); /* what is wrong; set by the caller */
    struct hostfile_line *rows;                                      /* `file` and `line` are those of the text */
    size_t n, wrong;                                                 /* `wrong` lines were told */
};

/* Host lines, CSV with a head, or JSON objects, one a line. In a row an empty OS id is not said, and an empty value
 * takes a variable away. `text` must outlive the rows. */
void hosts_read_rows(const char *file, struct pxed_slice text, struct pxed_arena *arena, struct hosts_rows *ret);
