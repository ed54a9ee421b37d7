/* Matches the names of one folder against a pattern. */
#define _GNU_SOURCE
#include "family_glob.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int newest(const struct dirent **a, const struct dirent **b) {
    return strverscmp((*b)->d_name, (*a)->d_name);
}

const char *family_glob(int fd, const char *pattern, struct pxed_arena *arena) {
    const char *slash = strrchr(pattern, '/'), *last = slash ? slash + 1 : pattern, *name = NULL;
    struct dirent **found;
    int n = fd < 0 ? -1 : scandirat(fd, ".", &found, NULL, newest);
    for (int i = 0; i < n; i++) {
        if (!name && fnmatch(last, found[i]->d_name, FNM_PERIOD) == 0)
            name = pxed_arena_printf(arena, "%.*s%s", (int)(last - pattern), pattern, found[i]->d_name);
        free(found[i]);
    }
    if (n >= 0)
        free(found);
    if (fd >= 0)
        close(fd);
    return name;
}
