/* Sets how machines reach this server (URLs, folders, the share) and which of its files are never served. */
#pragma once

#include "build_state.h"

/* Name, port and folders, from the plugins' bound configuration. */
void build_site(struct build *b);
/* Where files are staged for machines, and which plugin gives access to them. */
void build_share(struct build *b);
/* Notes whether a private file lies in a served folder. */
void build_private_inside(struct build *b);
