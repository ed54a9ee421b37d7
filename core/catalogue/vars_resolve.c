/* Resolves the variables of a host: its own, and the set that it shares with others. */
#include "vars_resolve.h"

#include <stdlib.h>

#include "catalogue_os.h"
#include "pxed/grow.h"
#include "vars.h"

struct vars_set {
    struct pxed_shared_vars pub;       /* first: hosts point to it */
    const struct catalogue_from *from; /* NULL: none is of a file */
    const struct ini_entry **unread;   /* those whose file could not be read, in their order; ends with NULL */
    const struct catalogue_os *os;
    struct pxed_slice group;
    struct vars_set *next;
};

struct builder {
    struct pxed_var *vars;
    const char **from;
    size_t n;
    const struct ini_entry **unread;
    size_t n_unread;
    const struct pxed_profile *profile;
};

/* The first place that sets the variable wins: true if it is this one. */
static bool vars_put(struct builder *b, struct pxed_slice key, struct pxed_slice value, const char *file, unsigned line,
                     const char *from) {
    for (size_t i = 0; i < b->n; i++)
        if (pxed_slice_eq(b->vars[i].key, key))
            return false;
    PXED_GROW(b->vars, b->n);
    PXED_GROW(b->from, b->n);
    const struct vars_row *row = vars_find_row(key);
    const struct pxed_os_var *own = vars_find_own(b->profile, key);
    unsigned flags = (row && row->secret) || (own && (own->flags & PXED_VAR_SECRET)) ? PXED_VAR_SECRET : 0;
    key = row ? pxed_slice_of(row->key) : own ? pxed_slice_of(own->key) : key; /* one text for all hosts */
    b->from[b->n] = from;
    b->vars[b->n++] = (struct pxed_var){key, value, file, line, flags};
    return true;
}

static const struct pxed_var *keep_vars(const struct builder *b, struct pxed_arena *arena) {
    struct pxed_var *vars = PXED_NEWS(arena, struct pxed_var, b->n);
    if (b->n > 0)
        memcpy(vars, b->vars, b->n * sizeof(*vars));
    return vars;
}

static const struct catalogue_from *keep_from(const struct builder *b, const struct pxed_var *vars,
                                              struct pxed_arena *arena) {
    size_t n = 0;
    for (size_t i = 0; i < b->n; i++)
        n += b->from[i] != NULL;
    struct catalogue_from *list = n > 0 ? PXED_NEWS(arena, struct catalogue_from, n + 1) : NULL;
    for (size_t i = 0, k = 0; i < b->n; i++)
        if (b->from[i])
            list[k++] = (struct catalogue_from){&vars[i], b->from[i]};
    return list;
}

static void end_builder(struct builder *b) {
    free(b->vars);
    free(b->from);
    free(b->unread);
}

/* --- what hosts share --- */

static void put_section(struct builder *b, const struct ini *ini, const char *section) {
    for (size_t i = 0; i < ini->n; i++) {
        const struct ini_entry *e = &ini->entries[i];
        struct pxed_slice key = pxed_slice_of(e->key);
        if (strcmp(e->section, section) != 0 || !(vars_find_row(key) || vars_find_own(b->profile, key)) ||
            !vars_put(b, key, pxed_slice_of(e->value), e->file, e->line, e->from) || !e->wrong)
            continue;
        PXED_GROW(b->unread, b->n_unread);
        b->unread[b->n_unread++] = e;
    }
}

