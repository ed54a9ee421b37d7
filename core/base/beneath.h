/* Opens files so that no name, link or `..` leads out of a folder, and makes renames durable. */
#pragma once

/* Opens for reading, without waiting for a FIFO's writer. The caller closes the descriptor. -1 and errno: EXDEV if the
 * name leads out of the folder. */
int open_beneath(int dir_fd, const char *path);
/* Syncs a folder to disk, after a file was created or renamed in it. 0 or a negative errno. */
int sync_folder(const char *path);
