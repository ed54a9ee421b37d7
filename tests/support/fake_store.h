/* store/1 in memory: answers later, when it is pumped, as a real one does. */
#pragma once

#include "pxed/store.h"

struct fake_store {
    struct pxed_store service;
    struct fake_record *records; /* by table and key */
    size_t n;
    struct fake_answer *answers; /* not yet given */
    size_t n_answers;
    size_t commits;
    int refuse; /* what commit returns at once; 0: takes it */
    int fail;   /* what `done` is told; 0: OK */
};

void fake_store_open(struct fake_store *s);
void fake_store_close(struct fake_store *s);
/* Gives every answer that is due. */
void fake_store_pump(struct fake_store *s);
/* How many records a table has; the value of one, unset if it is not there. */
size_t fake_store_count(const struct fake_store *s, const char *table);
struct pxed_slice fake_store_get(const struct fake_store *s, const char *table, const char *key);
void fake_store_put(struct fake_store *s, const char *table, struct pxed_slice key, struct pxed_slice value);
