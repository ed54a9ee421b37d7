#include "fake_store.h"

#include <stdlib.h>

#include "pxed/grow.h"

struct fake_record {
    char *table;
    struct pxed_slice key, value; /* owned */
    uint64_t version;
};

struct fake_answer {
    void (*done)(void *arg, int result);
    void *arg;
    int result;
};

static struct pxed_slice copy(struct pxed_slice s) {
    char *p = pxed_xalloc(s.len + 1);
    if (s.len > 0)
        memcpy(p, s.ptr, s.len);
    return pxed_slice(p, s.len);
}

static int compare(const struct fake_record *r, const char *table, struct pxed_slice key) {
    int order = strcmp(r->table, table);
    size_t n = r->key.len < key.len ? r->key.len : key.len;
    if (order == 0 && n > 0)
        order = memcmp(r->key.ptr, key.ptr, n);
    return order ? order : (r->key.len > key.len) - (r->key.len < key.len);
}

static size_t place(const struct fake_store *s, const char *table, struct pxed_slice key) {
    size_t low = 0, high = s->n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare(&s->records[middle], table, key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void drop(struct fake_record *r) {
    free(r->table);
    free((char *)(uintptr_t)r->key.ptr);
    free((char *)(uintptr_t)r->value.ptr);
}

static void put(struct fake_store *s, const char *table, struct pxed_slice key, struct pxed_slice value) {
    size_t at = place(s, table, key);
    bool there = at < s->n && compare(&s->records[at], table, key) == 0;
    if (!value.ptr) {
        if (there) {
            drop(&s->records[at]);
            memmove(&s->records[at], &s->records[at + 1], (--s->n - at) * sizeof(*s->records));
        }
        return;
    }
    if (there) {
        free((char *)(uintptr_t)s->records[at].value.ptr);
        s->records[at].value = copy(value);
        s->records[at].version++;
        return;
    }
    PXED_GROW(s->records, s->n);
    memmove(&s->records[at + 1], &s->records[at], (s->n++ - at) * sizeof(*s->records));
    s->records[at] = (struct fake_record){pxed_xstrdup(pxed_slice_of(table)), copy(key), copy(value), 1};
}

static int load(void *self, const char *table,
                void (*row)(void *arg, struct pxed_slice key, struct pxed_slice value, uint64_t version), void *arg) {
    const struct fake_store *s = self;
    for (size_t i = 0; i < s->n; i++)
        if (strcmp(s->records[i].table, table) == 0)
            row(arg, s->records[i].key, s->records[i].value, s->records[i].version);
    return 0;
}

/* The record's version; 0: there is no record. */
static uint64_t version_of(const struct fake_store *s, const struct pxed_put *p) {
    size_t at = place(s, p->table, p->key);
    return at < s->n && compare(&s->records[at], p->table, p->key) == 0 ? s->records[at].version : 0;
}

static bool conflicts(const struct fake_store *s, const struct pxed_put *puts, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (puts[i].replaces != PXED_STORE_ANY && puts[i].replaces != version_of(s, &puts[i]))
            return true;
    return false;
}

static int commit(void *self, const struct pxed_put *puts, size_t n, void (*done)(void *arg, int result), void *arg) {
    struct fake_store *s = self;
    s->commits++;
    if (s->refuse)
        return s->refuse;
    int result = s->fail ? s->fail : conflicts(s, puts, n) ? PXED_STORE_CONFLICT : PXED_STORE_OK;
    for (size_t i = 0; i < n && result == PXED_STORE_OK; i++)
        put(s, puts[i].table, puts[i].key, puts[i].value);
    if (!done)
        return 0;
    PXED_GROW(s->answers, s->n_answers);
    s->answers[s->n_answers++] = (struct fake_answer){done, arg, result};
    return 0;
}

void fake_store_open(struct fake_store *s) {
    memset(s, 0, sizeof(*s));
    s->service = (struct pxed_store){.size = sizeof(s->service), .self = s, .load = load, .commit = commit};
}

void fake_store_close(struct fake_store *s) {
    fake_store_pump(s);
    for (size_t i = 0; i < s->n; i++)
        drop(&s->records[i]);
    free(s->records);
    free(s->answers);
    memset(s, 0, sizeof(*s));
}

void fake_store_pump(struct fake_store *s) {
    for (size_t i = 0; i < s->n_answers; i++) { /* an answer may commit again */
        struct fake_answer a = s->answers[i];
        a.done(a.arg, a.result);
    }
    s->n_answers = 0;
}

size_t fake_store_count(const struct fake_store *s, const char *table) {
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        n += strcmp(s->records[i].table, table) == 0;
    return n;
}

struct pxed_slice fake_store_get(const struct fake_store *s, const char *table, const char *key) {
    size_t at = place(s, table, pxed_slice_of(key));
    bool there = at < s->n && compare(&s->records[at], table, pxed_slice_of(key)) == 0;
    return there ? s->records[at].value : PXED_NO_SLICE;
}

void fake_store_put(struct fake_store *s, const char *table, struct pxed_slice key, struct pxed_slice value) {
    put(s, table, key, value);
}
