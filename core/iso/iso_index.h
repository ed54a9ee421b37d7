/* The index of an ISO's files: filled by the readers (iso_9660.c, iso_udf.c), then sorted and searched. */
#pragma once

#include "iso.h"

/* One reading: the ISO being filled. */
struct iso_build {
    struct iso *iso;
    int fd;
    char *why; /* ISO_WHY_MAX bytes: filled by what ends the reading */
};

/* All of `n` bytes at `offset`, or false. */
bool iso_read(const struct iso_build *b, void *to, size_t n, uint64_t offset);
/* Does this extent lie inside the ISO? */
bool iso_holds(const struct iso_build *b, uint64_t offset, uint64_t size);
/* Counts a file, link or folder. False: there are too many, `why` says so. */
bool iso_count(struct iso_build *b);
/* Adds a file; what lies outside the ISO is noted instead. The path is copied, `bytes` too. */
void iso_add(struct iso_build *b, const struct iso_file *file);
void iso_note(struct iso_build *b, const char *path, const char *what);
/* "folder/name" into `path`; false: too long. */
bool iso_join(char path[PXED_PATH_MAX], const char *folder, const char *name);
/* Puts the files in the order that iso_find needs: when all are in. */
void iso_sort(struct iso *iso);
