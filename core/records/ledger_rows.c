/* Keys and values in the store's format. */
#include "ledger_rows.h"

#include <stdlib.h>

#include "pxed/grow.h"

void ledger_rows_add(struct ledger_rows *b, const char *table, struct pxed_slice key, struct pxed_slice value,
                     uint64_t replaces) {
    PXED_GROW(b->items, b->n);
    struct pxed_slice none = PXED_NO_SLICE;
    b->items[b->n++] = (struct pxed_put){table, pxed_arena_dup(&b->arena, key),
                                         value.ptr ? pxed_arena_dup(&b->arena, value) : none, replaces};
}

static void seq_key(uint64_t seq, char key[8]) {
    for (int i = 0; i < 8; i++)
        key[i] = (char)(seq >> (56 - 8 * i));
}

/* "MAC at what reason text" */
static struct pxed_slice write_step(const struct journal_entry *e, struct pxed_arena *arena) {
    char mac[PXED_MAC_TEXT];
    return pxed_slice_of(pxed_arena_printf(arena, "%s %lld %s %s %s", pxed_mac_text(&e->machine->mac, "-", mac),
                                           (long long)e->at, e->what, pxed_reason_name(e->reason), journal_text(e)));
}

void ledger_rows_step(struct ledger_rows *b, const struct journal_entry *e) {
    char key[8];
    seq_key(e->seq, key);
    ledger_rows_add(b, "journal", pxed_slice(key, 8), write_step(e, &b->arena), PXED_STORE_ANY);
}

void ledger_rows_no_step(struct ledger_rows *b, uint64_t seq) {
    char key[8];
    seq_key(seq, key);
    ledger_rows_add(b, "journal", pxed_slice(key, 8), PXED_NO_SLICE, PXED_STORE_ANY);
}

void ledger_rows_free(struct ledger_rows *b) {
    free(b->items);
    pxed_arena_clear(&b->arena);
}
