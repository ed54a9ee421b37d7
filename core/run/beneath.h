/* Opening files so that no name, link or `..` leads out of a folder. */
#pragma once

/* For reading, never waiting for a FIFO's other end. -1 and errno: EXDEV where the name leads out. */
int open_beneath(int dir_fd, const char *path);
