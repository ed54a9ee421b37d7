/* The host file: one line `MAC, os-id, key=value, ...` per host. Reads only; the catalogue interprets the words. */
#pragma once

#include "pxed/addr.h"
#include "pxed/arena.h"
#include "pxed/diag.h"

struct hostfile_pair {
    struct pxed_slice key, value; /* unquoted; hostfile_values replaces an @FILE by its content, unset if unreadable */
    const char *from;             /* the @FILE, or NULL */
    const char *wrong;            /* why it cannot be read, or NULL */
};

struct hostfile_line {
    struct pxed_hwaddr mac;
    struct pxed_slice os;
    struct hostfile_pair *pairs;
    size_t n_pairs;
    const char *file;
    unsigned line;
};

/* A text that is read instead of what a file has: a change that is looked at before it is written. */
struct hostfile_instead {
    const char *path; /* of the host file, as the lines name it */
    struct pxed_slice text;
};

struct hostfile {
    const struct hostfile_instead *instead; /* set by the caller */
    size_t n_instead;
    struct hostfile_line *lines;
    size_t n;
    struct pxed_arena texts; /* what the lines point to, except names of files */
    const char **files;      /* every file read, including @FILEs: they are private */
    size_t n_files;
};

/* Splits one line. `text` must outlive the result; quoted values are copied to the arena. NULL if it is a line (ret
 * filled), or empty or a comment (ret->mac.len is 0); else a sentence that says what is wrong. */
const char *hostfile_split(struct pxed_slice text, struct pxed_arena *arena, struct hostfile_line *ret);

/* Cuts the field at *at off, up to a comma outside quotes, and moves *at behind that: beyond the end after the last
 * one. `comments`: a `#` at the start or after a blank ends the line. NULL, or what is wrong. */
const char *hostfile_field(struct pxed_slice text, bool comments, size_t *at, struct pxed_arena *arena,
                           struct pxed_slice *ret);

/* Reads a file, or the *.conf of a folder in order. Errors go to diags; names of files live in `arena`. */
void hostfile_read(struct hostfile *hosts, const char *path, struct pxed_arena *arena, struct pxed_diags *diags);

/* Reads the values that are @FILEs, relative to the host file. Errors go to each pair's `wrong`. */
void hostfile_values(struct hostfile *hosts, struct pxed_arena *arena);
/* Frees lines and texts. */
void hostfile_free(struct hostfile *hosts);

/* A whole file as text in the arena; unset slice with errno if it cannot be read or exceeds `max` bytes. */
struct pxed_slice hostfile_slurp(const char *path, size_t max, struct pxed_arena *arena);
