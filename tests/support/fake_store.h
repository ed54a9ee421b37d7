/* store/1 in memory: answers later, when pumped, like a real store. */
#pragma once

#include "pxed/store.h"

struct fake_store {
    struct pxed_store service;
    struct fake_record *records; /* by table and key */
    size_t n;
    struct fake_answer *answers; /* pending answers */
    size_t n_answers;
    size_t commits;
    int refuse; /* what commit returns at once; 0: accepts it */
    int fail;   /* result passed to `done`; 0: OK */
};

void fake_store_open(struct fake_store *s);
void fake_store_close(struct fake_store *s);
/* Gives every pending answer. */
void fake_store_pump(struct fake_store *s);
/* The number of records in a table; the value of one, unset if it does not exist. */
size_t fake_store_count(const struct fake_store *s, const char *table);
struct pxed_slice fake_store_get(const struct fake_store *s, const char *table, const char *key);
void fake_store_put(struct fake_store *s, const char *table, struct pxed_slice key, struct pxed_slice value);
