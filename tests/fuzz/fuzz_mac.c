/* MAC and address texts: what is accepted must survive being written and read again. */
#include "pxed/addr.h"
#include "pxed/listen.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok) {
    if (!ok)
        abort();
}

static void check_mac(struct pxed_slice text, const char *separator) {
    struct pxed_hwaddr mac, again;
    char spelled[PXED_MAC_TEXT];
    if (!pxed_mac_parse(text, &mac))
        return;
    check((mac.type == 1 && mac.len == 6) || (mac.type == 32 && mac.len == PXED_GUID_LEN));
    check(pxed_mac_parse(pxed_slice_of(pxed_mac_text(&mac, separator, spelled)), &again));
    check(pxed_hwaddr_eq(&mac, &again));
}

static void check_addr(struct pxed_slice text) {
    struct pxed_addr a, again;
    uint8_t prefix;
    char spelled[PXED_ADDR_TEXT];
    if (!pxed_addr_parse_prefix(text, &a, &prefix))
        return;
    check(prefix <= (a.family == 4 ? 32 : 128));
    check(pxed_addr_parse(pxed_slice_of(pxed_addr_text(&a, spelled)), &again));
    check(pxed_addr_eq(&a, &again));
}

static void check_listen(struct pxed_slice text) {
    struct pxed_listen l;
    if (pxed_listen_parse(text, &l))
        return;
    check(l.port != 0 && (l.addr.family == 4 || l.addr.family == 6));
    check(!l.name.ptr || (l.tls && l.name.len > 0 && l.name.ptr > text.ptr && l.name.len < text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct pxed_slice text = pxed_slice((const char *)data, size);
    check_mac(text, ":");
    check_mac(text, "-");
    check_mac(text, "");
    check_addr(text);
    check_listen(text);
    return 0;
}
