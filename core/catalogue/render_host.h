/* Template names below `host`: the variables, and what is made of them. */
#pragma once

#include "render_node.h"
#include "site_url.h"

void render_host(struct render *r, struct node *root);
/* Where the machine reaches this server. */
static inline const struct site_url *render_url(const struct render *r) {
    return r->at ? r->at : r->catalogue->urls;
}
/* Below which URL the machine finds image content, `os/...`: a mirror's, or this server's. Never with a token. */
static inline const char *render_images(const struct render *r) {
    return r->images ? r->images : render_url(r)->base;
}
/* The host's first MAC, and an address; both live in the render's arena. */
const char *render_mac_text(const struct render *r, const char *separator);
struct pxed_slice render_addr_text(const struct render *r, const struct pxed_addr *addr);
