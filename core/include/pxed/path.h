/* Checks names that clients request. Works on text only; files are then opened below a directory descriptor with
 * openat2(RESOLVE_BENEATH). */
#pragma once

#include "pxed/buf.h"

enum { PXED_PATH_MAX = 1024 };

enum pxed_path_flags {
    PXED_PATH_PERCENT = 1,   /* decode %XX (HTTP) */
    PXED_PATH_BACKSLASH = 2, /* `\` is `/` (Windows loaders over TFTP) */
};

/* Writes the normal form: no leading `/`, no empty or `.` component, no trailing `/`. Refuses `..` as a component, NUL
 * and control bytes, bad escapes and names over PXED_PATH_MAX. Empty input gives an empty name (the root). Returns 0,
 * or -1 if refused. */
int pxed_path_normalise(struct pxed_slice raw, unsigned flags, struct pxed_buf *out);

/* A name as it came, without what opens something: s/TOKEN/ or n/NONCE/ before it, with or without `boot/`. For logs,
 * and to look at the name itself. */
struct pxed_slice pxed_path_bare(struct pxed_slice raw);

/* Decodes %XX (and + as blank if `plus`); false on a bad escape. */
bool pxed_percent_decode(struct pxed_slice raw, bool plus, struct pxed_buf *out);

/* Writes text as it stands in a URL: the unreserved bytes of RFC 3986 2.3 and those in `spared` ("/" for a path) as
 * they are, all others as %XX. */
void pxed_percent_encode(struct pxed_slice text, const char *spared, struct pxed_buf *out);

/* Value of `key` in `a=b&c=d`, still encoded, borrowed from `query`; false if there is none. */
bool pxed_query_get(struct pxed_slice query, const char *key, struct pxed_slice *ret_raw);
