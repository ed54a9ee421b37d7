/* Opening files so that no name, link or `..` leads out of a folder; and keeping what a rename did. */
#pragma once

/* For reading, never waiting for a FIFO's other end. -1 and errno: EXDEV where the name leads out. */
int open_beneath(int dir_fd, const char *path);
/* Puts the names in a folder on disk: after a file was made in it or renamed. 0 or a negative errno. */
int sync_folder(const char *path);
