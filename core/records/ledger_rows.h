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
/* Adds a step of the journal. */
void ledger_rows_step(struct ledger_rows *b, const struct journal_entry *e);
/* Removes one. */
void ledger_rows_no_step(struct ledger_rows *b, uint64_t seq);
void ledger_rows_free(struct ledger_rows *b);
