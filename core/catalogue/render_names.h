/* Template names whose values are known before rendering: the host, its system, the server, the share. */
#pragma once

#include "render_node.h"

/* Adds the map of this name to the root of the tree. NULL: there is none. */
struct node *render_names(struct node *root, struct pxed_slice key);
/* The user name of a deployment's share account. */
const char *render_share_user(struct pxed_arena *arena, const struct pxed_hwaddr *mac);
