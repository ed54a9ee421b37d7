/* Identifies a store and how far it has been written: "id=HEX counter=N", in the store (table "meta", key "store") and
 * in a file beside it (store_mark.h). In memory: `mark` of struct machines, as last committed. */
#pragma once

#include "machines.h"
#include "pxed/buf.h"

/* Key in the table "meta" of a store that `pxed restore` put in place: nothing in it gives a right, and new lines are
 * known. Removed when the first host table after that is on disk. */
#define LEDGER_RESTORED "restored"

bool ledger_mark_read(struct pxed_slice text, struct ledger_mark *ret);
void ledger_mark_write(const struct ledger_mark *mark, struct pxed_buf *out);
