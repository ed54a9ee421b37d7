/* Loads records, journal and mark from the store. At start only. */
#pragma once

#include "machines.h"

/* The store must stay valid until ledger_free. 0 or a negative errno. Blocks. */
int ledger_load(struct machines *ms, const struct pxed_store *store);
