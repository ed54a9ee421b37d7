/* A table of the names in each folder that was asked for, filled at the first question. */
#define _GNU_SOURCE
#include "image_names.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pxed/grow.h"

/* The names of one folder. Nothing but `n` is set if it could not be read or is too large. */
struct listing {
    const struct image_base *base;
    char *folder;
    struct timespec changed; /* when it was read */
    char **names;            /* sorted by bytes */
    size_t n;
    uint32_t *slots; /* open addressing by the lower-case name: index + 1 */
    size_t mask;
};

/* Requests, builds and copies use one generation from several threads. */
struct image_names {
    pthread_mutex_t lock;
    struct listing *listings; /* few: folders, not files */
    size_t n;
    uint32_t *slots; /* of listings, by base and folder: index + 1 */
    size_t mask;
    size_t total; /* names kept */
    char *pairs[IMAGE_NAMES_PAIRS];
    size_t n_pairs;
};

struct image_names *image_names_new(void) {
    struct image_names *t = pxed_xalloc(sizeof(*t));
    pthread_mutex_init(&t->lock, NULL);
    return t;
}

static void clear_names(struct listing *l) {
    for (size_t i = 0; i < l->n; i++)
        free(l->names[i]);
    free(l->names);
    free(l->slots);
    l->names = NULL;
    l->slots = NULL;
    l->n = 0;
}

void image_names_free(struct image_names *t) {
    if (!t)
        return;
    for (size_t i = 0; i < t->n; i++) {
        clear_names(&t->listings[i]);
        free(t->listings[i].folder);
    }
    free(t->listings);
    free(t->slots);
    for (size_t i = 0; i < t->n_pairs; i++)
        free(t->pairs[i]);
    pthread_mutex_destroy(&t->lock);
    free(t);
}

/* --- reading a folder --- */

