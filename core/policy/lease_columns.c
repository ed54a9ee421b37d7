/* Columns of a lease, whatever a server calls them. Pure. */
#include "lease_columns.h"

enum column { IP, MAC, LIFETIME, EXPIRES, NAME, STATE, COLUMNS };

static const char *const kea_names[COLUMNS] = {"address", "hwaddr", "valid_lifetime", "expire", "hostname", "state"};
static const char *const windows_names[COLUMNS] = {"IPAddress",       "ClientId", NULL,
                                                   "LeaseExpiryTime", "HostName", "AddressState"};

bool lease_columns_set(struct lease_reader *r, const struct pxed_slice *names, size_t n) {
    const char *const *known = r->format == LEASE_WINDOWS ? windows_names : kea_names;
    unsigned seen = 0, wanted = 0;
    r->n_columns = n < LEASE_COLUMNS ? n : LEASE_COLUMNS;
    for (size_t i = 0; i < r->n_columns; i++) {
        r->columns[i] = -1;
        for (int c = 0; c < COLUMNS; c++)
            if (known[c] && pxed_slice_eq_nocase(names[i], pxed_slice_of(known[c]))) {
                r->columns[i] = c;
                seen |= 1u << c;
            }
    }
    for (unsigned c = 0; c < COLUMNS; c++)
        wanted |= known[c] && c != NAME ? 1u << c : 0;
    return (seen & wanted) == wanted;
}

struct lease_fields lease_columns_get(const struct lease_reader *r, const struct pxed_slice *fields, size_t n) {
    struct lease_fields f = {{0}, {0}, {0}, {0}, {0}, {0}};
    struct pxed_slice *places[COLUMNS] = {&f.ip, &f.mac, &f.lifetime, &f.expires, &f.name, &f.state};
    for (size_t i = 0; i < n && i < r->n_columns; i++)
        if (r->columns[i] >= 0)
            *places[r->columns[i]] = fields[i];
    return f;
}

/* Kea writes a released or deleted lease with a lifetime of 0; states: 0 leased, 1 declined, 2 expired. */
int lease_kea_row(struct lease_row *ret, const struct lease_fields *f) {
    uint64_t lifetime, state;
    if (!pxed_slice_u64(f->lifetime, UINT32_MAX, &lifetime) || !pxed_slice_u64(f->state, UINT32_MAX, &state))
        return lease_wrong(ret, "valid_lifetime or state is no number");
    ret->gone = lifetime == 0 || state != 0;
    if (lifetime == UINT32_MAX)
        ret->expires = LEASE_NEVER;
    if (!ret->gone && ret->mac.len == 0)
        return lease_wrong(ret, "hwaddr is no Ethernet address");
    lease_set_name(ret, f->name);
    return 1;
}
