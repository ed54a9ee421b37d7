/* `listen = 127.0.0.1:8080`. Pure. */
#include "address.h"

bool console_address(struct pxed_slice text, struct pxed_addr *ret, uint16_t *ret_port) {
    size_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    struct pxed_slice host = pxed_slice_head(text, colon > 0 ? colon - 1 : 0), port = pxed_slice_skip(text, colon);
    bool brackets = pxed_slice_starts(host, PXED_SLICE("[")) && pxed_slice_ends(host, PXED_SLICE("]"));
    struct pxed_addr addr;
    uint64_t number;
    if (brackets)
        host = pxed_slice_skip(pxed_slice_head(host, host.len - 1), 1);
    if (colon == 0 || !pxed_slice_u64(port, 65535, &number) || number == 0 || !pxed_addr_parse(host, &addr) ||
        brackets != (addr.family == 6))
        return false;
    *ret = addr;
    *ret_port = (uint16_t)number;
    return true;
}

bool console_is_loopback(const struct pxed_addr *addr) {
    static const uint8_t one[16] = {[15] = 1};
    return addr->family == 4 ? addr->bytes[0] == 127 : addr->family == 6 && memcmp(addr->bytes, one, sizeof(one)) == 0;
}
