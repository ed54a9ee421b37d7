/* Template names whose values are known before rendering: the host, its system, the server, the share. */
#pragma once

#include "render_node.h"

/* Adds all of them to the root of the tree. */
void render_names(struct render *r, struct node *root);
/* The user name of a deployment's share account. */
const char *render_share_user(struct pxed_arena *arena, const struct pxed_hwaddr *mac);
