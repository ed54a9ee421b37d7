/* The lines of the host files, for `pxed hosts`. */
#pragma once

#include "hosts_rows.h"
#include "offline.h"

struct hosts {
    const char *ini;
    bool json, csv, dry_run;
    const char *to; /* the file that gets new lines, or is edited; NULL: the only one */
    struct offline offline;
    struct hostfile file;
    const struct hostfile_line **by_mac; /* its lines, sorted */
    struct pxed_arena arena;
};

/* --- hosts_lines.c */

/* Reads configuration and host files, all of which must be free of errors unless `broken` is set. False after a
 * message. End with hosts_close in either case. */
bool hosts_open(struct hosts *h, bool broken);
void hosts_close(struct hosts *h);
/* The file that h->to names, or the only one. NULL after a message. */
const char *hosts_file(struct hosts *h);
/* The line of this machine; NULL: it has none. */
const struct hostfile_line *hosts_line(const struct hosts *h, const struct pxed_hwaddr *mac);
/* The value of a key of this line; unset: it has none. */
struct pxed_slice hosts_value(const struct hostfile_line *line, struct pxed_slice key);

/* A value with the quotes that it needs in a host line or in CSV. */
const char *hosts_quoted(struct pxed_slice value, struct pxed_arena *arena);
/* `MAC, os, key=value` with the quotes that it needs, without a line's end. */
const char *hosts_write_line(const struct hostfile_line *line, struct pxed_arena *arena);

/* --- hosts_write.c */

/* On stderr, without the warnings. */
void hosts_print_errors(const struct pxed_diags *all);
/* Would the daemon take these texts instead of what the files have? Errors are printed as `check` does; those of single
 * hosts that were there before (`host_errors`) do not count. */
bool hosts_good(const struct hosts *h, const struct hostfile_instead *texts, size_t n, size_t host_errors);
/* Replaces a host file, which must still have `before`, as a whole: owner, mode and links stay. False after a message.
 */
bool hosts_replace(const char *path, struct pxed_slice before, struct pxed_slice after);
/* A whole host file; unset after a message. */
struct pxed_slice hosts_text(const char *path, struct pxed_arena *arena);

int hosts_import(struct hosts *h, const char *file);
int hosts_edit(struct hosts *h);
