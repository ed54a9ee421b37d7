/* One commit as a block of memory that can be passed to the thread. */
#include "job.h"

#include <errno.h>
#include <stdlib.h>

#include "pxed/arena.h"

enum { SORTED_FROM = 256 /* puts: fewer fit into the cache */ };

bool store_table_name_ok(const char *table) {
    size_t n = 0;
    if (!table)
        return false;
    for (; table[n] >= 'a' && table[n] <= 'z'; n++) {
        if (n + 2 > STORE_TABLE_NAME)
            return false;
    }
    return n > 0 && table[n] == '\0';
}

/* Adds `part` to *sum unless that would exceed `max`. */
static bool job_grow(size_t *sum, size_t part, size_t max) {
    if (part > max || *sum > max - part)
        return false;
    *sum += part;
    return true;
}

static bool job_size(const struct pxed_put *puts, size_t n, size_t max, size_t *ret) {
    size_t size = sizeof(struct store_job);
    if (n > max / sizeof(struct pxed_put) || !job_grow(&size, n * sizeof(struct pxed_put), max))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!job_grow(&size, strlen(puts[i].table) + 1, max) || !job_grow(&size, puts[i].key.len, max) ||
            !job_grow(&size, puts[i].value.len, max))
            return false;
    }
    *ret = size;
    return true;
}

/* An empty slice keeps a pointer: unset means "delete", empty does not. */
static struct pxed_slice job_copy(char **at, struct pxed_slice from) {
    struct pxed_slice to = pxed_slice(*at, from.len);
    if (from.len > 0)
        memcpy(*at, from.ptr, from.len);
    *at += from.len;
    return to;
}

int store_job_new(const struct pxed_put *puts, size_t n, size_t max, struct store_job **ret) {
    size_t size = 0;
    for (size_t i = 0; i < n; i++) {
        if (!store_table_name_ok(puts[i].table))
            return -EINVAL;
    }
    if (!job_size(puts, n, max, &size))
        return -ENOBUFS;

    struct store_job *job = pxed_xalloc(size + 1); /* so that the last empty slice still points into the block */
    char *at = (char *)&job->puts[n];
    job->bytes = size;
    job->n = n;
    for (size_t i = 0; i < n; i++) {
        struct pxed_put *put = &job->puts[i];
        size_t name = strlen(puts[i].table) + 1;
        put->table = memcpy(at, puts[i].table, name);
        at += name;
        put->key = job_copy(&at, puts[i].key);
        put->value = puts[i].value.ptr ? job_copy(&at, puts[i].value) : PXED_NO_SLICE;
        put->replaces = puts[i].replaces;
    }
    *ret = job;
    return 0;
}

/* Puts of one key stay in their order, which is that of their tables' names in the block. */
static int by_key(const void *a, const void *b) {
    const struct pxed_put *x = a, *y = b;
    size_t n = x->key.len < y->key.len ? x->key.len : y->key.len;
    int order = strcmp(x->table, y->table);
    if (order == 0 && n > 0)
        order = memcmp(x->key.ptr, y->key.ptr, n);
    if (order == 0)
        order = (x->key.len > y->key.len) - (x->key.len < y->key.len);
    return order != 0 ? order : (x->table > y->table) - (x->table < y->table);
}

void store_job_sort(struct store_job *job) {
    if (job->n >= SORTED_FROM)
        qsort(job->puts, job->n, sizeof(*job->puts), by_key);
}

void store_jobs_append(struct store_jobs *jobs, struct store_job *job) {
    job->next = NULL;
    if (jobs->last)
        jobs->last->next = job;
    else
        jobs->first = job;
    jobs->last = job;
}

void store_jobs_splice(struct store_jobs *to, struct store_jobs *from) {
    if (!from->first)
        return;
    if (to->last)
        to->last->next = from->first;
    else
        to->first = from->first;
    to->last = from->last;
    *from = (struct store_jobs){0};
}

void store_jobs_free(struct store_jobs *jobs) {
    while (jobs->first) {
        struct store_job *job = jobs->first;
        jobs->first = job->next;
        free(job);
    }
    jobs->last = NULL;
}
