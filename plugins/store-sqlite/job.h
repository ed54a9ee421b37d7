/* One commit being written: the caller's puts, copied into one block of memory. */
#pragma once

#include "pxed/store.h"

enum { STORE_TABLE_NAME = 32 }; /* bytes of a table's name, the NUL included */

struct store_job {
    struct store_job *next;
    void (*done)(void *arg, int result); /* may be NULL */
    void *arg;
    int result;   /* PXED_STORE_OK, PXED_STORE_CONFLICT or a negative errno; set by store_db_apply */
    size_t bytes; /* size of this block while it waits */
    size_t n;
    struct pxed_put puts[]; /* names, keys and values follow the array */
};

/* First in, first out. A zeroed list is empty. */
struct store_jobs {
    struct store_job *first, *last;
};

/* Is it a word [a-z]+ that fits? It becomes part of an SQL table's name. */
bool store_table_name_ok(const char *table);

/* Copies everything; the caller frees it with free(). Returns 0, -EINVAL for an invalid table name, or -ENOBUFS if the
 * block would be larger than `max` bytes. */
int store_job_new(const struct pxed_put *puts, size_t n, size_t max, struct store_job **ret);

/* Brings the puts of a large one into the order of tables and keys: each page of the database is then touched once,
 * however many more than the cache holds. */
void store_job_sort(struct store_job *job);

void store_jobs_append(struct store_jobs *jobs, struct store_job *job);
/* Appends all of `from` to `to`; `from` is empty then. */
void store_jobs_splice(struct store_jobs *to, struct store_jobs *from);
void store_jobs_free(struct store_jobs *jobs);
