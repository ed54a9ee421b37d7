/* Reads leases as CSV with a row of column names: Kea's memfile, and Windows' Get-DhcpServerv4Lease | Export-Csv. Pure.
 */
#include "lease_columns.h"
#include "lease_read_table.h"

/* Splits at commas; a field in quotes loses them (a doubled quote within stays doubled: no field that is looked at has
 * one). False: a quote is not closed. */
static bool csv_split(struct pxed_slice line, struct pxed_slice fields[static LEASE_FIELDS], size_t *ret_n) {
    size_t n = 0, at = 0;
    for (;;) {
        size_t begin = at, end;
        if (at < line.len && line.ptr[at] == '"') {
            begin = ++at;
            while (at < line.len && !(line.ptr[at] == '"' && (at + 1 >= line.len || line.ptr[at + 1] == ',')))
                at++;
            if (at >= line.len)
                return false;
            end = at++;
        } else {
            while (at < line.len && line.ptr[at] != ',')
                at++;
            end = at;
        }
        if (n < LEASE_FIELDS)
            fields[n++] = pxed_slice(line.ptr + begin, end - begin);
        if (at >= line.len)
            break;
        at++;
    }
    *ret_n = n;
    return true;
}

/* `ActiveReservation` has no end; what is inactive is no lease. */
static int windows_row(struct lease_row *ret, const struct lease_fields *f) {
    ret->gone = !pxed_slice_starts(f->state, PXED_SLICE("Active"));
    if (pxed_slice_is(f->state, "ActiveReservation") || f->expires.len == 0)
        ret->expires = LEASE_NEVER;
    else if (!lease_time(f->expires, &ret->expires) && !ret->gone)
        return lease_wrong(ret,
                           "LeaseExpiryTime is not like 2026-11-29T18:00:00Z: export it as docs/operators-guide.md "
                           "(pxed leases) says");
    if (!ret->gone && ret->mac.len == 0)
        return lease_wrong(ret, "ClientId is no Ethernet address");
    ptrdiff_t dot = pxed_slice_find(f->name, '.', 0);
    lease_set_name(ret, dot < 0 ? f->name : pxed_slice_head(f->name, (size_t)dot));
    return 1;
}

static int csv_row(struct lease_reader *r, struct lease_row *ret, const struct pxed_slice *fields, size_t n) {
    struct lease_fields f = lease_columns_get(r, fields, n);
    uint64_t expires;
    if (!pxed_addr_parse(f.ip, &ret->ip) || ret->ip.family != 4)
        return lease_wrong(ret, "there is no IPv4 address");
    (void)lease_set_mac(ret, f.mac);
    if (r->format == LEASE_WINDOWS)
        return windows_row(ret, &f);
    if (!pxed_slice_u64(f.expires, INT64_MAX, &expires))
        return lease_wrong(ret, "expire is no time in seconds");
    ret->expires = (int64_t)expires;
    return lease_kea_row(ret, &f);
}

int lease_read_csv(struct lease_reader *r, struct lease_row *ret) {
    struct pxed_slice line, fields[LEASE_FIELDS];
    size_t n;
    while (lease_line(r, ret, &line)) {
        if (line.len == 0 || pxed_slice_starts(line, PXED_SLICE("#TYPE")))
            continue;
        if (!csv_split(line, fields, &n))
            return lease_wrong(ret, "a quote is not closed");
        if (r->begun)
            return csv_row(r, ret, fields, n);
        r->begun = true;
        if (!lease_columns_set(r, fields, n)) {
            r->rest = PXED_NO_SLICE; /* without names nothing behind it means anything */
            return lease_wrong(ret, "the first row does not have the names of the columns of this format");
        }
    }
    return 0;
}
