/* Template names below `host`: the variables, and what is made of them. */
#pragma once

#include "render_node.h"

void render_host(struct render *r, struct node *root);
/* The host's first MAC, and an address; both live in the render's arena. */
const char *render_mac_text(const struct render *r, const char *separator);
struct pxed_slice render_addr_text(const struct render *r, const struct pxed_addr *addr);
