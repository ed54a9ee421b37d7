/* Compares values with the lists of names that a machine has for its own use. */
#include "build_lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pxed/grow.h"

struct lists_names {
    struct pxed_arena *arena;
    const char **names; /* sorted, NULL at the end */
    size_t n;
    bool inside; /* the file's section with names has begun */
};

static void lists_add(struct lists_names *l, struct pxed_slice name) {
    PXED_ARENA_GROW(l->arena, l->names, l->n);
    l->names[l->n++] = name.len > 0 ? pxed_arena_dup(l->arena, name).ptr : NULL;
}

/* zic(8): `Z NAME ...` begins a zone, `L TARGET NAME` is another name of one. */
static void lists_zone(struct lists_names *l, struct pxed_slice line) {
    struct pxed_slice kind = pxed_slice_word(&line, " \n"), first = pxed_slice_word(&line, " \n");
    if (pxed_slice_is(kind, "Z"))
        lists_add(l, first);
    else if (pxed_slice_is(kind, "L"))
        lists_add(l, pxed_slice_word(&line, " \n"));
}

/* `de_DE.UTF-8 UTF-8` */
static void lists_locale(struct lists_names *l, struct pxed_slice line) {
    struct pxed_slice name = pxed_slice_word(&line, " \n");
    if (name.len > 0 && name.ptr[0] != '#')
        lists_add(l, name);
}

/* base.lst of xkeyboard-config: sections begin with `! NAME`. */
static void lists_layout(struct lists_names *l, struct pxed_slice line) {
    struct pxed_slice name = pxed_slice_word(&line, " \n");
    if (pxed_slice_is(name, "!"))
        l->inside = pxed_slice_is(pxed_slice_word(&line, " \n"), "layout");
    else if (l->inside && name.len > 0)
        lists_add(l, name);
}

/* systemd's table from the console's names, which installers also take, to those of xkeyboard-config. */
static void lists_keymap(struct lists_names *l, struct pxed_slice line) {
    lists_locale(l, pxed_slice_trim(pxed_slice_word(&line, "\t\n")));
}

typedef void lists_read_fn(struct lists_names *l, struct pxed_slice line);

static void lists_read(struct lists_names *l, const char *path, lists_read_fn *read) {
    char line[512];
    FILE *f = path ? fopen(path, "re") : NULL;
    while (f && fgets(line, sizeof(line), f))
        read(l, pxed_slice_of(line));
    if (f)
        fclose(f);
}

static int lists_compare(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool lists_has(const struct lists_names *l, struct pxed_slice name) {
    const char *key = pxed_arena_dup(l->arena, name).ptr;
    return bsearch(&key, l->names, l->n, sizeof(*l->names), lists_compare);
}

static const struct lists_row {
    const char *key, *path;
    lists_read_fn *read;
    const char *more_path; /* further names; alone it is no list */
    lists_read_fn *more_read;
    const char *also;  /* names that every system knows */
    const char *until; /* ends the part of a value that is in the list: a keyboard's variant is not */
    bool families;     /* other plugins have names of their own */
} rows[] = {
    {"timezone", "/usr/share/zoneinfo/tzdata.zi", lists_zone, .also = "UTC", .until = ""},
    {"locale", "/usr/share/i18n/SUPPORTED", lists_locale, .also = "C C.UTF-8 POSIX", .until = "", .families = true},
    {"keyboard", "/usr/share/X11/xkb/rules/base.lst", lists_layout, "/usr/share/systemd/kbd-model-map", lists_keymap,
     .also = "us", .until = "-_(, ", .families = true},
};

static struct lists_names lists_of(const struct lists_row *row, struct pxed_arena *arena) {
    struct lists_names l = {.arena = arena};
    struct pxed_slice also = pxed_slice_of(row->also), name;
    lists_read(&l, row->path, row->read);
    if (l.n > 0) {
        lists_read(&l, row->more_path, row->more_read);
        while ((name = pxed_slice_word(&also, " ")).len > 0)
            lists_add(&l, name);
        qsort(l.names, l.n, sizeof(*l.names), lists_compare);
    }
    lists_add(&l, PXED_NO_SLICE);
    l.n--;
    return l;
}

static bool lists_knows(const struct lists_names *l, const struct lists_row *row, struct pxed_slice value) {
    return l->n == 0 || lists_has(l, value) || lists_has(l, pxed_slice_word(&value, row->until));
}

static void judge_list(struct build *b, const struct lists_row *row) {
    struct pxed_arena scratch = {0}; /* the lists are longer than many a table of hosts */
    struct lists_names list = {0};
    const struct pxed_var *last = NULL; /* of a section: many hosts have it */
    for (size_t i = 0; i < b->c->n_hosts; i++) {
        const struct catalogue_host *h = &b->c->hosts[i];
        const struct pxed_var *v = pxed_host_var(&h->pub, row->key);
        /* A plugin that derives values knows names of its own: Windows'. */
        if (!v || v->value.len == 0 || CATALOGUE_HAS_OP(h->os->ops, value) || (row->families && !h->os->family) ||
            (last && last->line == v->line && last->file && v->file && strcmp(last->file, v->file) == 0))
            continue;
        if (!list.names)
            list = lists_of(row, &scratch);
        last = v;
        if (lists_knows(&list, row, v->value))
            continue;
        const char *near = pxed_nearest(v->value, list.names);
        pxed_diag_add(b->diags, PXED_WARNING, v->file, v->line, "%s = %.*s is in no list of this machine (%s)%s%s%s",
                      row->key, PXED_S(v->value), row->path, near ? ", did you mean '" : "", near ? near : "",
                      near ? "'?" : "");
    }
    pxed_arena_clear(&scratch);
}

void build_judge_lists(struct build *b) {
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge_list(b, &rows[i]);
}
