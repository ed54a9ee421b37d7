/* Hard links from images into the share. The kernel lets only a file's owner link it (fs.protected_hardlinks), and
 * images belong to whoever copied them; so a small process stays privileged and knows this one verb. */
#pragma once

/* Forked while still root, before the first thread. `share`: the only folder in whose sub-folders it makes links. -1 if
 * it is not needed (links can be tried directly then), else the socket to it. */
int linker_start(const char *share);
/* Any thread but one at a time. 0 or a negative errno. Takes `socket` -1 too. A source on another file system is
 * copied, sharing its blocks where the file system can. */
int linker_link(int socket, const char *source, int dir_fd, const char *name);
