/* The command line of pxed-winpe. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { OPTIONS_MANY = 64 }; /* how often a repeatable option may be given */

struct options {
    const char *source, *output;
    const char *server; /* http://HOST[:PORT], no slash at its end */
    const char *share;  /* \\SERVER\SHARE */
    const char *label, *media, *helper, *arch;
    const char *drivers[OPTIONS_MANY + 1], *tools[OPTIONS_MANY + 1], *add[OPTIONS_MANY + 1]; /* each ends with NULL */
    unsigned image;                                                                          /* 0: the bootable one */
    bool classic, force, quiet, list, recompress, help, version;
};

/* Reads argv into `ret`, whose strings point into argv (the server's end is cut in place). Everything that is wrong is
 * said on stderr. Returns 0, or -1: a usage error. */
int options_parse(int argc, char **argv, struct options *ret);

/* The manual page of --help, on stdout. */
void options_usage(void);

/* Is OUTPUT an ISO (by its name)? The other kind is a WIM. */
bool options_wants_iso(const struct options *options);
