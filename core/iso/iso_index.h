/* The index of an ISO's files: filled by the readers (iso_9660.c, iso_udf.c), then sorted and searched. */
#pragma once

#include "iso.h"

/* State while one ISO is being read. */
struct iso_build {
    struct iso *iso;
    int fd;
    char *why; /* ISO_WHY_MAX bytes: set when reading fails */
};

/* Reads exactly `n` bytes at byte `offset`; false if it cannot. */
bool iso_read(const struct iso_build *b, void *to, size_t n, uint64_t offset);
/* Does this extent lie inside the ISO? */
bool iso_holds(const struct iso_build *b, uint64_t offset, uint64_t size);
/* Counts a file, link or folder. False: too many; b->why says so. */
bool iso_count(struct iso_build *b);
/* Adds a file, or a note if it lies outside the ISO. Copies the path and `bytes`. */
void iso_add(struct iso_build *b, const struct iso_file *file);
void iso_note(struct iso_build *b, const char *path, const char *what);
/* "folder/name" into `path`; false: too long. */
bool iso_join(char path[PXED_PATH_MAX], const char *folder, const char *name);
/* Sorts the files for iso_find, after all have been added. */
void iso_sort(struct iso *iso);
