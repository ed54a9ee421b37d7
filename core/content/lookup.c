/* Parses what every kind of name needs from a request. */
#include "lookup.h"

#include "pxed/path.h"

enum pxed_reason lookup_query_mac(const struct lookup *l, struct pxed_hwaddr *ret) {
    struct pxed_slice raw;
    char text[64];
    struct pxed_buf b = PXED_BUF(text);
    if (!pxed_query_get(l->request->query, "mac", &raw) || !pxed_percent_decode(raw, true, &b) || pxed_buf_full(&b) ||
        !pxed_mac_parse(pxed_slice_trim(pxed_buf_slice(&b)), ret))
        return PXED_WHY_BAD_MAC;
    return PXED_WHY_OK;
}
