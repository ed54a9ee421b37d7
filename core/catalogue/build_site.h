/* How machines reach this server: URLs, folders, the share; and what of it is never served. */
#pragma once

#include "build_state.h"

/* Name, port and folders, as the plugins' bound configuration says. */
void build_site(struct build *b);
/* Where files are staged for machines, and who lets them in. */
void build_share(struct build *b);
/* Whether a private file lies where served files lie. */
void build_private_inside(struct build *b);