static int names_by_bytes(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint64_t hash_lower(struct pxed_slice text) {
    char lower[256];
    size_t n = text.len < sizeof(lower) ? text.len : sizeof(lower);
    for (size_t i = 0; i < n; i++)
        lower[i] = pxed_lower(text.ptr[i]);
    return pxed_hash(lower, n, 0);
}

static size_t slots_for(size_t n) {
    size_t size = 8;
    while (size < n * 2)
        size *= 2;
    return size;
}

/* Names that differ only in case come in byte order, so a pair is always told in the same order. */
static void index_names(struct listing *l) {
    size_t size = slots_for(l->n);
    l->slots = pxed_xalloc(size * sizeof(*l->slots));
    l->mask = size - 1;
    qsort(l->names, l->n, sizeof(*l->names), names_by_bytes);
    for (size_t i = 0; i < l->n; i++) {
        uint64_t at = hash_lower(pxed_slice_of(l->names[i]));
        while (l->slots[at & l->mask])
            at++;
        l->slots[at & l->mask] = (uint32_t)i + 1;
    }
}

static void read_names(const struct catalogue *c, struct listing *l, size_t room) {
    int fd = image_open_in(c, l->base, l->folder);
    struct stat st = {0};
    if (fd >= 0 && fstat(fd, &st) == 0)
        l->changed = st.st_mtim;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    size_t most = room < IMAGE_NAMES_FOLDER_MAX ? room : IMAGE_NAMES_FOLDER_MAX;
    bool all = true;
    for (struct dirent *e; dir && all && (e = readdir(dir));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        all = l->n < most;
        PXED_GROW(l->names, l->n);
        l->names[l->n++] = pxed_xstrdup(pxed_slice_of(e->d_name));
    }
    if (dir)
        closedir(dir);
    else if (fd >= 0)
        close(fd);
    if (all && l->n > 0)
        index_names(l);
    else
        clear_names(l);
}

/* --- the table of folders --- */

static uint64_t hash_folder(const struct image_base *base, const char *folder) {
    return pxed_hash(folder, strlen(folder), (uint64_t)(uintptr_t)base);
}

static void grow_slots(struct image_names *t) {
    if (t->n * 2 < t->mask)
        return;
    size_t size = slots_for(t->n * 2 + 8);
    free(t->slots);
    t->slots = pxed_xalloc(size * sizeof(*t->slots));
    t->mask = size - 1;
    for (size_t i = 0; i < t->n; i++) {
        uint64_t at = hash_folder(t->listings[i].base, t->listings[i].folder);
        while (t->slots[at & t->mask])
            at++;
        t->slots[at & t->mask] = (uint32_t)i + 1;
    }
}

/* Images stay as they are while a generation is in force; people change loaders without a reload. */
static void read_again(const struct catalogue *c, struct listing *l) {
    struct stat st = {0};
    int fd = image_open_in(c, l->base, l->folder);
    bool same = fd >= 0 && fstat(fd, &st) == 0 && st.st_mtim.tv_sec == l->changed.tv_sec &&
                st.st_mtim.tv_nsec == l->changed.tv_nsec;
    if (fd >= 0)
        close(fd);
    if (same || (fd < 0 && l->n == 0))
        return;
    c->names->total -= l->n;
    clear_names(l);
    read_names(c, l, IMAGE_NAMES_MAX - c->names->total);
    c->names->total += l->n;
}

/* Under the lock. */
static const struct listing *listing_of(const struct catalogue *c, const struct image_base *base, const char *folder) {
    struct image_names *t = c->names;
    grow_slots(t);
    uint64_t at = hash_folder(base, folder);
    for (uint32_t slot; (slot = t->slots[at & t->mask]); at++) {
        struct listing *known = &t->listings[slot - 1];
        if (known->base != base || strcmp(known->folder, folder) != 0)
            continue;
        if (base == c->tftp)
            read_again(c, known);
        return known;
    }
    PXED_GROW(t->listings, t->n);
    struct listing *l = &t->listings[t->n++];
    *l = (struct listing){.base = base, .folder = pxed_xstrdup(pxed_slice_of(folder))};
    t->slots[at & t->mask] = (uint32_t)t->n;
    read_names(c, l, IMAGE_NAMES_MAX - t->total);
    t->total += l->n;
    return l;
}

/* Two names that differ only in case, neither of them as asked: which one is meant is not known. */
static void note_pair(struct image_names *t, const struct listing *l, const char *one, const char *other) {
    char *said = NULL;
    const char *slash = *l->folder ? "/" : "";
    if (t->n_pairs == IMAGE_NAMES_PAIRS ||
        asprintf(&said, "%s/%s%s%s and %s", l->base->path, l->folder, slash, one, other) < 0)
        return;
    for (size_t i = 0; i < t->n_pairs; i++)
        if (strcmp(t->pairs[i], said) == 0) {
            free(said);
            return;
        }
    t->pairs[t->n_pairs++] = said;
}

/* The exact name, else the only one that differs in case. */
static const char *find_name(struct image_names *t, const struct listing *l, struct pxed_slice name) {
    const char *found = NULL, *second = NULL;
    for (uint64_t at = hash_lower(name); l->slots && l->slots[at & l->mask]; at++) {
        const char *known = l->names[l->slots[at & l->mask] - 1];
        if (pxed_slice_is(name, known))
            return known;
        if (!second && pxed_slice_eq_nocase(name, pxed_slice_of(known)))
            *(found ? &second : &found) = known;
    }
    if (second)
        note_pair(t, l, found, second);
    return second ? NULL : found;
}

/* Spells `below` as far as it exists. Returns where the first component that does not begins, and the names beside it;
 * the length of all of it if everything exists. Under the lock. */
static size_t spell_names(const struct catalogue *c, const struct image_base *base, char *below,
                          const struct listing **ret_beside) {
    size_t len = strlen(below);
    for (size_t from = 0, end; from < len; from = end + 1) {
        struct pxed_slice name = pxed_slice(below + from, strcspn(below + from, "/"));
        end = from + name.len;
        if (from > 0)
            below[from - 1] = '\0'; /* the folder, as spelled so far */
        const struct listing *l = *ret_beside = listing_of(c, base, from > 0 ? below : "");
        const char *known = find_name(c->names, l, name);
        if (from > 0)
            below[from - 1] = '/';
        if (!known)
            return from;
        memcpy(below + from, known, name.len); /* another case has the same length */
    }
    return len;
}

bool image_names_spell(const struct catalogue *c, const struct image_base *base, char *below) {
    const struct listing *beside;
    pthread_mutex_lock(&c->names->lock);
    bool found = spell_names(c, base, below, &beside) == strlen(below);
    pthread_mutex_unlock(&c->names->lock);
    return found;
}

/* An image's folder is near only if it is the same but for its punctuation: rocky-8 is no rocky-9. */
static bool same_letters(const char *a, const char *b) {
    for (;; a++, b++) {
        while (*a && !pxed_is_alnum(*a))
            a++;
        while (*b && !pxed_is_alnum(*b))
            b++;
        if (pxed_lower(*a) != pxed_lower(*b) || !*a)
            return *a == *b;
    }
}

static const char *near_name(const struct listing *l, const char *word, bool folder) {
    enum { CANDIDATES = 1000 };
    const char *names[CANDIDATES + 1];
    size_t n = 0;
    for (size_t i = 0; i < l->n && n < CANDIDATES; i++)
        if (!folder || same_letters(l->names[i], word))
            names[n++] = l->names[i];
    names[n] = NULL;
    return folder ? names[0] : pxed_nearest(pxed_slice_of(word), names);
}

const char *image_names_near(const struct catalogue *c, const struct image_base *base, const char *below,
                             struct pxed_arena *arena) {
    char *text = (char *)(uintptr_t)pxed_arena_dup(arena, pxed_slice_of(below)).ptr;
    const struct listing *beside;
    const char *near = NULL;
    pthread_mutex_lock(&c->names->lock);
    size_t at = spell_names(c, base, text, &beside);
    if (text[at]) {
        text[at + strcspn(text + at, "/")] = '\0';
        near = near_name(beside, text + at, at == 0);
        near = near ? pxed_arena_printf(arena, "%.*s%s", (int)at, text, near) : NULL;
    }
    pthread_mutex_unlock(&c->names->lock);
    return near;
}

const char *image_names_pair(const struct catalogue *c, size_t i) {
    pthread_mutex_lock(&c->names->lock);
    const char *said = i < c->names->n_pairs ? c->names->pairs[i] : NULL;
    pthread_mutex_unlock(&c->names->lock);
    return said;
}
