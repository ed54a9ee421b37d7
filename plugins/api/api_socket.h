/* The socket and the peer connected to it. */
#pragma once

#include "api_state.h"

/* Absolute path of the socket; owned by the caller. */
char *api_socket_path(const char *state_dir, const char *socket);
/* Binds and listens, mode 0660. A stale socket is replaced, anything else is not touched. Fills listen_fd, dev and ino.
 * 0 or a negative errno, logged. */
int api_socket_open(struct api *api, const char *group);
/* Removes the socket if it is still the one that was bound. */
void api_socket_unlink(const struct api *api);
/* "uid 0 (root)": the peer according to the kernel. */
void api_socket_peer(int fd, struct pxed_buf *out);
