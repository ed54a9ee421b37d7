/* First byte: the format. The rest is a file of leases: reading ends, and each lease that was read is written in every
 * format and read back. */
#include <stdlib.h>

#include "lease_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_must(bool good) {
    if (!good)
        abort();
}

static void again(const struct lease_row *row, enum lease_format format) {
    char text[1024];
    struct pxed_buf out = PXED_BUF(text);
    struct lease_row back;
    lease_write_head(format, &out);
    lease_write(format, row, row->expires > 1000 && row->expires != LEASE_NEVER ? row->expires - 1000 : 0, &out);
    lease_write_tail(format, &out);
    fuzz_must(!pxed_buf_full(&out));
    struct lease_reader r = lease_reader_open(format, pxed_buf_slice(&out));
    fuzz_must(lease_read(&r, &back) == 1 && !back.gone);
    fuzz_must(pxed_addr_eq(&back.ip, &row->ip) && pxed_hwaddr_eq(&back.mac, &row->mac));
    fuzz_must(lease_read(&r, &back) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1)
        return 0;
    struct lease_reader r =
        lease_reader_open((enum lease_format)(data[0] % LEASE_FORMATS), pxed_slice((const char *)data + 1, size - 1));
    struct lease_row row;
    size_t n = 0;
    for (int rc; (rc = lease_read(&r, &row)) != 0;) {
        fuzz_must(++n <= size && (rc > 0 || row.why));
        fuzz_must(rc < 0 || row.ip.family == 4);
        if (rc < 0 || row.gone)
            continue;
        fuzz_must(row.mac.len == 6 && row.expires >= 0 && strlen(row.name) <= LEASE_NAME_MAX);
        for (int f = 0; f < LEASE_FORMATS; f++)
            again(&row, (enum lease_format)f);
    }
    return 0;
}
