/* Readers of leases in columns: Kea's memfile, a dump of its PostgreSQL table, Windows' CSV. Pure. */
#pragma once

#include "lease_text.h"

/* As lease_read. */
int lease_read_csv(struct lease_reader *r, struct lease_row *ret); /* LEASE_KEA and LEASE_WINDOWS */
int lease_read_sql(struct lease_reader *r, struct lease_row *ret);
