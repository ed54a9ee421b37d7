/* Files inside an ISO, by extents: the whole tree is read once into an index; each file is then an extent of the
 * ISO. Nothing is mounted or unpacked. Indexes are immutable, reference-counted, and shared between users of the
 * same ISO. */
#pragma once

#include <stdatomic.h>
#include <sys/stat.h>

#include "pxed/arena.h"
#include "pxed/path.h"

enum {
    ISO_ENTRIES_MAX = 200000, /* files, links and folders */
    ISO_DEPTH_MAX = 32,
    ISO_NOTES_MAX = 4, /* files left out that are reported by name */
    ISO_WHY_MAX = 160,
};

struct iso_file {
    const char *path;   /* from the root, no leading slash, as the ISO writes it */
    const char *target; /* a symbolic link; NULL: a file */
    const char *bytes;  /* content of a file without an extent of its own, `size` bytes; NULL otherwise */
    uint64_t offset, size;
};

struct iso {
    atomic_uint refs;
    atomic_flag told; /* its change was logged; once is enough */
    struct stat st;   /* of the ISO when it was read */
    struct pxed_arena arena;
    const char *names; /* "UDF", "Joliet", "Rock Ridge" or "ISO 9660" */
    struct iso_file *files;
    size_t n;
    size_t entries;                   /* including folders */
    bool links;                       /* the ISO has symbolic links */
    const char *notes[ISO_NOTES_MAX]; /* what is left out and why: one sentence each */
    size_t n_notes;                   /* all notes, including those not kept */
    struct iso *next;
};

/* Why an index could not be made. */
enum iso_error {
    ISO_OK,
    ISO_UNREADABLE, /* see errno */
    ISO_FOREIGN,    /* neither ISO 9660 nor UDF */
    ISO_DAMAGED,
};

/* The index of the ISO behind a seekable descriptor, which the caller keeps. Reads from disk: not on the loop. Any
 * thread. The caller gets one reference. NULL: *ret_error, and `why` as text. */
struct iso *iso_get(int fd, enum iso_error *ret_error, char why[ISO_WHY_MAX]);
struct iso *iso_ref(struct iso *iso);
void iso_unref(struct iso *iso);

/* Is this the file that was read, unchanged? */
bool iso_is(const struct iso *iso, const struct stat *st);

/* The file of the greatest version (strverscmp) that a pattern with * and ? fits, ignoring case; `*` stands for no
 * slash. NULL: none. Lives as long as the index. */
const char *iso_glob(const struct iso *iso, const char *pattern);

/* Finds a file by its path, ignoring case (ASCII; the exact name is preferred) and following symbolic links inside the
 * ISO. NULL: missing. Lives as long as the index. */
const struct iso_file *iso_find(const struct iso *iso, struct pxed_slice path);
