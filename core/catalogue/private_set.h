/* Which inodes are private now: those of the generation's private files and of all files directly in its private
 * folders. inotify tells what comes into these places, so that asking costs one read; where it cannot, each question
 * looks at all of them again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* Owned by a generation. Any thread. */
struct private_set;

struct private_set *private_set_new(void);
void private_set_free(struct private_set *s);

/* Looks at all places: what is in one of them now is private from here on. */
void private_set_look(struct private_set *s, const char *const *paths, size_t n);
/* Is this file private, under whatever name it was opened? Also if it was renamed or linked a moment ago, and if it has
 * left its private place after it was seen there. `paths`: n real paths of files and folders, the same in each call. */
bool private_set_has(struct private_set *s, const char *const *paths, size_t n, int fd, const struct stat *st);
