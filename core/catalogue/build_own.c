/* One look into root/boot/hosts instead of one for each host. */
#include "build_own.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pxed/grow.h"

struct build_own {
    bool unread; /* the folder is there, and cannot be read */
    const char **names;
    size_t n;
};

static int by_own_name(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct build_own *own_read(struct build *b) {
    struct build_own *own = PXED_NEW(&b->c->arena, struct build_own);
    const char **names = NULL; /* grows; the generation keeps a copy of the right size */
    DIR *dir = opendir(pxed_arena_printf(&b->c->arena, "%s/hosts", b->c->boot_dir));
    *own = (struct build_own){.unread = !dir && errno != ENOENT};
    errno = 0;
    for (struct dirent *e; dir && (e = readdir(dir)); errno = 0) {
        PXED_GROW(names, own->n);
        names[own->n++] = pxed_arena_printf(&b->c->arena, "%s", e->d_name);
    }
    own->unread |= dir && errno != 0;
    if (dir)
        closedir(dir);
    own->names = PXED_NEWS(&b->c->arena, const char *, own->n + 1);
    if (own->n > 0) {
        memcpy(own->names, names, own->n * sizeof(*names));
        qsort(own->names, own->n, sizeof(*own->names), by_own_name);
    }
    free(names);
    return own;
}

static const struct build_own *own_of(struct build *b) {
    if (!b->own)
        b->own = own_read(b);
    return b->own;
}

bool build_own_none(struct build *b) {
    const struct build_own *own = own_of(b);
    return !own->unread && own->n == 0;
}

bool build_own_has(struct build *b, const char *name) {
    const struct build_own *own = own_of(b);
    return own->unread || bsearch(&name, own->names, own->n, sizeof(*own->names), by_own_name) != NULL;
}
