/* Reads dnsmasq.leases: `EXPIRY MAC ADDRESS NAME CLIENT-ID`, and behind a line `duid ...` those of DHCPv6. Pure. */
#include "lease_lines.h"
#include "lease_read_plain.h"

int lease_read_dnsmasq(struct lease_reader *r, struct lease_row *ret) {
    struct pxed_slice line, word;
    uint64_t expires;
    do {
        if (!lease_line(r, ret, &line))
            return 0;
        word = pxed_slice_word(&line, " ");
        if (pxed_slice_is(word, "duid"))
            r->begun = true; /* what follows is DHCPv6 */
    } while (word.len == 0 || r->begun);
    if (!pxed_slice_u64(word, INT64_MAX, &expires))
        return lease_wrong(ret, "a time in seconds is expected first");
    ret->expires = expires == 0 ? LEASE_NEVER : (int64_t)expires; /* 0: infinite */
    if (!lease_set_mac(ret, pxed_slice_word(&line, " ")))
        return lease_wrong(ret, "the second word is no Ethernet address");
    if (!pxed_addr_parse(pxed_slice_word(&line, " "), &ret->ip) || ret->ip.family != 4)
        return lease_wrong(ret, "the third word is no IPv4 address");
    lease_set_name(ret, pxed_slice_word(&line, " "));
    return 1;
}
