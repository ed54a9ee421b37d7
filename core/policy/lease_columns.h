/* Columns of a lease, whatever a server calls them. Pure. */
#pragma once

#include "lease_lines.h"

enum { LEASE_FIELDS = LEASE_COLUMNS };

/* Fields by name of their column. */
struct lease_fields {
    struct pxed_slice ip, mac, lifetime, expires, name, state;
};

/* Takes the column names that a reader's format knows; false if one that is needed is missing. */
bool lease_columns_set(struct lease_reader *r, const struct pxed_slice *names, size_t n);
struct lease_fields lease_columns_get(const struct lease_reader *r, const struct pxed_slice *fields, size_t n);
/* A row of Kea, whose address, hardware address and expiry have been read. 1, or -1 with ret->why. */
int lease_kea_row(struct lease_row *ret, const struct lease_fields *f);
