/* tzdata.zi has the names: `Z NAME ...` begins a zone, `L TARGET NAME` is another name of one (zic(8)). */
#include "build_zones.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pxed/grow.h"

static const char zones_path[] = "/usr/share/zoneinfo/tzdata.zi";

struct zones {
    struct pxed_arena *arena;
    const char **names; /* sorted, NULL at the end */
    size_t n;
};

static int zones_compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void zones_add(struct zones *z, struct pxed_slice name) {
    PXED_ARENA_GROW(z->arena, z->names, z->n);
    z->names[z->n++] = name.len > 0 ? pxed_arena_dup(z->arena, name).ptr : NULL;
}

static struct zones zones_read(struct pxed_arena *arena) {
    struct zones z = {.arena = arena};
    char line[512];
    FILE *f = fopen(zones_path, "re");
    while (f && fgets(line, sizeof(line), f)) {
        struct pxed_slice rest = pxed_slice_of(line), kind = pxed_slice_word(&rest, " \n"),
                          first = pxed_slice_word(&rest, " \n");
        if (pxed_slice_is(kind, "Z"))
            zones_add(&z, first);
        else if (pxed_slice_is(kind, "L"))
            zones_add(&z, pxed_slice_word(&rest, " \n"));
    }
    if (f)
        fclose(f);
    if (z.n > 0)
        qsort(z.names, z.n, sizeof(*z.names), zones_compare);
    zones_add(&z, PXED_NO_SLICE);
    z.n--;
    return z;
}

static bool zones_has(const struct zones *z, struct pxed_slice name) {
    const char *key = pxed_arena_dup(z->arena, name).ptr;
    return pxed_slice_is(name, "UTC") || bsearch(&key, z->names, z->n, sizeof(*z->names), zones_compare);
}

void build_judge_zones(struct build *b) {
    struct zones zones = {0};
    const struct pxed_var *last = NULL; /* of a section: many hosts have it */
    for (size_t i = 0; i < b->c->n_hosts; i++) {
        const struct catalogue_host *h = &b->c->hosts[i];
        const struct pxed_var *v = pxed_host_var(&h->pub, "timezone");
        /* A plugin that derives values knows names of its own: Windows'. */
        if (!v || v->value.len == 0 || CATALOGUE_HAS_OP(h->os->ops, value) ||
            (last && last->line == v->line && last->file && v->file && strcmp(last->file, v->file) == 0))
            continue;
        if (!zones.names)
            zones = zones_read(&b->c->arena);
        last = v;
        if (zones.n == 0 || zones_has(&zones, v->value))
            continue;
        const char *near = pxed_nearest(v->value, zones.names);
        pxed_diag_add(b->diags, PXED_WARNING, v->file, v->line,
                      "timezone = %.*s is in no list of this machine (%s)%s%s%s", PXED_S(v->value), zones_path,
                      near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}
