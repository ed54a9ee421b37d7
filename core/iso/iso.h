/* Files inside an ISO, by extents: its whole tree is read once into an index, and then each file is a part of the ISO's
 * own. Nothing is mounted or unpacked. Indexes are immutable, counted, and shared by whoever asks for the same ISO. */
#pragma once

#include <stdatomic.h>
#include <sys/stat.h>

#include "pxed/arena.h"
#include "pxed/path.h"

enum {
    ISO_ENTRIES_MAX = 200000, /* files, links and folders */
    ISO_DEPTH_MAX = 32,
    ISO_NOTES_MAX = 4, /* of what was left out, told by name */
    ISO_WHY_MAX = 160,
};

struct iso_file {
    const char *path;   /* from the root, no leading slash, as the ISO writes it */
    const char *target; /* a symbolic link; NULL: a file */
    const char *bytes;  /* a file that has no extent of its own: its `size` bytes; NULL otherwise */
    uint64_t offset, size;
};

struct iso {
    atomic_uint refs;
    atomic_flag told; /* that it has changed: one line in the log is enough */
    struct stat st;   /* of the ISO when it was read */
    struct pxed_arena arena;
    const char *names; /* "UDF", "Joliet", "Rock Ridge" or "ISO 9660" */
    struct iso_file *files;
    size_t n;
    size_t entries;                   /* with folders */
    bool links;                       /* symbolic links are among the files */
    const char *notes[ISO_NOTES_MAX]; /* what is left out, and why: a sentence each */
    size_t n_notes;                   /* all of them, also those not kept */
    struct iso *next;
};

/* Why an index could not be made. */
enum iso_error {
    ISO_OK,
    ISO_UNREADABLE, /* errno's matter */
    ISO_FOREIGN,    /* neither ISO 9660 nor UDF */
    ISO_DAMAGED,
};

/* The index of the ISO behind a descriptor that may be read at any place; the descriptor stays the caller's. Reads from
 * disk: not for the loop. Callable from any thread. One reference is the caller's. NULL: *ret_error, and `why` as text.
 */
struct iso *iso_get(int fd, enum iso_error *ret_error, char why[ISO_WHY_MAX]);
struct iso *iso_ref(struct iso *iso);
void iso_unref(struct iso *iso);

/* Is that the file that was read, unchanged? */
bool iso_is(const struct iso *iso, const struct stat *st);

/* A file by its path, letters' case ignored (ASCII; the exact name is preferred), symbolic links followed inside the
 * ISO. NULL: missing. Lives as long as the index. */
const struct iso_file *iso_find(const struct iso *iso, struct pxed_slice path);
