/* The rows of one commit. */
#pragma once

#include "machines.h"
#include "pxed/arena.h"

struct ledger_rows {
    struct pxed_put *items;
    size_t n;
    struct pxed_arena arena;
};

/* Copies key and value; an unset value removes the row. */
void ledger_rows_add(struct ledger_rows *b, const char *table, struct pxed_slice key, struct pxed_slice value,
                     uint64_t replaces);
/* Adds a step of the journal, and removes the oldest row that it replaces. */
void ledger_rows_step(struct ledger_rows *b, const struct journal_entry *e);
void ledger_rows_free(struct ledger_rows *b);
