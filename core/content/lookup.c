/* Parses what every kind of name needs from a request. */
#include "lookup.h"

#include "nets.h"
#include "pxed/path.h"
#include "site_url.h"

static bool form_mac(struct pxed_slice form, const char *key, struct pxed_hwaddr *ret) {
    struct pxed_slice raw;
    char text[64];
    struct pxed_buf b = PXED_BUF(text);
    return pxed_query_get(form, key, &raw) && pxed_percent_decode(raw, true, &b) && !pxed_buf_full(&b) &&
           pxed_mac_parse(pxed_slice_trim(pxed_buf_slice(&b)), ret);
}

enum pxed_reason lookup_query_mac(const struct lookup *l, struct pxed_hwaddr *ret) {
    return form_mac(l->request->query, "mac", ret) ? PXED_WHY_OK : PXED_WHY_BAD_MAC;
}

void lookup_place(const struct lookup *l, struct boot *b) {
    b->at = site_url_of(l->d->catalogue, &l->request->local, &l->request->peer);
    b->images = nets_images(l->d->catalogue, &l->request->peer);
    b->far = l->looked && l->kernel.routed && !l->kernel.own;
}

bool lookup_form_mac(const struct lookup *l, struct pxed_hwaddr *ret) {
    return form_mac(l->request->query, "mac0", ret) || form_mac(l->request->body, "mac", ret) ||
           form_mac(l->request->body, "mac0", ret);
}
