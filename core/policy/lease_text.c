/* Leases as other DHCP servers write them: which reader. Pure. */
#include "lease_text.h"

#include "lease_read_plain.h"
#include "lease_read_table.h"

const char *const lease_format_names[LEASE_FORMATS + 1] = {"dnsmasq", "isc", "kea", "kea-sql", "windows", NULL};

struct lease_reader lease_reader_open(enum lease_format format, struct pxed_slice text) {
    if (pxed_slice_starts(text, PXED_SLICE("\xef\xbb\xbf"))) /* PowerShell's -Encoding UTF8 */
        text = pxed_slice_skip(text, 3);
    return (struct lease_reader){.format = format, .rest = text, .line = 1};
}

int lease_read(struct lease_reader *r, struct lease_row *ret) {
    switch (r->format) {
    case LEASE_DNSMASQ:
        return lease_read_dnsmasq(r, ret);
    case LEASE_ISC:
        return lease_read_isc(r, ret);
    case LEASE_KEA_SQL:
        return lease_read_sql(r, ret);
    default:
        return lease_read_csv(r, ret);
    }
}
