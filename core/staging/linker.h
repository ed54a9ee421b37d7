/* Makes hard links from images into the share. The kernel lets only a file's owner link it (fs.protected_hardlinks),
 * and images belong to whoever copied them; so a small process keeps the privilege for this alone. It is outside the
 * daemon's sandbox, which links nothing from folders that the daemon may not write. It links only what its sender has
 * open for reading: else any file of root's could get a name in a folder of the account's. */
#pragma once

#include "keeper.h"

/* Call while still root, before the first thread. `share`: links are made only in its sub-folders. ret->socket is -1
 * if the helper cannot be started (links are then tried directly). The caller ends it with
 * pxed_helper_stop. */
void linker_start(struct keeper *keeper, const char *share, struct pxed_helper *ret);
/* Any thread, but one at a time. 0 or a negative errno; -EBADF from the helper: a descriptor that cannot be read.
 * `socket` may be -1. A source on another file system is copied, sharing its blocks if the file system can. */
int linker_link(int socket, const char *source, int dir_fd, const char *name);
