#define _GNU_SOURCE
#include "tree.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

void tree_open(struct tree *t) {
    memset(t, 0, sizeof(*t));
    snprintf(t->path, sizeof(t->path), "/tmp/pxed-test-XXXXXX");
    if (!mkdtemp(t->path))
        abort();
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at) {
    (void)st, (void)type, (void)at;
    return remove(path);
}

void tree_close(struct tree *t) {
    nftw(t->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    pxed_arena_clear(&t->arena);
}

const char *tree_path(struct tree *t, const char *name) {
    return pxed_arena_printf(&t->arena, "%s/%s", t->path, name);
}

const char *tree_write_bytes(struct tree *t, const char *name, const void *bytes, size_t n) {
    char *path = (char *)(uintptr_t)tree_path(t, name);
    for (char *slash = strchr(path + strlen(t->path) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0755) < 0 && errno != EEXIST)
            abort();
        *slash = '/';
    }
    FILE *f = fopen(path, "we");
    if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0)
        abort();
    return path;
}

const char *tree_write(struct tree *t, const char *name, const char *text) {
    return tree_write_bytes(t, name, text, strlen(text));
}

const struct pxed_diag *diags_find(const struct pxed_diags *diags, const char *part) {
    for (size_t i = 0; i < diags->n; i++)
        if (strstr(diags->items[i].text, part))
            return &diags->items[i];
    return NULL;
}

const char *diags_text(struct tree *t, const struct pxed_diags *diags) {
    const char *all = "";
    for (size_t i = 0; i < diags->n; i++) {
        const struct pxed_diag *d = &diags->items[i];
        const char *slash = d->file ? strrchr(d->file, '/') : NULL, *file = slash ? slash + 1 : d->file ? d->file : "-";
        all = pxed_arena_printf(&t->arena, "%s%s %s:%u: %s\n", all, d->severity == PXED_WARNING ? "warning" : "error",
                                file, d->line, d->text);
    }
    return all;
}
