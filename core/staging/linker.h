/* Hard links from images into the share. The kernel lets only a file's owner link it (fs.protected_hardlinks), and
 * images belong to whoever copied them; so a small process stays privileged and can do this one thing. */
#pragma once

#include "pxed/helper.h"

/* Forked while still root, before the first thread. `share`: the only folder in whose sub-folders it makes links.
 * ret->socket is -1 without root (links can be tried directly then) and if it cannot be started. The caller ends it
 * with pxed_helper_stop. */
void linker_start(const char *share, struct pxed_helper *ret);
/* Any thread but one at a time. 0 or a negative errno. Takes `socket` -1 too. A source on another file system is
 * copied, sharing its blocks where the file system can. */
int linker_link(int socket, const char *source, int dir_fd, const char *name);
