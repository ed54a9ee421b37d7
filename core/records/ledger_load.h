/* Records, journal and mark as the store has them, into memory. At start only. */
#pragma once

#include "machines.h"

/* The store must stay until ledger_free. 0 or a negative errno. */
int ledger_load(struct machines *ms, const struct pxed_store *store);
