/* Where a listener stands, as people write it. */
#include "pxed/listen.h"

enum { NAME_MAX_BYTES = 253 }; /* RFC 1035 2.3.4, without the last dot */

static bool is_host_name(struct pxed_slice text) {
    for (size_t i = 0; i < text.len; i++)
        if (!pxed_is_alnum(text.ptr[i]) && text.ptr[i] != '-' && text.ptr[i] != '.')
            return false;
    return text.len > 0 && text.len <= NAME_MAX_BYTES && text.ptr[0] != '-' && text.ptr[0] != '.';
}

const char *pxed_listen_parse(struct pxed_slice text, struct pxed_listen *ret) {
    struct pxed_slice rest = text;
    struct pxed_listen l = {.name = PXED_NO_SLICE};
    if (!pxed_addr_port_parse(pxed_slice_word(&rest, " \t"), &l.addr, &l.port))
        return "is no ADDRESS:PORT, as 10.77.0.1:443 or [fd00::1]:443";
    struct pxed_slice word = pxed_slice_word(&rest, " \t");
    l.tls = pxed_slice_is(word, "tls");
    if (l.tls)
        word = pxed_slice_word(&rest, " \t");
    if (word.len > 0 && !l.tls)
        return "has a word behind ADDRESS:PORT that is not `tls`; [pxed] name is the name in URLs";
    if (word.len > 0 && !is_host_name(word))
        return "has a name that is no host name: letters, digits, hyphens and dots";
    if (pxed_slice_word(&rest, " \t").len > 0)
        return "has more than ADDRESS:PORT, `tls` and a name: a line each for several listeners";
    if (word.len > 0)
        l.name = word;
    *ret = l;
    return NULL;
}

bool pxed_addr_is_any(const struct pxed_addr *addr) {
    static const uint8_t zero[16];
    return addr->family != 0 && memcmp(addr->bytes, zero, sizeof(zero)) == 0;
}
