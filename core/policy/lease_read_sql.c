/* Reads the rows of Kea's table lease4 in a plain dump of PostgreSQL: COPY ... FROM stdin; rows; `\.`. Pure. */
#include "lease_columns.h"
#include "lease_read_table.h"

/* `COPY public.lease4 (address, hwaddr, ...) FROM stdin;`: the names between the parentheses. */
static bool sql_copy(struct pxed_slice line, struct pxed_slice *ret_names) {
    struct pxed_slice rest = line, table;
    if (!pxed_slice_is(pxed_slice_word(&rest, " "), "COPY"))
        return false;
    table = pxed_slice_word(&rest, " ");
    ptrdiff_t dot = pxed_slice_find(table, '.', 0), open = pxed_slice_find(line, '(', 0);
    if (dot >= 0)
        table = pxed_slice_skip(table, (size_t)dot + 1);
    ptrdiff_t close = open < 0 ? -1 : pxed_slice_find(line, ')', (size_t)open);
    if (!pxed_slice_is(table, "lease4") || close < 0)
        return false;
    *ret_names = pxed_slice(line.ptr + open + 1, (size_t)(close - open - 1));
    return true;
}

static size_t sql_split(struct pxed_slice line, char separator, struct pxed_slice fields[static LEASE_FIELDS]) {
    size_t n = 0;
    for (;;) {
        ptrdiff_t end = pxed_slice_find(line, separator, 0);
        struct pxed_slice field = end < 0 ? line : pxed_slice_head(line, (size_t)end);
        if (n < LEASE_FIELDS)
            fields[n++] = separator == ',' ? pxed_slice_trim(field) : field;
        if (end < 0)
            return n;
        line = pxed_slice_skip(line, (size_t)end + 1);
    }
}

/* Addresses are numbers, hardware addresses bytea (`\\x0800...`), times have a zone, NULL is `\N`. */
static int sql_row(struct lease_reader *r, struct lease_row *ret, struct pxed_slice line) {
    struct pxed_slice fields[LEASE_FIELDS];
    struct lease_fields f = lease_columns_get(r, fields, sql_split(line, '\t', fields));
    uint64_t ip;
    if (!pxed_slice_u64(f.ip, UINT32_MAX, &ip))
        return lease_wrong(ret, "address is no number of 32 bits");
    ret->ip = pxed_addr_v4((uint32_t)ip);
    if (pxed_slice_starts(f.mac, PXED_SLICE("\\\\x")))
        (void)lease_set_mac(ret, pxed_slice_skip(f.mac, 3));
    if (!lease_time(f.expires, &ret->expires))
        return lease_wrong(ret, "expire is no time");
    return lease_kea_row(ret, &f);
}

int lease_read_sql(struct lease_reader *r, struct lease_row *ret) {
    struct pxed_slice line, names, fields[LEASE_FIELDS];
    while (lease_line(r, ret, &line)) {
        if (r->begun && pxed_slice_is(line, "\\."))
            r->begun = false;
        else if (r->begun)
            return sql_row(r, ret, line);
        else if (sql_copy(line, &names)) {
            r->begun = lease_columns_set(r, fields, sql_split(names, ',', fields));
            if (!r->begun)
                return lease_wrong(ret, "this table lease4 lacks a column that is needed");
        }
    }
    return 0;
}