static struct vars_set *make_set(const struct catalogue_os *os, struct pxed_slice os_id, struct pxed_slice group,
                                 const struct ini *ini, struct pxed_arena *arena) {
    struct builder b = {.profile = os->profile};
    const char *section = catalogue_section(ini, os_id);
    if (group.len > 0)
        put_section(&b, ini, pxed_arena_printf(arena, "group %.*s", PXED_S(group)));
    if (section)
        put_section(&b, ini, section);
    put_section(&b, ini, "defaults");
    if (os->plugin)
        put_section(&b, ini, os->plugin);
    for (const struct pxed_os_var *v = b.profile ? b.profile->vars : NULL; v && v->key; v++)
        if (v->fallback)
            vars_put(&b, pxed_slice_of(v->key), pxed_slice_of(v->fallback), NULL, 0, NULL);

    struct vars_set *set = PXED_NEW(arena, struct vars_set);
    const struct pxed_var *vars = keep_vars(&b, arena);
    *set = (struct vars_set){.pub = {vars, b.n},
                             .from = keep_from(&b, vars, arena),
                             .unread = PXED_NEWS(arena, const struct ini_entry *, b.n_unread + 1),
                             .os = os,
                             .group = pxed_arena_dup(arena, group)};
    for (size_t i = 0; i < b.n_unread; i++)
        set->unread[i] = b.unread[i];
    end_builder(&b);
    return set;
}

static const struct vars_set *find_set(struct vars_sets *sets, const struct catalogue_os *os, struct pxed_slice os_id,
                                       struct pxed_slice group, const struct ini *ini, struct pxed_arena *arena) {
    uint64_t hash = pxed_hash(group.ptr, group.len, (uint64_t)(uintptr_t)os);
    struct vars_set **slot = &sets->slots[hash % (sizeof(sets->slots) / sizeof(sets->slots[0]))];
    for (const struct vars_set *set = *slot; set; set = set->next)
        if (set->os == os && pxed_slice_eq(set->group, group))
            return set;
    struct vars_set *set = make_set(os, os_id, group, ini, arena);
    set->next = *slot;
    return *slot = set;
}

/* --- a host --- */

/* The values of a line, in one piece. */
static void put_line(struct builder *b, const struct hostfile_line *line, struct pxed_arena *arena) {
    size_t room = 1;
    for (size_t i = 0; i < line->n_pairs; i++)
        room += line->pairs[i].value.len + 1;
    char *at = pxed_arena_alloc(arena, room);
    for (size_t i = 0; i < line->n_pairs; i++) {
        const struct hostfile_pair *pair = &line->pairs[i];
        struct pxed_slice value = pair->value.ptr ? pxed_slice(at, pair->value.len) : PXED_NO_SLICE;
        if (value.len > 0)
            memcpy(at, pair->value.ptr, value.len);
        at += value.len;
        *at++ = '\0';
        if (vars_put(b, pair->key, value, line->file, line->line, pair->from) &&
            b->vars[b->n - 1].key.ptr == pair->key.ptr)
            b->vars[b->n - 1].key = pxed_arena_dup(arena, pair->key); /* nobody knows it, and that was told */
    }
}

const struct ini_entry *vars_resolve(struct vars_sets *sets, struct catalogue_host *host,
                                     const struct hostfile_line *line, const struct ini *ini,
                                     struct pxed_arena *arena) {
    struct builder b = {.profile = host->os->profile};
    put_line(&b, line, arena);
    host->pub.vars = keep_vars(&b, arena);
    host->pub.n_vars = b.n;
    const struct catalogue_from *from = keep_from(&b, host->pub.vars, arena);
    if (from)
        catalogue_rare(arena, host)->from = from;
    end_builder(&b);
    const struct vars_set *set = find_set(sets, host->os, line->os, pxed_host_value(&host->pub, "group"), ini, arena);
    host->pub.shared = &set->pub;
    for (const struct ini_entry **e = set->unread; *e; e++)
        if (pxed_host_var(&host->pub, (*e)->key)->file == (*e)->file &&
            pxed_host_var(&host->pub, (*e)->key)->line == (*e)->line)
            return *e;
    return NULL;
}

const char *catalogue_from(const struct catalogue_host *h, const struct pxed_var *v) {
    const struct catalogue_from *lists[] = {h->rare->from, NULL};
    if (h->pub.shared)
        lists[1] = ((const struct vars_set *)h->pub.shared)->from;
    for (size_t i = 0; i < 2; i++)
        for (const struct catalogue_from *from = lists[i]; from && from->var; from++)
            if (from->var == v)
                return from->file;
    return NULL;
}
