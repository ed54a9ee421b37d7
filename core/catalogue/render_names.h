/* Names whose values are known before anything is rendered: the host, its system, the server, the share. */
#pragma once

#include "render_node.h"

/* Adds them all to the root of the tree. */
void render_names(struct render *r, struct node *root);
/* The host's first MAC; lives in the render's arena. */
const char *render_mac_text(const struct render *r, const char *separator);
/* The name of a deployment's account in the share. */
const char *render_share_user(struct pxed_arena *arena, const struct pxed_hwaddr *mac);
